#include "model/peek.hpp"

#include "model/text.hpp"

namespace fastccg::sim {
namespace {

// Where the string that begins at `at` ends: the place of its closing quote, or the end of the text.
std::size_t end_of_string(std::string_view json, std::size_t at) noexcept {
  for (++at; at < json.size() && json[at] != '"'; ++at)
    if (json[at] == '\\') ++at;
  return at < json.size() ? at : json.size();
}

}  // namespace

std::string_view peek_text(std::string_view json, std::string_view name) noexcept {
  std::size_t depth = 0;
  bool is_named = false;  // the member that comes next is the one
  for (std::size_t at = 0; at < json.size(); ++at) {
    const auto c = json[at];
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (c == ',') is_named = false;
    if (c != '"') continue;
    const auto end = end_of_string(json, at);
    const auto text = json.substr(at + 1, end - at - 1);
    at = end;
    if (depth != 1) continue;
    const auto rest = trim(json.substr(std::min(end + 1, json.size()), 32));
    const bool is_key = !rest.empty() && rest.front() == ':';
    if (!is_key && is_named) return text.find('\\') == std::string_view::npos ? text : std::string_view();
    is_named = is_key && text == name;
  }
  return {};
}

}  // namespace fastccg::sim
