#include "chat_helpers.hpp"

namespace simulator_test {

namespace json = boost::json;

RawAnswer ask(const fastccg::Simulator& simulator, const std::string& body, const std::string& headers) {
  return RawClient(simulator.port()).post(chat_path, body, headers);
}

std::string content(const RawAnswer& answer) { return at(answer.body, "/choices/0/message/content"); }

std::string joined(const RawAnswer& answer) {
  std::string text;
  for (const auto& event : answer.events()) {
    if (event == "[DONE]") break;
    const auto piece = at(event, "/choices/0/delta/content");
    if (piece != "null") text += piece;
  }
  return text;
}

std::string at(const std::string& text, const std::string& pointer) {
  boost::system::error_code failed;
  const auto value = json::parse(text, failed);
  if (failed) return "not JSON: " + text.substr(0, 200);
  std::error_code missing;
  const auto* found = value.find_pointer(pointer, missing);
  if (found == nullptr) return {};
  return found->is_string() ? std::string(found->get_string()) : json::serialize(*found);
}

std::size_t count_at(const std::string& text, const std::string& pointer) {
  return std::stoul("0" + at(text, pointer));
}

}  // namespace simulator_test
