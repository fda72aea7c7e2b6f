#include <boost/json/serialize.hpp>

#include "engine/engine.hpp"
#include "model/json_at.hpp"
#include "personas/anthropic/anthropic.hpp"
#include "personas/gemini/gemini.hpp"

namespace fastccg::sim {
namespace {

namespace json = boost::json;

/// Counts the tokens of a conversation that is not answered.
class TokenCount : public Endpoint {
 public:
  std::string render_stream_problem(const Problem& problem, const std::vector<Event>&) const final {
    return render_problem(problem, 0).body;
  }

 protected:
  Response answer(const Request& request, Backstage& backstage, std::uint64_t) const final {
    check_access(request, backstage.rules);
    const auto conversation = parse(request, backstage.rules);
    check_model(conversation.model, backstage.rules);
    return {200, json::serialize(render(count_input_tokens(conversation)))};
  }
  virtual Conversation parse(const Request& request, const Rules& rules) const = 0;
  virtual json::object render(std::size_t tokens) const = 0;
};

// `POST {base}/v1/messages/count_tokens`.
class AnthropicTokenCount : public TokenCount {
 public:
  std::string_view name() const noexcept override { return "anthropic_token_count"; }
  bool serves(const Request& request) const override { return request.path.ends_with("/v1/messages/count_tokens"); }
  Response render_problem(const Problem& problem, std::uint64_t identity) const override {
    return anthropic::render_problem(problem, identity);
  }
  Headers render_come_back(const ComeBack& when) const override { return anthropic::render_come_back(when); }

 protected:
  Conversation parse(const Request& request, const Rules& rules) const override {
    auto body = anthropic::parse_object(request.body);
    std::string model(text_at(body, "model"));
    if (rules.validate) {
      // The same as for an answer, but for its length.
      if (body.contains("max_tokens")) anthropic::reject("max_tokens: Extra inputs are not permitted");
      body["max_tokens"] = std::int64_t{1} << 30U;
      anthropic::check_fields(body, model);
      anthropic::check_tools(body);
      anthropic::check_messages(body, model);
    }
    return anthropic::to_conversation(body, std::move(model));
  }
  json::object render(std::size_t tokens) const override { return {{"input_tokens", tokens}}; }
};

// `POST {base}/models/{model}:countTokens`, with the contents alone or with a whole request.
class GeminiTokenCount : public TokenCount {
 public:
  std::string_view name() const noexcept override { return "gemini_token_count"; }
  bool serves(const Request& request) const override {
    const gemini::Target target(request.path);
    return target.method == "countTokens";
  }
  Response render_problem(const Problem& problem, std::uint64_t identity) const override {
    return gemini::render_problem(problem, identity);
  }
  Headers render_come_back(const ComeBack&) const override { return {}; }

 protected:
  Conversation parse(const Request& request, const Rules& rules) const override {
    const gemini::Target target(request.path);
    auto body = gemini::parse_object(request.body);
    if (const auto whole = object_at(body, "generateContentRequest"); !whole.empty()) body = whole;
    if (rules.validate && array_at(body, "contents").empty())
      gemini::reject("* CountTokensRequest.contents: contents is not specified");
    return gemini::to_conversation(body, target.model);
  }
  json::object render(std::size_t tokens) const override {
    return {{"totalTokens", tokens},
            {"promptTokensDetails", json::array{json::object{{"modality", "TEXT"}, {"tokenCount", tokens}}}}};
  }
};

}  // namespace

std::unique_ptr<Persona> make_anthropic_token_count();
std::unique_ptr<Persona> make_anthropic_token_count() { return std::make_unique<AnthropicTokenCount>(); }
std::unique_ptr<Persona> make_gemini_token_count();
std::unique_ptr<Persona> make_gemini_token_count() { return std::make_unique<GeminiTokenCount>(); }

}  // namespace fastccg::sim
