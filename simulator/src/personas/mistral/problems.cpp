#include <boost/json/serialize.hpp>

#include "model/json_at.hpp"
#include "personas/mistral/mistral.hpp"

namespace fastccg::sim::mistral {
namespace {

constexpr unsigned unprocessable = 422;

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
    case 400: return {"The request could not be understood.", "invalid_request_invalid_args", "3051"};
    case 402: return {"The subscription has expired.", "payment_required", "1100"};
    case 403: return {"You have no access to this resource.", "access_denied", "1200"};
    case 404: return {"There is no such resource.", "not_found", "1400"};
    case 408: return {"The request took too long to arrive.", "request_timeout", "1600"};
    case 409: return {"The resource is in use by another request.", "conflict", "1700"};
    case 413: return {"The request is too large.", "request_too_large", "3100"};
    case 429: return {"Rate limit exceeded", "rate_limited", "1300"};
    case 503:
    case 529: return {"Service unavailable.", "internal_server_error", "1000"};
    default: break;
  }
  if (status < 500) return {"The request failed.", "invalid_request_error", "3000"};
  return {"Internal server error", "internal_server_error", "1000"};
}

Wording wording(const Problem& problem) {
  switch (problem.kind) {
    case Problem::Kind::unknown_model: return {"Invalid model: " + problem.message, "invalid_model", "1500"};
    case Problem::Kind::context_length:
      return {
          "Prompt contains 140000 tokens and 0 draft tokens, too large for model with 131072 maximum context length",
          "invalid_request_prompt", "3051"};
    case Problem::Kind::quota: return {"The usage limit of your subscription is reached.", "rate_limited", "1301"};
    case Problem::Kind::invalid: return {problem.message, problem.type, problem.code};
    default: return wording(problem.status);
  }
}

// The path of a member as a list, with places in lists as numbers.
json::array location_of(std::string_view where) {
  json::array location{"body"};
  while (!where.empty()) {
    const auto end = where.find('.');
    const auto word = where.substr(0, end);
    where = end == std::string_view::npos ? std::string_view() : where.substr(end + 1);
    if (is_digit(word.front()))
      location.emplace_back(std::stoul(std::string(word)));
    else
      location.emplace_back(word);
  }
  return location;
}

json::object error_body(const Problem& problem, std::uint64_t identity) {
  switch (problem.kind) {
    case Problem::Kind::missing_key:
      return {{"message", "Unauthorized"}, {"request_id", to_lower(Random(identity).letters(32))}};
    case Problem::Kind::wrong_key: return {{"detail", "Invalid API Key"}};
    case Problem::Kind::unknown_path: return {{"detail", "Not Found"}};
    case Problem::Kind::wrong_method: return {{"detail", "Method Not Allowed"}};
    default: break;
  }
  const bool chooses_words = !problem.message.empty() || !problem.type.empty() || !problem.code.empty();
  if (problem.status == 401 && !chooses_words) return {{"detail", "Invalid API Key"}};
  if (problem.status == unprocessable)
    return {{"detail", json::array{json::object{{"type", problem.code.empty() ? "value_error" : problem.code},
                                                {"loc", location_of(problem.param)},
                                                {"msg", problem.message.empty() ? "Value error" : problem.message},
                                                {"input", nullptr}}}}};
  auto words = wording(problem);
  const bool own_message = problem.kind == Problem::Kind::by_status || problem.kind == Problem::Kind::quota ||
                           problem.kind == Problem::Kind::context_length;
  if (own_message && !problem.message.empty()) words.message = problem.message;
  if (!problem.type.empty()) words.type = problem.type;
  if (!problem.code.empty()) words.code = problem.code;
  return {{"object", "error"}, {"message", words.message}, {"type", words.type},
          {"param", nullptr},  {"code", words.code},       {"raw_status_code", problem.status}};
}

}  // namespace

void refuse_shape(const std::string& where, std::string type, std::string message) {
  Problem problem(unprocessable, Problem::Kind::invalid);
  problem.param = where;
  problem.code = std::move(type);
  problem.message = std::move(message);
  throw Rejected(problem);
}

void refuse(std::string message, std::string type, std::string code) {
  auto problem = Problem::invalid(std::move(message), "", std::move(code));
  problem.type = std::move(type);
  throw Rejected(problem);
}

json::object parse_object(const std::string& body) {
  auto read = read_object(body);
  if (!read.is_json) refuse_shape("0", "json_invalid", "JSON decode error");
  if (!read.is_object) refuse_shape("", "model_attributes_type", "Input should be a valid dictionary");
  return std::move(read.value);
}

Response render_problem(const Problem& problem, std::uint64_t identity) {
  // This service has no status of its own for what it does not find in a request.
  Response response(problem.kind == Problem::Kind::unknown_model ? 400 : problem.status,
                    json::serialize(error_body(problem, identity)));
  response.headers = headers(identity);
  return response;
}

std::string render_stream_problem(const Problem& problem) {
  return "data: " + json::serialize(error_body(problem, 0)) + "\n\n";
}

Headers render_come_back(const ComeBack& when) {
  Headers headers;
  const auto add = [&headers](const char* name, const std::string& value) {
    if (!value.empty()) headers.emplace_back(name, value);
  };
  add("retry-after", when.after);
  add("retry-after-ms", when.after_ms);
  // What is left it says; when there is more it leaves to be known: the windows are minutes.
  if (!when.reset_requests.empty()) add("x-ratelimit-remaining-req-minute", "0");
  if (!when.reset_tokens.empty()) add("x-ratelimit-remaining-tokens-minute", "0");
  return headers;
}

Headers headers(std::uint64_t identity) {
  Random random(identity + 7);
  const auto id = to_lower(random.letters(32));
  return {{"mistral-correlation-id", id.substr(0, 8) + '-' + id.substr(8, 4) + "-7" + id.substr(13, 3) + "-8" +
                                         id.substr(17, 3) + '-' + id.substr(20, 12)},
          {"x-kong-request-id", id},
          {"x-ratelimit-limit-req-minute", "100"},
          {"x-ratelimit-remaining-req-minute", "99"},
          {"x-ratelimit-limit-tokens-minute", "100000"},
          {"x-ratelimit-remaining-tokens-minute", "98000"},
          {"x-ratelimit-tokens-query-cost", "100"}};
}

}  // namespace fastccg::sim::mistral
