#include "catalog/index.hpp"

#include <algorithm>
#include <utility>

#include "catalog/fields.hpp"
#include "catalog/snapshot.hpp"

namespace fastccg::catalog {

namespace {

using json::Field;

constexpr std::string_view format_name = "fastccg-catalog";
constexpr std::int64_t format_version = 1;
constexpr std::string_view members[] = {"format", "version", "as_of", "defaults", "providers"};

void check_form(const Field& root) {
  const auto format = root.at("format");
  if (format.text() != format_name) format.fail("must be \"" + std::string(format_name) + "\"");
  const auto version = root.at("version");
  if (version.integer<std::int64_t>() != format_version)
    version.fail("must be " + std::to_string(format_version) + ", the only version that this FastCCG reads");
  for (std::size_t i = 0; i < root.members(); ++i) {
    const auto member = root.member(i);
    if (std::ranges::find(members, member.key()) == std::end(members)) member.fail("is not known");
  }
}

void apply_fields(ModelInfo& info, const Field& row, std::string_view except = {}) {
  for (std::size_t i = 0; i < row.members(); ++i) {
    const auto field = row.member(i);
    if (field.key() != except) apply_field(info, field);
  }
}

void refuse_aliases(const Field& row) {
  if (const auto aliases = row.find("aliases")) aliases->fail("can only stand in a model");
}

/// A prefix and the row of `families` that speaks of it.
class FamilyRow {
 public:
  FamilyRow(std::string_view prefix_, std::size_t index_) : prefix(prefix_), index(index_) {}

  std::string_view prefix;
  std::size_t index;
};

/// Short prefixes first, so that each family is complete before a narrower one builds on it.
std::vector<FamilyRow> in_order(const Field& rows) {
  std::vector<FamilyRow> order;
  for (std::size_t i = 0; i < rows.items(); ++i) {
    const auto row = rows.item(i);
    const auto prefixes = row.at("prefixes");
    for (std::size_t j = 0; j < prefixes.items(); ++j) order.emplace_back(prefixes.item(j).text(), i);
  }
  std::ranges::stable_sort(order, {}, [](const FamilyRow& row) { return row.prefix.size(); });
  return order;
}

}  // namespace

void ProviderModels::overlay(const Field& entry) {
  for (std::size_t i = 0; i < entry.members(); ++i) {
    const auto member = entry.member(i);
    if (member.key() != "families" && member.key() != "models") member.fail("is not known; use families or models");
  }
  if (const auto families = entry.find("families")) overlay_families(*families);
  if (const auto models = entry.find("models"))
    for (std::size_t i = 0; i < models->members(); ++i) overlay_model(models->member(i));
}

void ProviderModels::overlay_families(const Field& rows) {
  for (const auto& [prefix, index] : in_order(rows)) {
    const auto row = rows.item(index);
    refuse_aliases(row);
    const auto family = families_.try_emplace(std::string(prefix), family_of(prefix)).first;
    apply_fields(family->second, row, "prefixes");
  }
}

void ProviderModels::overlay_model(const Field& row) {
  const std::string id(row.key());
  if (id.empty()) row.fail("a model needs a name");
  const auto* known = row_of(id);
  ModelInfo info = known ? *known : family_of(id);
  if (!models_.contains(id)) info.aliases.clear();
  info.id = id;
  info.listed = true;
  apply_fields(info, row);
  drop_alias(id);
  take_over_aliases(row, info);
  models_.insert_or_assign(id, std::move(info));
}

void ProviderModels::take_over_aliases(const Field& row, const ModelInfo& info) {
  for (const auto& alias : info.aliases) {
    if (alias == info.id || models_.contains(alias)) row.fail("the alias \"" + alias + "\" is the name of a model");
    drop_alias(alias);
    aliases_.emplace(alias, info.id);
  }
}

void ProviderModels::drop_alias(std::string_view alias) {
  const auto known = aliases_.find(alias);
  if (known == aliases_.end()) return;
  if (const auto owner = models_.find(known->second); owner != models_.end()) std::erase(owner->second.aliases, alias);
  aliases_.erase(known);
}

const ModelInfo& ProviderModels::family_of(std::string_view id) const {
  for (auto size = id.size() + 1; size-- > 0;)
    if (const auto family = families_.find(id.substr(0, size)); family != families_.end()) return family->second;
  return usual_;
}

const ModelInfo* ProviderModels::exact_row_of(std::string_view id) const {
  const auto alias = aliases_.find(id);
  const auto row = models_.find(alias == aliases_.end() ? id : std::string_view(alias->second));
  return row == models_.end() ? nullptr : &row->second;
}

const ModelInfo* ProviderModels::row_of(std::string_view id) const {
  const auto* row = exact_row_of(id);
  return row ? row : exact_row_of(without_snapshot(id));
}

ModelInfo ProviderModels::find(std::string_view id) const {
  const auto* row = row_of(id);
  ModelInfo info = row ? *row : family_of(without_snapshot(id));
  info.id = id;
  return info;
}

void ProviderModels::append_all(std::vector<ModelInfo>& models) const {
  for (const auto& [id, info] : models_) models.push_back(info);
}

void Index::overlay(std::string_view text, const std::string& what) {
  const json::Document document(text, json::Document::Source(ErrorKind::usage, what, "Correct it there"));
  const auto root = document.root();
  check_form(root);
  if (const auto defaults = root.find("defaults")) {
    refuse_aliases(*defaults);
    apply_fields(defaults_, *defaults);
  }

  const auto providers = root.at("providers");
  for (std::size_t i = 0; i < providers.members(); ++i) {
    const auto entry = providers.member(i);
    if (entry.key().empty() || entry.key().find('/') != std::string_view::npos)
      entry.fail("a provider needs a name without a slash");
    auto usual = defaults_;
    usual.provider = entry.key();
    providers_.try_emplace(std::string(entry.key()), std::move(usual)).first->second.overlay(entry);
  }
}

const ProviderModels* Index::provider(std::string_view name) const {
  const auto provider = providers_.find(name);
  return provider == providers_.end() ? nullptr : &provider->second;
}

std::vector<ModelInfo> Index::all() const {
  std::vector<ModelInfo> models;
  for (const auto& [name, provider] : providers_) provider.append_all(models);
  return models;
}

std::vector<std::string> Index::full_names(std::string_view id) const {
  std::vector<std::string> names;
  for (const auto& [name, provider] : providers_)
    if (provider.lists(id)) names.push_back(name + "/" + std::string(id));
  return names;
}

}  // namespace fastccg::catalog
