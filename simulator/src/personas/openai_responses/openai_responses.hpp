#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "personas/openai_common.hpp"
#include "personas/openai_families.hpp"
#include "personas/openai_fields.hpp"

namespace fastccg::sim::openai_responses {

namespace json = boost::json;
using openai::reject;

/// Checks the fields of a request other than its input. `strict` also refuses unknown fields, and what some models do
/// not take.
void check_fields(const json::object& body, std::string_view model, bool strict);
/// Checks a list of items, what came before included.
void check_items(const json::array& items);

/// The items of a request, a mere text being one.
json::array items_of(const json::object& body);
/// Reads what the engine needs; what is missing or of the wrong type is passed over.
Conversation to_conversation(const json::object& body, const json::array& items, std::string model);
bool thinks(const json::object& body, std::string_view model);

/// What the service writes for the eyes of nobody: it follows from the item that it belongs to.
std::string encrypted_content_of(std::string_view item_id);

/// The answer object and its parts.
class Rendered {
 public:
  Rendered(const ChatPersona::Exchange& exchange, const json::object& body);

  std::string id;
  json::array output;
  /// The whole object with that status: "queued" and "in_progress" have no output and no usage yet.
  json::object with_status(std::string_view status) const;
  std::string_view final_status() const noexcept { return final_status_; }

 private:
  json::object head_;
  json::object usage_;
  json::value incomplete_details_;
  std::string final_status_;
};

std::vector<Event> render_events(const Rendered& rendered, bool obfuscated, bool in_background, std::uint64_t identity);
/// One event of a stream.
std::string frame(json::object data, std::size_t sequence_number);
Response render_problem(const Problem& problem, std::uint64_t identity);
std::string render_stream_problem(const Problem& problem, const std::vector<Event>& sent);

}  // namespace fastccg::sim::openai_responses
