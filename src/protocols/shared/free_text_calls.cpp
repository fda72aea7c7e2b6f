#include "protocols/shared/free_text_calls.hpp"

#include <string>

#include "json/reader.hpp"
#include "json/writer.hpp"

namespace fastccg::protocols::shared {

void KnownCalls::translate(std::size_t part) {
  json::BorrowedReader reader;
  const auto root = reader->parse(std::get<Opaque>(messages_.back()->parts[part]).json);
  if (!root) return;
  // The two protocols that have such calls write them in two ways.
  const auto call = (*root)["custom"].is_object() ? (*root)["custom"] : *root;
  const auto id = (*root)["call_id"].is_string() ? (*root)["call_id"] : (*root)["id"];
  if (id.text().empty()) return;

  if (copies_.empty() || messages_.back() != &copies_.back()) {
    copies_.push_back(*messages_.back());
    messages_.back() = &copies_.back();
  }
  const auto arguments = json::Writer().begin_object().member("input", call["input"].text()).end_object().take();
  copies_.back().parts[part] = ToolCall(std::string(id.text()), std::string(call["name"].text()), arguments);
}

}  // namespace fastccg::protocols::shared
