#include "personas/anthropic/anthropic.hpp"
#include "personas/gemini/gemini.hpp"
#include "personas/mistral/mistral.hpp"
#include "personas/model_list.hpp"
#include "personas/openai_common.hpp"

namespace fastccg::sim {
namespace {

namespace json = boost::json;

class OpenAiModels : public ModelList {
 public:
  std::string_view name() const noexcept override { return "openai_models"; }
  Response render_problem(const Problem& problem, std::uint64_t identity) const override {
    return render_openai_problem(problem, identity);
  }

 protected:
  bool is_meant(const Request&) const override { return true; }
  std::vector<std::string> usual_models() const override {
    return {"gpt-3.5-turbo", "gpt-4.1",      "gpt-4.1-mini",          "gpt-4o", "gpt-4o-mini", "gpt-5",
            "gpt-5-mini",    "gpt-5.4-mini", "text-embedding-3-small"};
  }
  json::object describe(const std::string& model) const override {
    return {{"id", model}, {"object", "model"}, {"created", openai_created}, {"owned_by", "fastccg-simulator"}};
  }
  json::object list(json::array models) const override { return {{"object", "list"}, {"data", std::move(models)}}; }
  Headers headers(std::uint64_t identity) const override { return openai_headers(identity); }
};

class AnthropicModels : public ModelList {
 public:
  std::string_view name() const noexcept override { return "anthropic_models"; }
  Response render_problem(const Problem& problem, std::uint64_t identity) const override {
    return anthropic::render_problem(problem, identity);
  }
  Headers render_come_back(const ComeBack& when) const override { return anthropic::render_come_back(when); }

 protected:
  bool is_meant(const Request& request) const override { return !request.header("anthropic-version").empty(); }
  std::vector<std::string> usual_models() const override {
    return {"claude-haiku-4-5", "claude-opus-5", "claude-sonnet-4-5", "claude-sonnet-5"};
  }
  json::object describe(const std::string& model) const override {
    return {{"type", "model"},       {"id", model},
            {"display_name", model}, {"created_at", "2026-01-01T00:00:00Z"},
            {"lifecycle", "active"}, {"max_input_tokens", 200000},
            {"max_tokens", 64000}};
  }
  json::object list(json::array models) const override {
    json::object answer{{"has_more", false}, {"first_id", nullptr}, {"last_id", nullptr}};
    if (!models.empty()) {
      answer["first_id"] = models.front().at("id");
      answer["last_id"] = models.back().at("id");
    }
    answer["data"] = std::move(models);
    return answer;
  }
  Headers headers(std::uint64_t identity) const override { return anthropic::headers(identity); }
};

class GeminiModels : public ModelList {
 public:
  std::string_view name() const noexcept override { return "gemini_models"; }
  Response render_problem(const Problem& problem, std::uint64_t identity) const override {
    return gemini::render_problem(problem, identity);
  }
  Headers render_come_back(const ComeBack&) const override { return {}; }

 protected:
  bool is_meant(const Request& request) const override {
    return request.path.find("/v1beta/") != std::string::npos || !request.header("x-goog-api-key").empty();
  }
  std::vector<std::string> usual_models() const override {
    return {"gemini-2.5-flash", "gemini-3.6-flash", "gemini-embedding-001", "gemini-embedding-2"};
  }
  json::object describe(const std::string& model) const override {
    json::array methods{"generateContent", "countTokens"};
    if (model.find("embedding") != std::string::npos) methods = {"embedContent", "batchEmbedContents"};
    return {{"name", "models/" + model},
            {"version", "001"},
            {"displayName", model},
            {"inputTokenLimit", 1048576},
            {"outputTokenLimit", 65536},
            {"supportedGenerationMethods", std::move(methods)},
            {"temperature", 1},
            {"topP", 0.95},
            {"topK", 64},
            {"maxTemperature", 2}};
  }
  json::object list(json::array models) const override { return {{"models", std::move(models)}}; }
  Headers headers(std::uint64_t identity) const override { return gemini::headers(identity); }
};

class MistralModels : public ModelList {
 public:
  std::string_view name() const noexcept override { return "mistral_models"; }
  Response render_problem(const Problem& problem, std::uint64_t identity) const override {
    return mistral::render_problem(problem, identity);
  }
  Headers render_come_back(const ComeBack& when) const override { return mistral::render_come_back(when); }

 protected:
  bool is_meant(const Request& request) const override { return mistral::is_meant(request); }
  std::vector<std::string> usual_models() const override {
    return {"codestral-embed", "magistral-medium-latest", "mistral-embed", "mistral-large-latest",
            "mistral-small-latest"};
  }
  json::object describe(const std::string& model) const override {
    const bool talks = model.find("embed") == std::string::npos;
    return {{"id", model},
            {"object", "model"},
            {"created", openai_created},
            {"owned_by", "mistralai"},
            {"capabilities",
             {{"completion_chat", talks}, {"function_calling", talks}, {"vision", talks}, {"fine_tuning", false}}},
            {"name", model},
            {"description", nullptr},
            {"max_context_length", 131072},
            {"aliases", json::array()},
            {"deprecation", nullptr},
            {"type", "base"}};
  }
  json::object list(json::array models) const override { return {{"object", "list"}, {"data", std::move(models)}}; }
  Headers headers(std::uint64_t identity) const override { return mistral::headers(identity); }
};

}  // namespace

std::unique_ptr<Persona> make_anthropic_models();
std::unique_ptr<Persona> make_anthropic_models() { return std::make_unique<AnthropicModels>(); }
std::unique_ptr<Persona> make_gemini_models();
std::unique_ptr<Persona> make_gemini_models() { return std::make_unique<GeminiModels>(); }
std::unique_ptr<Persona> make_mistral_models();
std::unique_ptr<Persona> make_mistral_models() { return std::make_unique<MistralModels>(); }
std::unique_ptr<Persona> make_openai_models();
std::unique_ptr<Persona> make_openai_models() { return std::make_unique<OpenAiModels>(); }

}  // namespace fastccg::sim
