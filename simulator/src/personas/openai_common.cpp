#include "personas/openai_common.hpp"

#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace fastccg::sim {
namespace {

namespace json = boost::json;

class Wording {
 public:
  Wording(std::string message_, std::string type_, std::string code_)
      : message(std::move(message_)), type(std::move(type_)), code(std::move(code_)) {}

  std::string message;
  std::string type;
  std::string code;
};

Wording wording(unsigned status) {
  switch (status) {
    case 400: return {"The request could not be understood.", "invalid_request_error", ""};
    case 401: return {"Incorrect API key provided.", "invalid_request_error", "invalid_api_key"};
    case 402: return {"The account has an insufficient balance.", "insufficient_quota", "insufficient_balance"};
    case 403:
      return {"This project may not use the service from here.", "invalid_request_error",
              "unsupported_country_region_territory"};
    case 404: return {"There is no such resource.", "invalid_request_error", "not_found"};
    case 408: return {"The request took too long to arrive.", "timeout", ""};
    case 409: return {"The resource is in use by another request.", "conflict", ""};
    case 413: return {"The request body is too large.", "invalid_request_error", "request_too_large"};
    case 422: return {"The request was well formed but cannot be processed.", "invalid_request_error", ""};
    case 429:
      return {"Rate limit reached for requests per minute. Please slow down.", "requests", "rate_limit_exceeded"};
    case 503: return {"The engine is currently overloaded, please try again later.", "server_error", "overloaded"};
    case 529: return {"The service is overloaded.", "server_error", "overloaded"};
    default: break;
  }
  if (status < 500) return {"The request failed.", "invalid_request_error", ""};
  return {"The server had an error while processing your request.", "server_error", ""};
}

Wording wording(const Problem& problem) {
  switch (problem.kind) {
    case Problem::Kind::quota:
      return {"You exceeded your current quota, please check your plan and billing details.", "insufficient_quota",
              "insufficient_quota"};
    case Problem::Kind::context_length:
      return {
          "This model's maximum context length is 8192 tokens. However, your messages are longer. Please shorten them.",
          "invalid_request_error", "context_length_exceeded"};
    case Problem::Kind::missing_key:
      return {"No API key was provided. Put it into the header 'Authorization: Bearer <key>'.", "invalid_request_error",
              ""};
    case Problem::Kind::wrong_key:
      return {"Incorrect API key provided: " + problem.message + ".", "invalid_request_error", "invalid_api_key"};
    case Problem::Kind::unknown_path: return {"Invalid URL (" + problem.message + ")", "invalid_request_error", ""};
    case Problem::Kind::wrong_method:
      return {"Not allowed: " + problem.message, "invalid_request_error", "method_not_supported"};
    case Problem::Kind::unknown_model:
      return {"The model `" + problem.message + "` does not exist or you do not have access to it.",
              "invalid_request_error", "model_not_found"};
    case Problem::Kind::invalid: return {problem.message, "invalid_request_error", problem.code};
    case Problem::Kind::by_status: break;
  }
  return wording(problem.status);
}

json::value or_null(const std::string& text) {
  if (text.empty()) return nullptr;
  return json::string(text);
}

json::object error_body(const Problem& problem) {
  auto words = wording(problem);
  // These kinds put what they concern into `message`; their wording has taken it in.
  const bool own_message = problem.kind == Problem::Kind::by_status || problem.kind == Problem::Kind::quota ||
                           problem.kind == Problem::Kind::context_length;
  if (own_message && !problem.message.empty()) words.message = problem.message;
  if (!problem.type.empty()) words.type = problem.type;
  if (!problem.code.empty()) words.code = problem.code;
  auto param = problem.param;
  if (param.empty() && problem.kind == Problem::Kind::context_length) param = "messages";
  return {
      {"error",
       {{"message", words.message}, {"type", words.type}, {"param", or_null(param)}, {"code", or_null(words.code)}}}};
}

}  // namespace

Response render_openai_problem(const Problem& problem, std::uint64_t identity) {
  Response response(problem.status, json::serialize(error_body(problem)));
  response.headers = openai_headers(identity);
  if (problem.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"OpenAI API\"");
  return response;
}

std::string render_openai_stream_problem(const Problem& problem) {
  return "data: " + json::serialize(error_body(problem)) + "\n\n";
}

Headers openai_headers(std::uint64_t identity) {
  Random random(identity + 7);
  return {{"x-request-id", "req_" + random.letters(32)},
          {"openai-version", "2020-10-01"},
          {"openai-processing-ms", std::to_string(40 + random.below(400))},
          {"x-ratelimit-limit-requests", "5000"},
          {"x-ratelimit-remaining-requests", "4999"},
          {"x-ratelimit-reset-requests", "12ms"}};
}

std::string openai_snapshot(std::string_view model) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> dated{{
      {"gpt-3.5-turbo", "gpt-3.5-turbo-0125"},
      {"gpt-4o", "gpt-4o-2024-08-06"},
      {"gpt-4o-mini", "gpt-4o-mini-2024-07-18"},
      {"gpt-4.1", "gpt-4.1-2025-04-14"},
      {"gpt-4.1-mini", "gpt-4.1-mini-2025-04-14"},
      {"gpt-5", "gpt-5-2025-08-07"},
      {"gpt-5-mini", "gpt-5-mini-2025-08-07"},
      {"o3-mini", "o3-mini-2025-01-31"},
  }};
  for (const auto& [alias, name] : dated)
    if (alias == model) return std::string(name);
  return std::string(model);
}

}  // namespace fastccg::sim
