#include "catalog/fields.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace fastccg::catalog {

namespace {

using json::Field;

using Tokens = std::optional<std::int64_t>;
using Price = std::optional<double>;

Tokens tokens(const Field& field) {
  if (field.is_null()) return std::nullopt;
  const auto value = field.integer<std::int64_t>();
  if (value < 1) field.fail("must be at least 1, or null");
  return value;
}

Price price(const Field& field) {
  if (field.is_null()) return std::nullopt;
  const auto value = field.number();
  if (value < 0) field.fail("must be zero or more, or null");
  return value;
}

std::string text(const Field& field) { return std::string(field.text()); }

std::vector<std::string> texts(const Field& field) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < field.items(); ++i) {
    const auto item = field.item(i);
    if (item.text().empty()) item.fail("is empty");
    all.emplace_back(item.text());
  }
  return all;
}

bool is_number(std::string_view digits, int low, int high) {
  int value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
  }
  return value >= low && value <= high;
}

std::string day(const Field& field) {
  const auto is = field.text();
  const bool good =
      is.empty() || (is.size() == 10 && is[4] == '-' && is[7] == '-' && is_number(is.substr(0, 4), 1970, 9999) &&
                     is_number(is.substr(5, 2), 1, 12) && is_number(is.substr(8, 2), 1, 31));
  if (!good) field.fail("must be a day as YYYY-MM-DD, or empty");
  return std::string(is);
}

ModelInfo::Kind kind(const Field& field) {
  using Kind = ModelInfo::Kind;
  return field.one_of<Kind>({{"chat", Kind::chat}, {"responses", Kind::responses}, {"embeddings", Kind::embeddings}});
}

ModelInfo::Sampling sampling(const Field& field) {
  using Sampling = ModelInfo::Sampling;
  return field.one_of<Sampling>({{"allowed", Sampling::allowed},
                                 {"only_without_reasoning", Sampling::only_without_reasoning},
                                 {"rejected", Sampling::rejected}});
}

std::optional<std::vector<std::string>> efforts(const Field& field) {
  if (field.is_null()) return std::nullopt;
  return texts(field);
}

class Entry {
 public:
  std::string_view name;
  void (*apply)(ModelInfo&, const Field&);
};

constexpr Entry entries[] = {
    {"adaptive_reasoning", [](ModelInfo& m, const Field& f) { m.adaptive_reasoning = f.boolean(); }},
    {"aliases", [](ModelInfo& m, const Field& f) { m.aliases = texts(f); }},
    {"audio", [](ModelInfo& m, const Field& f) { m.audio = f.boolean(); }},
    {"cache_write_price", [](ModelInfo& m, const Field& f) { m.cache_write_price = price(f); }},
    {"cached_input_price", [](ModelInfo& m, const Field& f) { m.cached_input_price = price(f); }},
    {"context_tokens", [](ModelInfo& m, const Field& f) { m.context_tokens = tokens(f); }},
    {"deprecated", [](ModelInfo& m, const Field& f) { m.deprecated = day(f); }},
    {"dimensions", [](ModelInfo& m, const Field& f) { m.dimensions = tokens(f); }},
    {"efforts", [](ModelInfo& m, const Field& f) { m.efforts = efforts(f); }},
    {"files", [](ModelInfo& m, const Field& f) { m.files = f.boolean(); }},
    {"forced_tools", [](ModelInfo& m, const Field& f) { m.forced_tools = f.boolean(); }},
    {"images", [](ModelInfo& m, const Field& f) { m.images = f.boolean(); }},
    {"input_price", [](ModelInfo& m, const Field& f) { m.input_price = price(f); }},
    {"kind", [](ModelInfo& m, const Field& f) { m.kind = kind(f); }},
    {"later_system", [](ModelInfo& m, const Field& f) { m.later_system = f.boolean(); }},
    {"max_budget", [](ModelInfo& m, const Field& f) { m.max_budget = tokens(f); }},
    {"max_output_tokens", [](ModelInfo& m, const Field& f) { m.max_output_tokens = tokens(f); }},
    {"min_budget", [](ModelInfo& m, const Field& f) { m.min_budget = tokens(f); }},
    {"note", [](ModelInfo& m, const Field& f) { m.note = text(f); }},
    {"output_price", [](ModelInfo& m, const Field& f) { m.output_price = price(f); }},
    {"prefill", [](ModelInfo& m, const Field& f) { m.prefill = f.boolean(); }},
    {"reasoning_can_be_off", [](ModelInfo& m, const Field& f) { m.reasoning_can_be_off = f.boolean(); }},
    {"reasons", [](ModelInfo& m, const Field& f) { m.reasons = f.boolean(); }},
    {"reasons_by_default", [](ModelInfo& m, const Field& f) { m.reasons_by_default = f.boolean(); }},
    {"reducible_dimensions", [](ModelInfo& m, const Field& f) { m.reducible_dimensions = f.boolean(); }},
    {"released", [](ModelInfo& m, const Field& f) { m.released = day(f); }},
    {"replacement", [](ModelInfo& m, const Field& f) { m.replacement = text(f); }},
    {"retired", [](ModelInfo& m, const Field& f) { m.retired = day(f); }},
    {"sampling", [](ModelInfo& m, const Field& f) { m.sampling = sampling(f); }},
    {"schema_output", [](ModelInfo& m, const Field& f) { m.schema_output = f.boolean(); }},
    {"takes_budget", [](ModelInfo& m, const Field& f) { m.takes_budget = f.boolean(); }},
    {"takes_stop", [](ModelInfo& m, const Field& f) { m.takes_stop = f.boolean(); }},
    {"temperature_with_top_p", [](ModelInfo& m, const Field& f) { m.temperature_with_top_p = f.boolean(); }},
    {"tools", [](ModelInfo& m, const Field& f) { m.tools = f.boolean(); }},
    {"video", [](ModelInfo& m, const Field& f) { m.video = f.boolean(); }},
};

static_assert(std::ranges::is_sorted(entries, {}, &Entry::name), "keep the fields sorted by name");

}  // namespace

void apply_field(ModelInfo& info, const Field& field) {
  const auto* entry = std::ranges::lower_bound(entries, field.key(), {}, &Entry::name);
  if (entry == std::end(entries) || entry->name != field.key()) field.fail("is not a field of a model");
  entry->apply(info, field);
}

std::size_t field_count() noexcept { return std::size(entries); }

}  // namespace fastccg::catalog
