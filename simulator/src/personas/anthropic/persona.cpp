#include <boost/json/serialize.hpp>

#include "model/json_at.hpp"
#include "personas/anthropic/anthropic.hpp"

namespace fastccg::sim {
namespace anthropic {

json::object parse_object(const std::string& body) {
  auto read = read_object(body);
  if (!read.is_json) reject("The request body is not valid JSON.");
  if (!read.is_object) reject("The request body must be a JSON object.");
  return std::move(read.value);
}

}  // namespace anthropic

namespace {

namespace json = boost::json;
using anthropic::reject;

constexpr std::string_view suffix = "/v1/messages";

// `POST {base}/v1/messages`.
class Anthropic : public ChatPersona {
 public:
  std::string_view name() const noexcept override { return "anthropic"; }
  bool serves(const Request& request) const override { return request.path.ends_with(suffix); }

  Response render_problem(const Problem& problem, std::uint64_t identity) const override {
    return anthropic::render_problem(problem, identity);
  }
  std::string render_stream_problem(const Problem& problem, const std::vector<Event>&) const override {
    return anthropic::frame("error", json::serialize(anthropic::error_body(problem)));
  }
  Headers render_come_back(const ComeBack& when) const override { return anthropic::render_come_back(when); }
  std::string heartbeat() const override { return anthropic::frame("ping", R"({"type": "ping"})"); }
  bool is_terminator(std::string_view frame) const override {
    return frame == anthropic::frame("message_stop", anthropic::last_frame_data);
  }

 protected:
  Conversation parse(const Request& request, const Backstage& backstage) const override {
    check_access(request, backstage.rules);
    return checked(request, backstage.rules);
  }

  Response render_whole(const Exchange& exchange) const override { return anthropic::render_whole(exchange); }
  Response render_stream(const Exchange& exchange) const override { return anthropic::render_stream(exchange); }
  Headers headers(std::uint64_t identity) const override { return anthropic::headers(identity); }

 private:
  static Conversation checked(const Request& request, const Rules& rules) {
    if (rules.validate && to_lower(request.header("content-type")).find("application/json") == std::string::npos)
      reject("content-type: must be application/json");
    if (rules.validate && request.header("anthropic-version").empty()) reject("anthropic-version: header is required");
    const auto body = anthropic::parse_object(request.body);
    std::string model(text_at(body, "model"));
    if (rules.validate) {
      anthropic::check_fields(body, model);
      anthropic::check_tools(body);
      anthropic::check_messages(body, model);
    }
    check_model(model, rules);
    return anthropic::to_conversation(body, std::move(model));
  }
};

}  // namespace

std::unique_ptr<Persona> make_anthropic();
std::unique_ptr<Persona> make_anthropic() { return std::make_unique<Anthropic>(); }

}  // namespace fastccg::sim
