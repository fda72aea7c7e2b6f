#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fastccg/catalog.hpp"
#include "json/document.hpp"

namespace fastccg::catalog {

/// The models of one provider, and what is usual for others of it.
class ProviderModels {
 public:
  /// `usual` is what to suppose of a model of which nothing else is known.
  explicit ProviderModels(ModelInfo usual) : usual_(std::move(usual)) {}

  /// Lays a provider's entry of a catalogue file over what is known.
  void overlay(const json::Field& entry);
  ModelInfo find(std::string_view id) const;
  bool lists(std::string_view id) const { return row_of(id) != nullptr; }
  void append_all(std::vector<ModelInfo>& models) const;

 private:
  void overlay_families(const json::Field& rows);
  void overlay_model(const json::Field& row);
  void take_over_aliases(const json::Field& row, const ModelInfo& info);
  void drop_alias(std::string_view alias);
  /// What is known of the longest beginning of `id`.
  const ModelInfo& family_of(std::string_view id) const;
  const ModelInfo* row_of(std::string_view id) const;
  const ModelInfo* exact_row_of(std::string_view id) const;

  ModelInfo usual_;
  std::map<std::string, ModelInfo, std::less<>> families_;  // by prefix
  std::map<std::string, ModelInfo, std::less<>> models_;
  std::map<std::string, std::string, std::less<>> aliases_;  // alias, id
};

/// All that is known of models: what catalogue files said, one laid over the other.
class Index {
 public:
  /// Reads a catalogue file. If it throws, this object is of no use any more. `what` names the text in errors.
  void overlay(std::string_view text, const std::string& what);

  /// Nothing if no file has spoken of the provider.
  const ProviderModels* provider(std::string_view name) const;
  /// What to suppose of a model of a provider that no file has spoken of.
  const ModelInfo& defaults() const noexcept { return defaults_; }
  std::vector<ModelInfo> all() const;
  /// The full names of all models that their providers call `id`.
  std::vector<std::string> full_names(std::string_view id) const;

 private:
  ModelInfo defaults_;
  std::map<std::string, ProviderModels, std::less<>> providers_;
};

}  // namespace fastccg::catalog
