#include <boost/json/serialize.hpp>

#include "model/moment.hpp"
#include "personas/anthropic/anthropic.hpp"

namespace fastccg::sim::anthropic {
namespace {

std::string_view type_of(unsigned status) {
  switch (status) {
    case 401: return "authentication_error";
    case 402: return "billing_error";
    case 403: return "permission_error";
    case 404: return "not_found_error";
    case 413: return "request_too_large";
    case 429: return "rate_limit_error";
    case 504: return "timeout_error";
    case 529: return "overloaded_error";
    default: return status < 500 ? "invalid_request_error" : "api_error";
  }
}

std::string words_of(unsigned status) {
  switch (status) {
    case 400: return "The request could not be understood.";
    case 401: return "invalid x-api-key";
    case 402: return "Your account has a billing problem.";
    case 403: return "Your key has no permission for this.";
    case 404: return "Not found";
    case 409: return "The resource is in use by another request.";
    case 413: return "The request exceeds the maximum size";
    case 429: return "This request would exceed your account's rate limit. Please try again later.";
    case 504: return "The request timed out";
    case 529: return "Overloaded";
    default: return status < 500 ? "The request failed." : "Internal server error";
  }
}

std::string words_of(const Problem& problem) {
  switch (problem.kind) {
    case Problem::Kind::missing_key: return "x-api-key header is required";
    case Problem::Kind::wrong_key: return "invalid x-api-key";
    case Problem::Kind::unknown_model: return "model: " + problem.message;
    case Problem::Kind::wrong_method: return "Method Not Allowed";
    case Problem::Kind::unknown_path: return "Not found";
    case Problem::Kind::context_length:
      if (problem.message.empty()) return "prompt is too long: 250000 tokens > 200000 maximum";
      break;
    case Problem::Kind::quota:
      if (problem.message.empty()) return "You have reached the spend limit that is set for your account.";
      break;
    case Problem::Kind::invalid:
    case Problem::Kind::by_status: break;
  }
  return problem.message.empty() ? words_of(problem.status) : problem.message;
}

}  // namespace

void reject(std::string message) { throw Rejected(Problem::invalid(std::move(message))); }

json::object error_body(const Problem& problem) {
  json::object error{{"type", problem.type.empty() ? std::string(type_of(problem.status)) : problem.type},
                     {"message", words_of(problem)}};
  if (problem.kind == Problem::Kind::quota) error["details"] = {{"error_code", "enforced_spend_limit_reached"}};
  return {{"type", "error"}, {"error", std::move(error)}};
}

Headers render_come_back(const ComeBack& when) {
  Headers headers;
  const auto add = [&headers](const std::string& name, const std::string& value) {
    if (!value.empty()) headers.emplace_back(name, value);
  };
  add("retry-after", when.after);
  add("retry-after-ms", when.after_ms);
  // Where others say how long it takes, this service says when it is over.
  const auto add_reset = [&add](const std::string& what, const std::string& text) {
    const auto duration = parse_duration(text);
    if (!duration) return;
    add("anthropic-ratelimit-" + what + "-remaining", "0");
    add("anthropic-ratelimit-" + what + "-reset", rfc3339(std::chrono::system_clock::now() + *duration));
  };
  add_reset("requests", when.reset_requests);
  add_reset("tokens", when.reset_tokens);
  return headers;
}

Response render_problem(const Problem& problem, std::uint64_t identity) {
  const auto id = "req_" + Random(identity + 7).letters(24);
  auto body = error_body(problem);
  body["request_id"] = id;
  Response response(problem.status, json::serialize(body));
  response.headers = {{"request-id", id}};
  if (problem.status == 400 || problem.status == 401) response.headers.emplace_back("x-should-retry", "false");
  return response;
}

}  // namespace fastccg::sim::anthropic
