#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/request.hpp"
#include "fastccg/reply.hpp"
#include "json/writer.hpp"

namespace fastccg::protocols::messages {

/// How much the model is to think, and how many tokens it may use in all, which depend on each other.
class Thinking {
 public:
  Thinking() = default;
  /// `unthought`: the model goes on with a turn that it began without thinking, which a budget does not allow.
  Thinking(const Request& request, bool unthought, std::vector<Warning>& warnings);

  bool is_on() const noexcept { return mode_ == Mode::adaptive || mode_ == Mode::budget; }
  /// The member `thinking`, unless there is nothing to say.
  void write_to(json::Writer& out) const;

  std::string effort;  ///< Empty if there is none to ask for.
  std::int64_t max_tokens = 0;

 private:
  enum class Mode { unsaid, disabled, adaptive, budget };

  void choose(const ReasoningSetting& setting, const ModelInfo& model, std::vector<Warning>& warnings);
  void choose_budget(std::int64_t tokens, const ModelInfo& model, std::vector<Warning>& warnings);
  void choose_effort(std::string_view level, const ModelInfo& model, std::vector<Warning>& warnings);
  void limit(const Request& request, std::vector<Warning>& warnings);

  Mode mode_ = Mode::unsaid;
  std::int64_t budget_ = 0;
};

}  // namespace fastccg::protocols::messages
