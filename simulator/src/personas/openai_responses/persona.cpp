#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "model/json_at.hpp"
#include "personas/openai_responses/openai_responses.hpp"

namespace fastccg::sim {
namespace openai_responses {
namespace {

// What the first event of a stream says of the answer; empty if it was not sent.
json::object response_in(const std::vector<Event>& sent) {
  constexpr std::string_view data = "\ndata: ";
  for (const auto& event : sent) {
    const auto at = event.frame.find(data);
    if (!event.frame.starts_with("event: response.created") || at == std::string::npos) continue;
    boost::system::error_code failed;
    const auto value = json::parse(trim(std::string_view(event.frame).substr(at + data.size())), failed);
    if (!failed && value.is_object()) return object_at(value.get_object(), "response");
  }
  return {};
}

std::size_t next_sequence_number(const std::vector<Event>& sent) {
  constexpr std::string_view name = "\"sequence_number\":";
  for (auto event = sent.rbegin(); event != sent.rend(); ++event)
    if (const auto at = event->frame.rfind(name); at != std::string::npos)
      return static_cast<std::size_t>(std::atoll(event->frame.c_str() + at + name.size())) + 1;
  return 0;
}

}  // namespace

Response render_problem(const Problem& problem, std::uint64_t identity) {
  auto here = problem;
  if (problem.kind == Problem::Kind::unknown_model) {
    // Other than the chat endpoint's words, status and place.
    here =
        Problem::invalid("The requested model '" + problem.message + "' does not exist.", "model", "model_not_found");
  }
  if (problem.kind == Problem::Kind::context_length && problem.param.empty()) {
    here.param = "input";
    if (here.message.empty())
      here.message = "Your input exceeds the context window of this model. Please adjust your input and try again.";
  }
  return render_openai_problem(here, identity);
}

std::string render_stream_problem(const Problem& problem, const std::vector<Event>& sent) {
  const auto body = json::parse(render_problem(problem, 0).body).get_object();
  auto error = body.at("error").get_object();
  auto number = next_sequence_number(sent);
  auto response = response_in(sent);
  // A type of its own, as recorded streams have it: the code says more than the type.
  auto text = frame({{"type", "error"}, {"error", error}}, number);
  response["status"] = "failed";
  response["error"] = json::object{{"code", error.at("code").is_string() ? error.at("code") : error.at("type")},
                                   {"message", error.at("message")}};
  return text + frame({{"type", "response.failed"}, {"response", std::move(response)}}, number + 1);
}

}  // namespace openai_responses

namespace {

using namespace openai_responses;

constexpr std::string_view path_end = "/responses";

// The id that a path ends with; empty if it is that of the collection.
std::string id_in(const std::string& path) {
  const auto at = path.rfind("/responses/");
  return at == std::string::npos ? std::string() : path.substr(at + path_end.size() + 1);
}

// The items of a request behind those that it continues, if any.
json::array all_items(const json::object& body, const Store& store) {
  json::array items;
  const std::string previous(text_at(body, "previous_response_id"));
  if (!previous.empty()) {
    const auto* entry = store.find(previous);
    if (entry == nullptr)
      reject("Previous response with id '" + previous + "' not found.", "previous_response_id",
             "previous_response_not_found");
    items = json::parse(entry->conversation).get_array();
  }
  for (auto& item : items_of(body)) items.push_back(std::move(item));
  return items;
}

// `POST {base}/responses`. Under `/v1` it is as strict as OpenAI.
class OpenAiResponses : public ChatPersona {
 public:
  std::string_view name() const noexcept override { return "openai_responses"; }

  bool serves(const Request& request) const override { return request.path.ends_with(path_end); }

  Response render_problem(const Problem& problem, std::uint64_t identity) const override {
    return openai_responses::render_problem(problem, identity);
  }
  std::string render_stream_problem(const Problem& problem, const std::vector<Event>& sent) const override {
    return openai_responses::render_stream_problem(problem, sent);
  }
  bool is_terminator(std::string_view frame) const override {
    return frame.starts_with("event: response.completed\n") || frame.starts_with("event: response.incomplete\n");
  }

 protected:
  Conversation parse(const Request& request, const Backstage& backstage) const override {
    check_access(request, backstage.rules);
    return checked(request, backstage);
  }

  Response render_whole(const Exchange& exchange) const override {
    const auto body = openai::parse_object(exchange.request.body);
    const Rendered rendered(exchange, body);
    const bool waits = flag_at(body, "background");
    Response response(200, json::serialize(rendered.with_status(waits ? "queued" : rendered.final_status())));
    response.memorable = !keep(exchange, body, rendered);
    return response;
  }

  Response render_stream(const Exchange& exchange) const override {
    const auto body = openai::parse_object(exchange.request.body);
    const Rendered rendered(exchange, body);
    Response response;
    response.content_type = "text/event-stream; charset=utf-8";
    response.events = render_events(rendered, flag_at(object_at(body, "stream_options"), "include_obfuscation", true),
                                    flag_at(body, "background"), exchange.identity);
    response.memorable = !keep(exchange, body, rendered);
    return response;
  }

  Headers headers(std::uint64_t identity) const override { return openai_headers(identity); }

 private:
  static Conversation checked(const Request& request, const Backstage& backstage) {
    const auto& rules = backstage.rules;
    if (rules.validate) openai::check_content_type(request);
    const auto body = openai::parse_object(request.body);
    std::string model(text_at(body, "model"));
    if (rules.validate) {
      if (openai::present(body, "model") == nullptr) openai::missing("model");
      check_fields(body, model, request.path == "/v1/responses");
    }
    const auto items = all_items(body, backstage.store);
    if (rules.validate) check_items(items);
    check_model(model, rules, 400);
    return to_conversation(body, items, std::move(model));
  }

  // Whether the answer has to do with what is kept.
  static bool keep(const Exchange& exchange, const json::object& body, const Rendered& rendered) {
    const bool continues = !text_at(body, "previous_response_id").empty();
    if (!flag_at(body, "store", true)) return continues;
    auto items = all_items(body, exchange.backstage.store);
    for (const auto& item : rendered.output) items.push_back(item);
    Store::Entry entry;
    entry.answer = json::serialize(rendered.with_status(rendered.final_status()));
    entry.conversation = json::serialize(items);
    exchange.backstage.store.put(rendered.id, std::move(entry));
    return true;
  }
};

// `GET {base}/responses/{id}` and `DELETE`: what was kept.
class StoredResponses : public Endpoint {
 public:
  std::string_view name() const noexcept override { return "openai_stored_responses"; }
  bool serves(const Request& request) const override {
    const auto id = id_in(request.path);
    return !id.empty() && id.find('/') == std::string::npos;
  }

  Response render_problem(const Problem& problem, std::uint64_t identity) const override {
    return openai_responses::render_problem(problem, identity);
  }
  std::string render_stream_problem(const Problem& problem, const std::vector<Event>& sent) const override {
    return openai_responses::render_stream_problem(problem, sent);
  }

 protected:
  Response answer(const Request& request, Backstage& backstage, std::uint64_t identity) const override {
    check_access(request, backstage.rules, request.method == "DELETE" ? "DELETE" : "GET");
    const auto id = id_in(request.path);
    const auto* entry = backstage.store.find(id);
    if (entry == nullptr) {
      auto problem = Problem::invalid("Response with id '" + id + "' not found.");
      problem.status = 404;
      return forgotten(render_problem(problem, identity));
    }
    Response response(200, entry->answer);
    if (request.method == "DELETE") {
      backstage.store.erase(id);
      response.body = json::serialize(json::object{{"id", id}, {"object", "response"}, {"deleted", true}});
    }
    response.headers = openai_headers(identity);
    return forgotten(std::move(response));
  }

 private:
  static Response forgotten(Response response) {
    response.memorable = false;
    return response;
  }
};

}  // namespace

std::unique_ptr<Persona> make_openai_responses();
std::unique_ptr<Persona> make_openai_responses() { return std::make_unique<OpenAiResponses>(); }
std::unique_ptr<Persona> make_openai_stored_responses();
std::unique_ptr<Persona> make_openai_stored_responses() { return std::make_unique<StoredResponses>(); }

}  // namespace fastccg::sim
