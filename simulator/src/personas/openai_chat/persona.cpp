#include "personas/openai_chat/openai_chat.hpp"

namespace fastccg::sim {
namespace {

using namespace openai_chat;

constexpr std::string_view suffix = "/chat/completions";

// Azure names the model in the path: `/openai/deployments/{name}/chat/completions`.
std::string deployment(const Request& request) {
  constexpr std::string_view before = "/deployments/";
  const auto at = request.path.find(before);
  if (at == std::string::npos) return {};
  const auto start = at + before.size();
  return request.path.substr(start, request.path.find('/', start) - start);
}

// A persona keeps nothing between calls, and the body is parsed anew for the details that only rendering needs. What
// that costs is saved where answers to equal requests are remembered.
Details details_of(const Request& request) { return to_details(openai::parse_object(request.body)); }

// `POST {base}/chat/completions`. Under `/v1` it is as strict as OpenAI; under other paths stand the services that
// imitate it, with fields of their own.
class OpenAiChat : public ChatPersona {
 public:
  std::string_view name() const noexcept override { return "openai_chat"; }

  bool serves(const Request& request) const override {
    const std::string_view path = request.path;
    return path.size() >= suffix.size() && path.substr(path.size() - suffix.size()) == suffix;
  }

  Response render_problem(const Problem& problem, std::uint64_t identity) const override {
    return render_openai_problem(problem, identity);
  }
  std::string render_stream_problem(const Problem& problem, const std::vector<Event>&) const override {
    return render_openai_stream_problem(problem);
  }
  bool is_terminator(std::string_view frame) const override { return frame == "data: [DONE]\n\n"; }

 protected:
  Conversation parse(const Request& request, const Backstage& backstage) const override {
    check_access(request, backstage.rules);
    return checked(request, backstage.rules);
  }

  Response render_whole(const Exchange& exchange) const override {
    return openai_chat::render_whole(exchange, details_of(exchange.request));
  }
  Response render_stream(const Exchange& exchange) const override {
    return openai_chat::render_stream(exchange, details_of(exchange.request));
  }
  Headers headers(std::uint64_t identity) const override { return openai_headers(identity); }

 private:
  static Conversation checked(const Request& request, const Rules& rules) {
    if (rules.validate) openai::check_content_type(request);
    const auto body = openai::parse_object(request.body);
    auto model = deployment(request);
    if (const auto* named = body.if_contains("model"); named != nullptr && named->is_string())
      model = named->get_string();
    else if (rules.validate && model.empty())
      reject(named == nullptr ? "you must provide a model parameter" : "Invalid type for 'model': expected a string.",
             named == nullptr ? "" : "model", named == nullptr ? "" : "invalid_type");
    if (rules.validate) {
      check_fields(body, model, request.path == "/v1/chat/completions");
      check_messages(body.at("messages"));
      check_json_is_mentioned(body);
    }
    check_model(model, rules);
    return to_conversation(body, std::move(model));
  }
};

}  // namespace

std::unique_ptr<Persona> make_openai_chat();
std::unique_ptr<Persona> make_openai_chat() { return std::make_unique<OpenAiChat>(); }

}  // namespace fastccg::sim
