#include "personas/gemini/gemini.hpp"

namespace fastccg::sim::gemini {
namespace {

class Wording {
 public:
  Wording(unsigned status_, std::string name_, std::string message_)
      : status(status_), name(std::move(name_)), message(std::move(message_)) {}

  unsigned status;
  std::string name;
  std::string message;
};

Wording wording(unsigned status) {
  switch (status) {
    case 400: return {400, "INVALID_ARGUMENT", "Request contains an invalid argument."};
    case 401: return {401, "UNAUTHENTICATED", "Request had invalid authentication credentials."};
    case 403: return {403, "PERMISSION_DENIED", "The caller does not have permission."};
    case 404: return {404, "NOT_FOUND", "Requested entity was not found."};
    case 408:
    case 504: return {status, "DEADLINE_EXCEEDED", "The request could not be answered in time."};
    case 409: return {409, "ABORTED", "The operation was aborted."};
    case 413: return {413, "INVALID_ARGUMENT", "Request payload size exceeds the limit."};
    case 429:
      return {429, "RESOURCE_EXHAUSTED",
              "You exceeded your current quota, please check your plan and billing details."};
    case 499: return {499, "CANCELLED", "The operation was cancelled."};
    case 503:
    case 529: return {status, "UNAVAILABLE", "The model is overloaded. Please try again later."};
    default: break;
  }
  if (status < 500) return {status, "FAILED_PRECONDITION", "The request could not be carried out."};
  return {status, "INTERNAL", "An internal error has occurred. Please retry."};
}

Wording wording(const Problem& problem) {
  switch (problem.kind) {
    case Problem::Kind::context_length:
      return {400, "INVALID_ARGUMENT",
              "The input token count (1048577) exceeds the maximum number of tokens allowed (1048576)."};
    case Problem::Kind::missing_key:
      return {
          403, "PERMISSION_DENIED",
          "Method doesn't allow unregistered callers. Please use an API key or other form of API consumer identity."};
    case Problem::Kind::wrong_key: return {400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."};
    case Problem::Kind::unknown_path: return {404, "NOT_FOUND", "There is nothing at " + problem.message};
    case Problem::Kind::wrong_method: return {404, "NOT_FOUND", "Not found: " + problem.message};
    case Problem::Kind::unknown_model:
      return {404, "NOT_FOUND",
              "models/" + problem.message + " is not found for API version v1beta, or is not supported for " +
                  (problem.param.empty() ? "generateContent" : problem.param) +
                  ". Call ModelService.ListModels to see the list of available models and their supported methods."};
    case Problem::Kind::invalid: return {400, "INVALID_ARGUMENT", problem.message};
    case Problem::Kind::quota:
    case Problem::Kind::by_status: break;
  }
  return wording(problem.status);
}

json::object detail(const char* type) { return {{"@type", "type.googleapis.com/google.rpc." + std::string(type)}}; }

// Which quota is used up, and when to come back: no header says so.
void add_limit_details(json::array& details, const Problem& problem) {
  const bool is_daily = problem.kind == Problem::Kind::quota;
  auto failure = detail("QuotaFailure");
  failure["violations"] =
      json::array{json::object{{"quotaMetric", "generativelanguage.googleapis.com/generate_content_requests"},
                               {"quotaId", is_daily ? "GenerateRequestsPerDayPerProjectPerModel"
                                                    : "GenerateRequestsPerMinutePerProjectPerModel"},
                               {"quotaValue", "15"}}};
  details.push_back(std::move(failure));
  if (problem.retry_after.empty()) return;
  auto retry = detail("RetryInfo");
  retry["retryDelay"] = problem.retry_after + "s";
  details.push_back(std::move(retry));
}

}  // namespace

json::object error_body(const Problem& problem) {
  auto words = wording(problem);
  const bool own_message = problem.kind == Problem::Kind::by_status || problem.kind == Problem::Kind::quota ||
                           problem.kind == Problem::Kind::context_length;
  if (own_message && !problem.message.empty()) words.message = problem.message;
  if (!problem.type.empty()) words.name = problem.type;
  if (!problem.code.empty()) words.name = problem.code;

  if (words.status == 429 && !problem.retry_after.empty())
    words.message += " Please retry in " + problem.retry_after + "s.";

  json::array details;
  if (words.status == 429) add_limit_details(details, problem);
  if (problem.kind == Problem::Kind::wrong_key) {
    auto info = detail("ErrorInfo");
    info["reason"] = "API_KEY_INVALID";
    info["domain"] = "googleapis.com";
    details.push_back(std::move(info));
  }
  if (!problem.param.empty() && problem.kind != Problem::Kind::unknown_model) {
    auto bad = detail("BadRequest");
    bad["fieldViolations"] = json::array{json::object{{"field", problem.param}, {"description", words.message}}};
    details.push_back(std::move(bad));
  }
  json::object error{{"code", words.status}, {"message", words.message}, {"status", words.name}};
  if (!details.empty()) error["details"] = std::move(details);
  return {{"error", std::move(error)}};
}

}  // namespace fastccg::sim::gemini
