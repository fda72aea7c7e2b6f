#include <array>

#include "model/json_at.hpp"
#include "model/peek.hpp"
#include "personas/mistral/mistral.hpp"
#include "personas/openai_chat/openai_chat.hpp"

namespace fastccg::sim {
namespace mistral {
namespace {

// A slash or a colon in a name is some other server's way to name a model of Mistral's.
bool is_own_model(std::string_view name) {
  constexpr std::array families{"mistral-",      "ministral-",      "magistral-", "codestral-",
                                "devstral-",     "voxtral-",        "pixtral-",   "open-mistral-",
                                "open-mixtral-", "open-codestral-", "mathstral-"};
  if (name.find_first_of("/:") != std::string_view::npos) return false;
  return std::ranges::any_of(families, [name](std::string_view family) { return name.starts_with(family); });
}

}  // namespace

bool is_meant(const Request& request) {
  if (request.path.starts_with("/mistral/")) return true;
  if (!request.path.starts_with("/v1/")) return false;
  return to_lower(request.header("user-agent")).find("mistral") != std::string::npos ||
         is_own_model(peek_text(request.body, "model"));
}

bool thinks(const json::object& body, std::string_view model) {
  const auto effort = text_at(body, "reasoning_effort");
  if (!effort.empty()) return effort != "none";
  return model.starts_with("magistral-");
}

Conversation to_conversation(const json::object& body, std::string model) {
  const bool thinking = thinks(body, model);
  auto conversation = openai_chat::to_conversation(body, std::move(model));
  conversation.thinks = thinking;
  if (text_at(body, "tool_choice") == "any") conversation.tool_choice = ToolChoice::required;
  return conversation;
}

}  // namespace mistral

namespace {

constexpr std::string_view suffix = "/chat/completions";

// `POST {base}/chat/completions`, where it is meant for Mistral.
class Mistral : public ChatPersona {
 public:
  std::string_view name() const noexcept override { return "mistral"; }

  bool serves(const Request& request) const override {
    return request.path.ends_with(suffix) && mistral::is_meant(request);
  }

  Response render_problem(const Problem& problem, std::uint64_t identity) const override {
    return mistral::render_problem(problem, identity);
  }
  std::string render_stream_problem(const Problem& problem, const std::vector<Event>&) const override {
    return mistral::render_stream_problem(problem);
  }
  Headers render_come_back(const ComeBack& when) const override { return mistral::render_come_back(when); }
  bool is_terminator(std::string_view frame) const override { return frame == "data: [DONE]\n\n"; }

 protected:
  Conversation parse(const Request& request, const Backstage& backstage) const override {
    check_access(request, backstage.rules);
    const auto body = mistral::parse_object(request.body);
    if (backstage.rules.validate) {
      mistral::check_fields(body);
      mistral::check_messages(body);
    }
    std::string model(text_at(body, "model"));
    check_model(model, backstage.rules, 400);
    return mistral::to_conversation(body, std::move(model));
  }

  Response render_whole(const Exchange& exchange) const override { return mistral::render_whole(exchange); }
  Response render_stream(const Exchange& exchange) const override { return mistral::render_stream(exchange); }
  Headers headers(std::uint64_t identity) const override { return mistral::headers(identity); }
};

}  // namespace

std::unique_ptr<Persona> make_mistral();
std::unique_ptr<Persona> make_mistral() { return std::make_unique<Mistral>(); }

}  // namespace fastccg::sim
