#include "session/migrate.hpp"

#include <boost/json/value.hpp>

namespace fastccg::session {

void migrate(json::Document& file, std::int64_t version, std::span<const Migration> steps) {
  auto* root = file.value().if_object();
  if (!root) return;
  for (const auto& step : steps) {
    if (step.from < version) continue;
    step.step(*root);
    root->insert_or_assign("version", step.from + 1);
  }
}

}  // namespace fastccg::session
