#include "speakers.hpp"

#include <algorithm>
#include <stdexcept>

#include "providers/table.hpp"

namespace fastccg::protocols::contract {

ModelInfo Speaker::model() const {
  ModelInfo model;
  model.provider = dialect.provider;
  model.id = speaks == Speaks::generate_content ? "gemini-3-pro" : "some-model";
  model.reasons = model.reasons_by_default = true;
  return model;
}

Rendered Speaker::render(const std::vector<Message>& messages, const Settings& settings) const {
  return render(messages, settings, model());
}

Rendered Speaker::render(const std::vector<Message>& messages, const Settings& settings, const ModelInfo& model) const {
  Request request;
  request.settings = settings;
  request.model = model;
  for (const auto& message : messages) request.messages.push_back(&message);
  return protocol().render(request, dialect);
}

const std::vector<Speaker>& speakers() {
  static const std::vector<Speaker> all = [] {
    std::vector<Speaker> list;
    for (const auto& row : providers::table) list.emplace_back(row.name, row.speaks, Dialect(row.name, row.quirks));
    const auto* openai = providers::find("openai");
    list.emplace_back("openai (Responses)", Speaks::responses, Dialect(openai->name, openai->quirks));
    return list;
  }();
  return all;
}

const Speaker& speaker(std::string_view name) {
  const auto found = std::ranges::find(speakers(), name, &Speaker::name);
  if (found == speakers().end()) throw std::out_of_range("nobody is called " + std::string(name));
  return *found;
}

}  // namespace fastccg::protocols::contract
