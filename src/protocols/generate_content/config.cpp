#include "protocols/generate_content/config.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <set>

#include "fastccg/error.hpp"
#include "json/reader.hpp"
#include "protocols/generate_content/schema.hpp"
#include "protocols/shared/sampling.hpp"

namespace fastccg::protocols::generate_content {

namespace {

constexpr std::size_t most_stops = 5;

[[noreturn]] void refuse(ErrorKind kind, std::string why) { throw_error(Error(kind, std::move(why))); }

constexpr const char* not_taken = "the model does not take it; it was left out";

}  // namespace

ConfigWriter::ConfigWriter(const Request& request, const Family& family, const Overlay& overlay,
                           std::vector<Warning>& warnings)
    : request_(request), settings_(request.settings), family_(family), overlay_(overlay), warnings_(warnings) {}

std::string ConfigWriter::write() {
  out_.begin_object();
  if (const auto limit = settings_.max_tokens()) put("maxOutputTokens", *limit);
  write_stop();
  write_sampling();
  write_seed();
  write_format();
  write_reasoning();
  overlay_.write_into("generationConfig", out_);
  out_.end_object();
  return out_.take();
}

void ConfigWriter::write_stop() {
  const auto& stops = settings_.stop();
  if (!stops || stops->empty()) return;
  if (!request_.model.takes_stop) return warn("stop", not_taken);
  if (stops->size() > most_stops) refuse(ErrorKind::invalid_request, "the provider takes at most 5 stop sequences");
  if (!wants("stopSequences")) return;
  out_.key("stopSequences").begin_array();
  for (const auto& stop : *stops) out_.string(stop);
  out_.end_array();
}

bool ConfigWriter::may_sample(const char* setting) { return shared::may_sample(request_, setting, warnings_); }

void ConfigWriter::write_sampling() {
  if (const auto value = settings_.temperature(); value && may_sample("temperature")) put("temperature", *value);
  if (const auto value = settings_.top_p(); value && may_sample("top_p")) put("topP", *value);
  if (const auto value = settings_.top_k(); value && may_sample("top_k")) put("topK", *value);
  if (const auto value = settings_.frequency_penalty(); value && may_sample("frequency_penalty"))
    put("frequencyPenalty", *value);
  if (const auto value = settings_.presence_penalty(); value && may_sample("presence_penalty"))
    put("presencePenalty", *value);
  if (const auto value = settings_.logprobs(); value && may_sample("logprobs")) {
    put("responseLogprobs", true);
    if (*value > 0) put("logprobs", *value);
  }
}

void ConfigWriter::write_seed() {
  using Range = std::numeric_limits<std::int32_t>;
  const auto seed = settings_.seed();
  if (!seed) return;
  if (*seed < Range::min() || *seed > Range::max())
    return warn("seed", "the provider takes 32 bits only; it was left out");
  put("seed", *seed);
}

/// Whether the model can be held to a form in this request.
bool ConfigWriter::enforces_format() const {
  const bool has_tools = settings_.tools() && !settings_.tools()->empty();
  return !has_tools || family_.schema_with_tools;
}

bool ConfigWriter::enforces_schema() const { return enforces_format() && request_.model.schema_output; }

std::string ConfigWriter::instructions() const {
  const auto& format = settings_.output_format();
  if (!format || format->kind() == OutputFormat::Kind::text) return {};
  if (format->kind() == OutputFormat::Kind::json)
    return enforces_format() ? "" : "Answer with nothing but a JSON value.";
  if (enforces_schema()) return {};
  return "Answer with nothing but a JSON value that conforms to this JSON Schema:\n" + format->schema_text();
}

void ConfigWriter::write_format() {
  const auto& format = settings_.output_format();
  if (!format || format->kind() == OutputFormat::Kind::text) return;
  const bool is_schema = format->kind() == OutputFormat::Kind::schema;
  json::BorrowedReader reader;
  const auto schema = is_schema ? reader->parse(format->schema_text()) : std::nullopt;
  if (is_schema && (!schema || !schema->is_object()))
    refuse(ErrorKind::usage, "the schema of the output format '" + format->name() + "' is not a JSON object");

  if (!enforces_format())
    return warn("output_format", "the model does not take it beside tools: it was written into the system prompt");
  put("responseMimeType", "application/json");
  if (!is_schema) return;
  if (!enforces_schema())
    return warn("output_format", "the schema is not enforced: it was written into the system prompt");
  // The two ways to give a schema exclude each other.
  if (!wants("responseJsonSchema") || !wants("responseSchema")) return;
  std::set<std::string> left_out;
  out_.key("responseJsonSchema").raw(adapted_schema(*schema, left_out));
  for (const auto& keyword : left_out)
    warn("output_format", "the provider does not know the keyword '" + keyword + "'; it was left out of the schema");
}

void ConfigWriter::write_reasoning() {
  const auto& reasoning = settings_.reasoning();
  if (!reasoning) return;
  const bool can = family_.thinking != Family::Thinking::none && (!request_.model.listed || request_.model.reasons);
  if (!can) {
    if (!reasoning->is_off()) warn("reasoning", "the model does not reason; the setting was left out");
    return;
  }
  if (!wants("thinkingConfig")) return;
  out_.key("thinkingConfig").begin_object();
  if (family_.thinking == Family::Thinking::budget)
    write_budget(*reasoning);
  else
    write_level(*reasoning);
  if (!reasoning->is_off()) out_.member("includeThoughts", true);
  out_.end_object();
}

void ConfigWriter::write_budget(const ReasoningSetting& reasoning) {
  const bool is_default = !reasoning.is_off() && !reasoning.tokens() && reasoning.level().empty();
  if (!is_default) out_.member("thinkingBudget", budget_of(reasoning));
}

int ConfigWriter::budget_of(const ReasoningSetting& reasoning) {
  if (reasoning.is_off()) {
    if (family_.can_be_off) return 0;
    warn("reasoning", "the model always reasons; the smallest budget was sent");
    return family_.least_budget;
  }
  if (const auto tokens = reasoning.tokens()) {
    const int budget = std::clamp(*tokens, family_.least_budget, family_.largest_budget);
    if (budget != *tokens) warn("reasoning", "the model takes another range; " + std::to_string(budget) + " was sent");
    return budget;
  }
  const auto& level = reasoning.level();
  if (level == "minimal") return std::max(512, family_.least_budget);
  if (level == "low") return 1024;
  if (level == "medium") return 8192;
  if (level == "high") return std::min(24576, family_.largest_budget);
  if (level == "xhigh" || level == "max") return family_.largest_budget;
  warn("reasoning", "the effort '" + level + "' is not known; the model chooses how much it reasons");
  return -1;
}

void ConfigWriter::write_level(const ReasoningSetting& reasoning) {
  if (const auto level = level_of(reasoning); !level.empty()) out_.member("thinkingLevel", level);
}

std::string ConfigWriter::level_of(const ReasoningSetting& reasoning) {
  const std::string least = family_.has_minimal ? "MINIMAL" : "LOW";
  const auto instead = [this](std::string why, std::string level) {
    warn("reasoning", std::move(why) + "; the level " + level + " was sent instead");
    return level;
  };
  if (reasoning.is_off()) return instead("the model always reasons", least);
  if (const auto tokens = reasoning.tokens())
    return instead("the model takes no budget", *tokens < 2048 ? "LOW" : *tokens < 8192 ? "MEDIUM" : "HIGH");

  const auto& level = reasoning.level();
  if (level == "minimal") return family_.has_minimal ? least : instead("the model knows no effort 'minimal'", least);
  if (level == "xhigh" || level == "max") return instead("the model knows no effort '" + level + "'", "HIGH");
  std::string upper = level;
  std::ranges::transform(upper, upper.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return upper;
}

}  // namespace fastccg::protocols::generate_content
