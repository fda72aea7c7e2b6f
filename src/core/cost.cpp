#include <algorithm>

#include "fastccg/catalog.hpp"
#include "fastccg/reply.hpp"

namespace fastccg {

namespace {

constexpr double per_million = 1e-6;

double at(double price, std::int64_t tokens) noexcept { return price * per_million * static_cast<double>(tokens); }

}  // namespace

std::optional<double> cost(const ModelInfo& model, const Usage& usage) noexcept {
  // Vectors are paid by what is read: there is no output, and no price for it.
  const bool writes = model.kind != ModelInfo::Kind::embeddings;
  if (!model.input_price || !usage.input || (writes && (!model.output_price || !usage.output))) return std::nullopt;
  const auto cached = usage.input_cached.value_or(0);
  const auto written = usage.input_cache_write.value_or(0);
  const auto plain = std::max<std::int64_t>(*usage.input - cached - written, 0);
  return at(*model.input_price, plain) + at(model.cached_input_price.value_or(*model.input_price), cached) +
         at(model.cache_write_price.value_or(*model.input_price), written) +
         (writes ? at(*model.output_price, *usage.output) : 0);
}

}  // namespace fastccg
