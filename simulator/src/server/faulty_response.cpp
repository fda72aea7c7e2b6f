#include "server/plan.hpp"

namespace fastccg::sim {
namespace {

constexpr std::string_view error_page =
    "<html>\n<head><title>Bad gateway</title></head>\n<body>\n<h1>Bad gateway</h1>\n<p>The server behind this one did "
    "not "
    "answer.</p>\n</body>\n</html>\n";

// A date that is always past would not tell a client to wait; one in the far future tells it not to.
std::string retry_after(const Fault& fault) {
  const auto text = fault.text("retry-after");
  if (text == "date") return "Wed, 01 Jan 2126 00:00:00 GMT";
  return text == "none" ? std::string() : text;
}

void add_headers(Response& response, const Fault& fault) {
  const auto set = [&response](std::string_view name, std::string value) {
    if (value.empty()) return;
    std::erase_if(response.headers, [name](const auto& header) { return equal_ignoring_case(header.first, name); });
    response.headers.emplace_back(name, std::move(value));
  };
  set("retry-after", retry_after(fault));
  set("retry-after-ms", fault.text("retry-after-ms"));
  set("x-ratelimit-reset-requests", fault.text("reset-requests"));
  set("x-ratelimit-reset-tokens", fault.text("reset-tokens"));
  if (fault.has("reset-requests")) set("x-ratelimit-remaining-requests", "0");
  if (fault.has("reset-tokens")) set("x-ratelimit-remaining-tokens", "0");
  set("x-should-retry", fault.text("should-retry"));
  set("location", fault.text("location"));
}

Problem problem_of(const Fault& fault) {
  if (fault.name() == "quota") return Problem(429, Problem::Kind::quota);
  if (fault.name() == "context-length") return Problem(400, Problem::Kind::context_length);
  if (fault.name() == "rate-limit") return Problem(429);
  return Problem(static_cast<unsigned>(fault.number("code")));
}

}  // namespace

std::optional<Response> faulty_response(const Fault& fault, const Persona& persona, std::uint64_t identity) {
  const auto& name = fault.name();
  if (name != "status" && name != "rate-limit" && name != "quota" && name != "context-length" &&
      name != "early-response")
    return std::nullopt;
  auto problem = problem_of(fault);
  problem.message = fault.text("message");
  problem.type = fault.text("type");
  problem.code = fault.text("error-code");
  problem.retry_after = fault.text("retry-after");
  auto response = persona.render_problem(problem, identity);
  response.status = problem.status;
  constexpr unsigned bad_gateway = 502;
  if (fault.has("html") ? fault.number("html") != 0 : problem.status == bad_gateway) {
    response.body = error_page;
    response.content_type = "text/html";
  }
  add_headers(response, fault);
  return response;
}

const Fault* find_fault(const std::vector<Fault>& faults, std::string_view name) noexcept {
  for (const auto& fault : faults)
    if (fault.name() == name) return &fault;
  return nullptr;
}

}  // namespace fastccg::sim
