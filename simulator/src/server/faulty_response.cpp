#include "model/moment.hpp"
#include "server/plan.hpp"

namespace fastccg::sim {
namespace {

// What a proxy in front of the service says when it has to answer itself.
std::string error_page(unsigned status) {
  const std::string words(reason(status));
  return "<html>\n<head><title>" + std::to_string(status) + " " + words + "</title></head>\n<body>\n<center><h1>" +
         std::to_string(status) + " " + words +
         "</h1></center>\n<hr><center>simulated proxy</center>\n</body>\n</html>\n";
}

// `date` lies so far ahead that nobody will wait for it, since a fixed date would soon be past; `date+N` is N seconds
// from now, rounded up so that it is never sooner.
std::string retry_after(const Fault& fault) {
  constexpr std::string_view date = "date";
  const auto text = fault.text("retry-after");
  if (text == date) return "Wed, 01 Jan 2126 00:00:00 GMT";
  if (text.starts_with("date+"))
    if (const auto wait = parse_duration(std::string_view(text).substr(date.size() + 1)))
      return http_date(std::chrono::ceil<std::chrono::seconds>(std::chrono::system_clock::now() + *wait));
  return text == "none" ? std::string() : text;
}

// The same in seconds, for services that say it in the body.
std::string seconds_of_wait(const Fault& fault) {
  auto text = fault.text("retry-after");
  if (text.starts_with("date+")) text.erase(0, 5);
  auto wait = parse_duration(text);
  if (const auto ms = fault.text("retry-after-ms"); !ms.empty()) wait = parse_duration(ms + "ms");
  if (!wait) return {};
  const auto whole = std::to_string(wait->count() / 1000);
  const auto rest = wait->count() % 1000;
  return rest == 0 ? whole : whole + "." + std::to_string(1000 + rest).substr(1);
}

void add_headers(Response& response, const Fault& fault, const Persona& persona) {
  const auto set = [&response](std::string_view name, std::string value) {
    if (value.empty()) return;
    std::erase_if(response.headers, [name](const auto& header) { return equal_ignoring_case(header.first, name); });
    response.headers.emplace_back(name, std::move(value));
  };
  ComeBack when;
  when.after = retry_after(fault);
  when.after_ms = fault.text("retry-after-ms");
  when.reset_requests = fault.text("reset-requests");
  when.reset_tokens = fault.text("reset-tokens");
  for (auto& [name, value] : persona.render_come_back(when)) set(name, value);
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
  problem.retry_after = seconds_of_wait(fault);
  auto response = persona.render_problem(problem, identity);
  response.status = problem.status;
  constexpr unsigned bad_gateway = 502;
  if (fault.has("html") ? fault.number("html") != 0 : problem.status == bad_gateway) {
    response.body = error_page(problem.status);
    response.content_type = "text/html";
  }
  add_headers(response, fault, persona);
  return response;
}

const Fault* find_fault(const std::vector<Fault>& faults, std::string_view name) noexcept {
  for (const auto& fault : faults)
    if (fault.name() == name) return &fault;
  return nullptr;
}

}  // namespace fastccg::sim
