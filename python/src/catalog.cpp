#include "catalog.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "convert.hpp"
#include "fastccg/reply.hpp"
#include "fields.hpp"

namespace fastccg::python {

namespace {

const char* to_string(ModelInfo::Kind kind) {
  switch (kind) {
    case ModelInfo::Kind::chat: return "chat";
    case ModelInfo::Kind::responses: return "responses";
    case ModelInfo::Kind::embeddings: break;
  }
  return "embeddings";
}

const char* to_string(ModelInfo::Sampling sampling) {
  switch (sampling) {
    case ModelInfo::Sampling::allowed: return "allowed";
    case ModelInfo::Sampling::only_without_reasoning: return "only_without_reasoning";
    case ModelInfo::Sampling::rejected: break;
  }
  return "rejected";
}

Ref from_texts(const std::vector<std::string>& texts) {
  return to_list(texts, [](const std::string& text) { return to_python(text); });
}

std::optional<double> price(const Fields& model, const char* name) {
  auto* const value = model.find(name);
  return value ? std::optional(to_real(value, name)) : std::nullopt;
}

std::optional<std::int64_t> tokens(const Fields& usage, const char* name) {
  auto* const value = usage.find(name);
  return value ? std::optional(to_integer(value, name)) : std::nullopt;
}

}  // namespace

Ref cost_of(PyObject* model, PyObject* usage) {
  const Fields prices(model);
  ModelInfo info;
  if (prices.text("kind") == to_string(ModelInfo::Kind::embeddings)) info.kind = ModelInfo::Kind::embeddings;
  info.input_price = price(prices, "input_price");
  info.output_price = price(prices, "output_price");
  info.cached_input_price = price(prices, "cached_input_price");
  info.cache_write_price = price(prices, "cache_write_price");
  const Fields used(usage);
  Usage counts;
  counts.input = tokens(used, "input");
  counts.input_cached = tokens(used, "input_cached");
  counts.input_cache_write = tokens(used, "input_cache_write");
  counts.output = tokens(used, "output");
  return to_python(cost(info, counts));
}

Ref to_python(const ModelInfo& info) {
  return Dict()
      .set("provider", info.provider)
      .set("id", info.id)
      .set("listed", info.listed)
      .set("aliases", from_texts(info.aliases))
      .set("kind", to_string(info.kind))
      .set("context_tokens", info.context_tokens)
      .set("max_output_tokens", info.max_output_tokens)
      .set("input_price", info.input_price)
      .set("output_price", info.output_price)
      .set("cached_input_price", info.cached_input_price)
      .set("cache_write_price", info.cache_write_price)
      .set("images", info.images)
      .set("files", info.files)
      .set("audio", info.audio)
      .set("video", info.video)
      .set("tools", info.tools)
      .set("forced_tools", info.forced_tools)
      .set("schema_output", info.schema_output)
      .set("later_system", info.later_system)
      .set("prefill", info.prefill)
      .set("reasons", info.reasons)
      .set("reasons_by_default", info.reasons_by_default)
      .set("reasoning_can_be_off", info.reasoning_can_be_off)
      .set("efforts", info.efforts ? from_texts(*info.efforts) : none())
      .set("adaptive_reasoning", info.adaptive_reasoning)
      .set("takes_budget", info.takes_budget)
      .set("min_budget", info.min_budget)
      .set("max_budget", info.max_budget)
      .set("takes_stop", info.takes_stop)
      .set("temperature_with_top_p", info.temperature_with_top_p)
      .set("sampling", to_string(info.sampling))
      .set("dimensions", info.dimensions)
      .set("reducible_dimensions", info.reducible_dimensions)
      .set("released", info.released)
      .set("deprecated", info.deprecated)
      .set("retired", info.retired)
      .set("replacement", info.replacement)
      .set("note", info.note)
      .take();
}

}  // namespace fastccg::python
