#include "model/json_at.hpp"

#include <boost/json/parse.hpp>

namespace fastccg::sim {
namespace {

namespace json = boost::json;

const json::object no_object;
const json::array no_array;

}  // namespace

const json::object& object_at(const json::object& object, std::string_view name) noexcept {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_object() ? value->get_object() : no_object;
}

const json::array& array_at(const json::object& object, std::string_view name) noexcept {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_array() ? value->get_array() : no_array;
}

std::string_view text_at(const json::object& object, std::string_view name) noexcept {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

bool flag_at(const json::object& object, std::string_view name, bool absent) noexcept {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_bool() ? value->get_bool() : absent;
}

std::optional<std::size_t> count_at(const json::object& object, std::string_view name) noexcept {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  boost::system::error_code failed;
  const auto count = value->to_number<std::size_t>(failed);
  if (failed) return std::nullopt;
  return count;
}

ReadObject read_object(const std::string& text) {
  json::parse_options options;
  options.max_depth = 200;
  boost::system::error_code failed;
  auto parsed = json::parse(text, failed, {}, options);
  ReadObject read;
  read.is_json = !failed;
  read.is_object = !failed && parsed.is_object();
  if (failed) read.complaint = failed.message();
  if (read.is_object) read.value = std::move(parsed.get_object());
  return read;
}

}  // namespace fastccg::sim
