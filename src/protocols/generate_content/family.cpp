#include "protocols/generate_content/family.hpp"

namespace fastccg::protocols::generate_content {

namespace {

/// The number that stands at the front, such as 2.5 as 205; 0 if none does.
int version_of(std::string_view text) noexcept {
  int parts[2] = {0, 0};
  for (auto& part : parts) {
    while (!text.empty() && text.front() >= '0' && text.front() <= '9' && part < 100) {
      part = part * 10 + (text.front() - '0');
      text.remove_prefix(1);
    }
    if (!text.starts_with('.')) break;
    text.remove_prefix(1);
  }
  return parts[0] * 100 + parts[1];
}

bool contains(std::string_view text, std::string_view word) noexcept {
  return text.find(word) != std::string_view::npos;
}

}  // namespace

std::string_view bare_model(std::string_view model) noexcept {
  constexpr std::string_view collection = "models/";
  return model.starts_with(collection) ? model.substr(collection.size()) : model;
}

Family::Family(std::string_view model) {
  model = bare_model(model);
  const bool is_gemma = model.starts_with("gemma");
  constexpr std::string_view name = "gemini-";
  const int version = model.starts_with(name) ? version_of(model.substr(name.size())) : 0;
  const bool is_pro = contains(model, "-pro");
  if (!is_gemma && (version == 0 || version >= 300)) {
    has_minimal = version != 0 && version < 307 && !is_pro;
    return;
  }

  takes_system = !is_gemma;
  wants_signatures = schema_with_tools = media_in_results = media_resolution = false;
  validates_calls = version >= 205;
  thinking = version >= 205 ? Thinking::budget : Thinking::none;
  can_be_off = !is_pro;
  least_budget = is_pro ? 128 : contains(model, "-lite") ? 512 : 1;
  largest_budget = is_pro ? 32768 : 24576;
}

}  // namespace fastccg::protocols::generate_content
