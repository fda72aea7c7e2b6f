#include "protocols/messages/thinking.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "protocols/shared/effort.hpp"

namespace fastccg::protocols::messages {

namespace {

constexpr std::int64_t least_budget = 1024;
constexpr std::int64_t usual_budget = 8192;
constexpr std::int64_t usual_limit = 8192;

/// How many tokens an effort is worth to models that know budgets only.
constexpr std::array<std::pair<std::string_view, std::int64_t>, 6> budgets{{{"minimal", least_budget},
                                                                            {"low", 2048},
                                                                            {"medium", usual_budget},
                                                                            {"high", 16384},
                                                                            {"xhigh", 32000},
                                                                            {"max", 32000}}};

std::int64_t budget_of(std::string_view level) {
  const auto found = std::ranges::find(budgets, level, &std::pair<std::string_view, std::int64_t>::first);
  return found == budgets.end() ? usual_budget : found->second;
}

void warn(std::vector<Warning>& warnings, std::string why) { warnings.emplace_back("reasoning", std::move(why)); }

bool forces_a_tool(const Settings& settings) {
  using Mode = ToolChoice::Mode;
  const auto& choice = settings.tool_choice();
  const bool has_tools = settings.tools() && !settings.tools()->empty();
  return has_tools && choice && (choice->mode() == Mode::required || choice->mode() == Mode::named);
}

}  // namespace

Thinking::Thinking(const Request& request, bool unthought, std::vector<Warning>& warnings) {
  if (const auto& setting = request.settings.reasoning()) choose(*setting, request.model, warnings);
  if (mode_ == Mode::budget && forces_a_tool(request.settings)) {
    mode_ = Mode::unsaid;
    warn(warnings, "the model cannot think when it must call a tool; the setting was left out");
  }
  if (mode_ == Mode::budget && unthought) {
    mode_ = Mode::unsaid;
    warn(warnings, "the model cannot begin to think in the middle of a turn; the setting was left out");
  }
  limit(request, warnings);
}

void Thinking::choose(const ReasoningSetting& setting, const ModelInfo& model, std::vector<Warning>& warnings) {
  const bool takes_efforts = !model.efforts || !model.efforts->empty();
  if (setting.is_off()) {
    if (!model.reasoning_can_be_off)
      warn(warnings, "the model always reasons; the setting was left out");
    else if (!model.listed || model.reasons_by_default)
      mode_ = Mode::disabled;
  } else if (!model.reasons && !model.reasons_by_default) {
    warn(warnings, "the model does not reason; the setting was left out");
  } else if (const auto tokens = setting.tokens(); tokens && model.takes_budget) {
    choose_budget(*tokens, model, warnings);
  } else if (tokens) {
    const auto* level = *tokens < 4096 ? "low" : *tokens < 16384 ? "medium" : "high";
    warn(warnings, std::string("the model takes no budget; the effort '") + level + "' was sent instead");
    choose_effort(level, model, warnings);
  } else if (model.adaptive_reasoning || (!model.takes_budget && takes_efforts)) {
    choose_effort(setting.level(), model, warnings);
  } else {
    choose_budget(budget_of(setting.level()), model, warnings);
  }
}

void Thinking::choose_budget(std::int64_t tokens, const ModelInfo& model, std::vector<Warning>& warnings) {
  mode_ = Mode::budget;
  budget_ = std::max(std::min(tokens, model.max_budget.value_or(tokens)), model.min_budget.value_or(least_budget));
  if (budget_ != tokens)
    warn(warnings, "the model takes no budget of that size; " + std::to_string(budget_) + " tokens were sent instead");
}

void Thinking::choose_effort(std::string_view level, const ModelInfo& model, std::vector<Warning>& warnings) {
  mode_ = Mode::adaptive;
  effort = shared::effort_for(model, level, warnings);
}

/// Thinking counts as output: what is left of the limit is for the answer.
void Thinking::limit(const Request& request, std::vector<Warning>& warnings) {
  const auto most = request.model.max_output_tokens;
  if (const auto given = request.settings.max_tokens()) {
    max_tokens = *given;
  } else if (request.stream) {
    max_tokens = most.value_or(usual_limit + budget_);
  } else {
    // Without a stream, a long answer takes longer than connections live.
    max_tokens = std::min(usual_limit + budget_, most.value_or(usual_limit + budget_));
  }
  if (mode_ != Mode::budget || budget_ < max_tokens) return;
  if (max_tokens <= least_budget) {
    mode_ = Mode::unsaid;
    warn(warnings, "thinking takes more than 1024 tokens, which max_tokens does not allow; the setting was left out");
    return;
  }
  budget_ = std::max(least_budget, max_tokens / 2);
  warn(warnings, "the budget is not below max_tokens; " + std::to_string(budget_) + " tokens were sent instead");
}

void Thinking::write_to(json::Writer& out) const {
  if (mode_ == Mode::unsaid) return;
  out.key("thinking").begin_object();
  if (mode_ == Mode::disabled) out.member("type", "disabled");
  if (mode_ == Mode::adaptive) out.member("type", "adaptive");
  if (mode_ == Mode::budget) out.member("type", "enabled").member("budget_tokens", budget_);
  out.end_object();
}

}  // namespace fastccg::protocols::messages
