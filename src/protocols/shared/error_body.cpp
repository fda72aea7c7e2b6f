#include "protocols/shared/error_body.hpp"

#include <cmath>

namespace fastccg::protocols::shared {

namespace {

constexpr std::size_t longest_plain_message = 500;

std::string text_of(const json::Node& node) {
  if (const auto text = node.string()) return std::string(*text);
  if (node.number()) return node.serialized();
  return {};
}

int status_of(const json::Node& node) noexcept {
  const auto number = node.integer();
  return number && *number >= 400 && *number <= 599 ? static_cast<int>(*number) : 0;
}

/// A list of what validation found: where, and what.
std::string validation_text(const json::Node& list) {
  std::string all;
  for (const auto item : list.elements()) {
    std::string where;
    for (const auto step : item["loc"].elements()) where += (where.empty() ? "" : ".") + text_of(step);
    const auto what = item.string() ? item.text() : item["msg"].text();
    if (what.empty()) continue;
    if (!all.empty()) all += "; ";
    if (!where.empty()) all += where + ": ";
    all += what;
  }
  return all;
}

/// A message that is text, or an object or list that has text somewhere in it.
std::string message_of(const json::Node& node) {
  if (!node) return {};
  if (const auto text = node.string()) return std::string(*text);
  if (node.is_array()) {
    auto text = validation_text(node);
    return text.empty() && node.size() > 0 ? node.serialized() : text;
  }
  if (!node.is_object()) return {};
  for (const auto* name : {"message", "detail", "error", "msg", "error_description"}) {
    if (auto text = message_of(node[name]); !text.empty()) return text;
  }
  return node.size() > 0 ? node.serialized() : std::string();
}

/// The title or the heading of a page, or plain text as it stands.
std::string plain_message(std::string_view body) {
  body = trimmed(body);
  if (!body.starts_with('<')) return std::string(cut(body, longest_plain_message));
  for (const std::string_view tag : {"title", "h1"}) {
    const auto open = body.find("<" + std::string(tag) + ">");
    if (open == std::string_view::npos) continue;
    const auto begin = open + tag.size() + 2;
    const auto text = trimmed(body.substr(begin, std::min(body.find('<', begin), body.size()) - begin));
    if (!text.empty()) return std::string(cut(text, longest_plain_message));
  }
  return std::string(cut(body, 200));
}

}  // namespace

bool reports_error(const json::Node& root) noexcept {
  const auto document = root.is_array() ? root.at(0) : root;
  // One pass, since every chunk of every stream is asked.
  json::Node error;
  bool is_called_error = false;
  for (const auto& [name, value] : document.members()) {
    if (name == "error")
      error = value;
    else if (name == "object" || name == "type")
      is_called_error = is_called_error || value.text() == "error";
  }
  if (error.is_string()) return !error.text().empty();
  if (error.is_object()) return error.size() > 0;
  return error.boolean().value_or(false) || is_called_error;
}

ErrorBody read_error(const json::Node& root) {
  const auto document = root.is_array() ? root.at(0) : root;
  const auto inner = document["error"];
  const auto& holder = inner.is_object() ? inner : document;

  ErrorBody error;
  error.message = message_of(inner.is_object() || inner.is_string() ? inner : document);
  error.type = text_of(holder["type"]);
  error.code = text_of(holder["code"]);
  error.param = text_of(holder["param"]);
  if (error.code.empty()) error.code = text_of(document["code"]);

  const json::Node statuses[] = {holder["status_code"], holder["code"], document["raw_status_code"], document["code"],
                                 document["status"]};
  for (const auto& node : statuses)
    if (error.status == 0) error.status = status_of(node);

  const auto metadata = holder["metadata"];
  if (metadata) error.details = metadata.serialized();
  if (const auto code = holder["innererror"]["code"].string()) error.details += *code;
  if (const auto status = holder["status"].string()) error.details += *status;
  return error;
}

ErrorBody read_error(std::string_view body) {
  json::BorrowedReader reader;
  if (const auto root = reader->parse(body); root && (root->is_object() || root->is_array())) return read_error(*root);
  ErrorBody error;
  error.message = plain_message(body);
  return error;
}

std::string_view cut(std::string_view text, std::size_t bytes) noexcept {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t\r\n";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace fastccg::protocols::shared
