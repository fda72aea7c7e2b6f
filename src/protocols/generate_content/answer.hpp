#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/reply_builder.hpp"
#include "json/reader.hpp"

namespace fastccg::protocols::generate_content {

/// Reads what whole answers and the events of a stream have in common into a builder: each event is an answer whose
/// parts are the new ones.
class AnswerReader {
 public:
  AnswerReader() = default;

  /// Reads one answer or event, all but errors. Only the candidate of index 0 counts.
  void read(const json::Node& root, ReplyBuilder& reply);
  /// Adds what could not be added before the answer was whole, and completes it.
  void complete(ReplyBuilder& reply);

 private:
  void read_feedback(const json::Node& feedback, ReplyBuilder& reply);
  void read_candidate(const json::Node& candidate, ReplyBuilder& reply);
  void read_part(const json::Node& part, ReplyBuilder& reply);
  void read_text(const json::Node& part, std::string_view text, ReplyBuilder& reply);
  void read_call(const json::Node& call, ReplyBuilder& reply);
  void keep(std::string_view name, const json::Node& value);

  std::string finish_message_;
  std::int64_t calls_ = 0;
  std::vector<std::pair<std::string_view, std::string>> kept_;  // what stands beside the content: name, JSON
};

/// What a raw finish reason means.
FinishReason finish_reason(std::string_view raw) noexcept;

/// The neutral numbers of a `usageMetadata`.
Usage read_usage(const json::Node& usage) noexcept;

}  // namespace fastccg::protocols::generate_content
