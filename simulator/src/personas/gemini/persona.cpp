#include <boost/json/serialize.hpp>

#include "personas/gemini/gemini.hpp"

namespace fastccg::sim {
namespace gemini {

void reject(std::string message, std::string field) {
  throw Rejected(Problem::invalid(std::move(message), std::move(field)));
}

bool is_newest(std::string_view model) noexcept {
  constexpr std::string_view name = "gemini-";
  if (model.substr(0, name.size()) != name) return false;
  return model.size() > name.size() && (!is_digit(model[name.size()]) || model[name.size()] >= '3');
}

Target::Target(std::string_view path) {
  constexpr std::string_view before = "/models/";
  const auto at = path.find(before);
  const auto colon = path.rfind(':');
  if (at == std::string_view::npos || colon == std::string_view::npos || colon < at + before.size()) return;
  model = path.substr(at + before.size(), colon - at - before.size());
  method = path.substr(colon + 1);
}

json::object parse_object(const std::string& body) {
  auto read = read_object(body);
  if (!read.is_json) reject("Invalid JSON payload received. " + read.complaint);
  if (!read.is_object) reject("Invalid JSON payload received. An object is expected.");
  return in_camel_case(read.value);
}

Headers headers(std::uint64_t identity) {
  return {{"X-Gemini-Service-Tier", "standard"},
          {"Server-Timing", "gfet4t7; dur=" + std::to_string(200 + Random(identity).below(900))},
          {"Vary", "Origin"}};
}

Response render_problem(const Problem& problem, std::uint64_t identity) {
  const auto body = error_body(problem);
  Response response(static_cast<unsigned>(body.at("error").at("code").to_number<int>()), json::serialize(body));
  response.content_type = "application/json; charset=UTF-8";
  response.headers = headers(identity);
  return response;
}

}  // namespace gemini

namespace {

using namespace gemini;

Details details_of(const Request& request, const Conversation& conversation) {
  Details details;
  details.as_events = request.parameter("alt") == "sse";
  details.is_newest = is_newest(conversation.model);
  const auto body = parse_object(request.body);
  const auto& thinking = object_at(object_at(body, "generationConfig"), "thinkingConfig");
  const auto* shows = thinking.if_contains("includeThoughts");
  details.shows_thoughts = shows != nullptr && *shows == true;
  return details;
}

// `POST {base}/v1beta/models/{model}:generateContent`, and the same for streams.
class Gemini : public ChatPersona {
 public:
  std::string_view name() const noexcept override { return "gemini"; }

  bool serves(const Request& request) const override { return Target(request.path).is_ours(); }

  Response render_problem(const Problem& problem, std::uint64_t identity) const override {
    return gemini::render_problem(problem, identity);
  }
  std::string render_stream_problem(const Problem& problem, const std::vector<Event>& sent) const override {
    const auto body = json::serialize(error_body(problem));
    const bool is_list = !sent.empty() && sent.front().frame.starts_with('[');
    return is_list ? ",\r\n" + body + "]" : "data: " + body + "\r\n\r\n";
  }
  // This service says it in the body alone.
  Headers render_come_back(const ComeBack&) const override { return {}; }

 protected:
  Conversation parse(const Request& request, const Backstage& backstage) const override {
    check_access(request, backstage.rules, "POST", 404);
    return checked(request, backstage.rules);
  }

  Response render_whole(const Exchange& exchange) const override {
    return gemini::render_whole(exchange, details_of(exchange.request, exchange.conversation));
  }
  Response render_stream(const Exchange& exchange) const override {
    return gemini::render_stream(exchange, details_of(exchange.request, exchange.conversation));
  }
  Headers headers(std::uint64_t identity) const override { return gemini::headers(identity); }

 private:
  static Conversation checked(const Request& request, const Rules& rules) {
    Target target(request.path);
    const auto body = parse_object(request.body);
    if (rules.validate) {
      check_fields(body);
      check_contents(body, is_newest(target.model));
    }
    check_model(target.model, rules);
    auto conversation = to_conversation(body, target.model);
    conversation.stream = target.streams();
    return conversation;
  }
};

}  // namespace

std::unique_ptr<Persona> make_gemini();
std::unique_ptr<Persona> make_gemini() { return std::make_unique<Gemini>(); }

}  // namespace fastccg::sim
