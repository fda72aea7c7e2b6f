#include "protocols/shared/error_kind.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>

namespace fastccg::protocols::shared {

namespace {

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

bool has_any(std::string_view text, std::span<const std::string_view> words) noexcept {
  return std::ranges::any_of(words, [text](auto word) { return text.find(word) != std::string_view::npos; });
}

class Name {
 public:
  std::string_view text;
  ErrorKind kind;
};

/// Codes and types that say what happened whatever the status is, in lower case.
constexpr Name names[] = {
    {"insufficient_quota", ErrorKind::quota_exhausted},
    {"billing_hard_limit_reached", ErrorKind::quota_exhausted},
    {"billing_not_active", ErrorKind::quota_exhausted},
    {"insufficient_balance", ErrorKind::quota_exhausted},
    {"exceeded_current_quota_error", ErrorKind::quota_exhausted},
    {"context_length_exceeded", ErrorKind::context_too_long},
    {"exceed_context_size_error", ErrorKind::context_too_long},
    {"too_many_prompt_tokens", ErrorKind::context_too_long},
    {"model_max_prompt_tokens_exceeded", ErrorKind::context_too_long},
    {"content_filter", ErrorKind::content_filtered},
    {"content_policy_violation", ErrorKind::content_filtered},
    {"moderation_blocked", ErrorKind::content_filtered},
    {"responsibleaipolicyviolation", ErrorKind::content_filtered},
    {"invalid_api_key", ErrorKind::authentication},
    {"invalid_authentication_error", ErrorKind::authentication},
    {"authentication_error", ErrorKind::authentication},
    {"permission_error", ErrorKind::permission},
    {"unsupported_country_region_territory", ErrorKind::permission},
    {"model_not_found", ErrorKind::model_unavailable},
    {"model_decommissioned", ErrorKind::model_unavailable},
    {"model_not_available", ErrorKind::model_unavailable},
    {"invalid_model", ErrorKind::model_unavailable},
    {"deploymentnotfound", ErrorKind::model_unavailable},
    {"rate_limit_exceeded", ErrorKind::rate_limited},
    {"rate_limit_error", ErrorKind::rate_limited},
    {"rate_limited", ErrorKind::rate_limited},
    {"ratelimitreached", ErrorKind::rate_limited},
    {"too_many_requests", ErrorKind::rate_limited},
    {"overloaded_error", ErrorKind::overloaded},
    {"engine_overloaded", ErrorKind::overloaded},
    {"engine_overloaded_error", ErrorKind::overloaded},
    {"server_overloaded", ErrorKind::overloaded},
    {"service_unavailable", ErrorKind::overloaded},
};

std::optional<ErrorKind> kind_of_name(std::string_view name) {
  const auto low = lowered(name);
  const auto* found = std::ranges::find(names, std::string_view(low), &Name::text);
  if (found == std::end(names)) return std::nullopt;
  return found->kind;
}

/// What the words of a refused request mean. They are read only where code and status leave it open.
std::optional<ErrorKind> kind_of_words(int status, const ErrorBody& body) {
  constexpr auto key = std::to_array<std::string_view>(
      {"incorrect api key", "invalid api key", "api key not valid", "invalid_api_key", "no api key"});
  constexpr auto money = std::to_array<std::string_view>(
      {"insufficient balance", "insufficient credits", "credit balance is too low", "exceeded your current quota"});
  constexpr auto policy =
      std::to_array<std::string_view>({"content management policy", "responsibleaipolicyviolation",
                                       "requires moderation", "was flagged", "guardrail", "content filter"});
  constexpr auto model = std::to_array<std::string_view>(
      {"invalid model", "not a valid model", "unknown model", "supported api model names"});

  const auto text = lowered(body.message) + '\n' + lowered(body.details);
  const bool open = status == 0 || status == 400 || status == 413 || status == 422 || status >= 500;
  if (open && speaks_of_context_length(text)) return ErrorKind::context_too_long;
  if ((status == 400 || status == 403) && has_any(text, policy)) return ErrorKind::content_filtered;
  if (status == 400 && has_any(text, key)) return ErrorKind::authentication;
  if ((status == 400 || status == 403) && has_any(text, money)) return ErrorKind::quota_exhausted;
  if (status == 400 && has_any(text, model)) return ErrorKind::model_unavailable;
  return std::nullopt;
}

}  // namespace

bool speaks_of_context_length(std::string_view text) {
  constexpr auto words = std::to_array<std::string_view>(
      {"context length", "context window", "maximum context", "prompt is too long", "prompt too long",
       "too many tokens", "context size", "exceed_context_size", "context_length_exceeded"});
  const auto low = lowered(text);
  if (has_any(low, words)) return true;
  // "exceeds the available context", "exceeding its context" and the like.
  for (auto at = low.find("exceed"); at != std::string::npos; at = low.find("exceed", at + 1))
    if (std::string_view(low).substr(at + 6, 20 + 7).find("context") != std::string_view::npos) return true;
  return false;
}

ErrorKind kind_of_status(int status) noexcept {
  switch (status) {
    case 401: return ErrorKind::authentication;
    case 402: return ErrorKind::quota_exhausted;
    case 403: return ErrorKind::permission;
    case 404: return ErrorKind::model_unavailable;
    case 408:
    case 409: return ErrorKind::server;
    case 429: return ErrorKind::rate_limited;
    case 498:
    case 503:
    case 529: return ErrorKind::overloaded;
    default: break;
  }
  if (status >= 400 && status < 500) return ErrorKind::invalid_request;
  if (status >= 300 && status < 400) return ErrorKind::protocol;
  return ErrorKind::server;
}

ErrorKind kind_of(int status, const ErrorBody& body) {
  if (status < 400 && body.status != 0) status = body.status;
  if (const auto kind = kind_of_name(body.code)) return *kind;
  if (const auto kind = kind_of_name(body.type)) return *kind;
  if (const auto kind = kind_of_words(status, body)) return *kind;
  if (status < 300 && body.type == "invalid_request_error") return ErrorKind::invalid_request;
  return kind_of_status(status);
}

std::string_view explanation(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::authentication: return "the API key was refused; check that it is right and made for this provider";
    case ErrorKind::permission: return "the API key has no permission for this request";
    case ErrorKind::quota_exhausted: return "the account's credit or quota is used up; waiting does not help";
    case ErrorKind::rate_limited: return "too many requests or tokens in a short time; try again later";
    case ErrorKind::model_unavailable: return "the model, or the address it was asked at, does not exist";
    case ErrorKind::invalid_request: return "the provider refused the request as it stands";
    case ErrorKind::context_too_long:
      return "the conversation does not fit the model's context window; shorten it, or use a model with a larger one";
    case ErrorKind::content_filtered: return "the provider's content policy stopped the request";
    case ErrorKind::overloaded: return "the provider has no capacity at the moment; try again later";
    case ErrorKind::protocol: return "the answer cannot be understood";
    default: return "the provider failed to answer; try again later";
  }
}

Error make_error(int status, const ErrorBody& report, std::string_view body, std::string_view provider) {
  const auto kind = kind_of(status, report);
  Error error(kind, std::string(explanation(kind)));
  error.provider = provider;
  error.provider_message = report.message;
  error.status = status >= 300 || report.status == 0 ? status : report.status;
  error.code = report.code.empty() ? report.type : report.code;
  error.param = report.param;
  error.body = cut(body, max_error_body);
  return error;
}

Error protocol_error(std::string_view what, std::string_view body, std::string_view provider) {
  Error error(ErrorKind::protocol, std::string(what));
  error.provider = provider;
  error.body = cut(body, max_error_body);
  return error;
}

Error truncated_error(std::string_view provider) {
  Error error(ErrorKind::stream_truncated, "the stream ended before the answer was complete; try again");
  error.provider = provider;
  return error;
}

}  // namespace fastccg::protocols::shared
