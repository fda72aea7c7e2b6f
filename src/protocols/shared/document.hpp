#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "json/reader.hpp"

namespace fastccg::protocols::shared {

/// The JSON document that a whole answer is, or why it is none.
class Document {
 public:
  /// `body` must outlive this object.
  explicit Document(std::string_view body);

  /// Only if there is no `problem`.
  const json::Node& root() const noexcept { return root_; }
  /// Such as "it is empty"; empty if the document could be read.
  const std::string& problem() const noexcept { return problem_; }

 private:
  json::BorrowedReader reader_;
  json::Node root_;
  std::string problem_;
};

}  // namespace fastccg::protocols::shared
