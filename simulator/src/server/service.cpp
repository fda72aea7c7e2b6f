#include "server/service.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <stdexcept>

namespace fastccg::sim {
namespace {

namespace json = boost::json;

constexpr std::string_view control_path = "/__fastccg/";
constexpr std::size_t most_remembered = 256;
constexpr std::size_t largest_remembered = 64 * 1024;
constexpr std::size_t most_remembered_bytes = 64 * 1024 * 1024;

bool is_secret(std::string_view header) {
  for (const auto* name : {"authorization", "x-api-key", "api-key", "x-goog-api-key", "proxy-authorization", "cookie"})
    if (equal_ignoring_case(header, name)) return true;
  return false;
}

std::string without_query(const std::string& target) { return target.substr(0, target.find('?')); }

json::object describe(const RecordedRequest& request) {
  json::object headers;
  for (const auto& [name, value] : request.headers) headers[name] = is_secret(name) ? "***" : value;
  return {{"method", request.method},        {"path", without_query(request.target)},
          {"headers", std::move(headers)},   {"body", request.body},
          {"persona", request.persona},      {"faults", request.faults},
          {"status", request.status},        {"streamed", request.streamed},
          {"connection", request.connection}};
}

// All of the request counts, since it may all change the answer.
std::string memory_key(const Request& request) {
  std::string key = request.method + ' ' + request.target + '\n';
  for (const auto& [name, value] : request.headers) key.append(name).append(1, '\0').append(value).append(1, '\n');
  key.append(request.keep_alive ? "k" : "c").append(request.version >= 11 ? "1" : "0").append(request.body);
  return key;
}

Response text_response(unsigned status, std::string text) {
  Response response(status, std::move(text));
  response.content_type = "text/plain; charset=utf-8";
  return response;
}

}  // namespace

Service::Service(const SimulatorOptions& options, Recorder& recorder)
    : recorder_(recorder), log_(options.log()), selector_(options.faults()) {
  rules_.seed = options.seed();
  rules_.required_key = options.required_key();
  rules_.allow_missing_key = options.allow_missing_key();
  rules_.models = options.models();
  rules_.validate = options.validate();
  pacing_.first_byte = options.first_byte_delay();
  pacing_.chunk = options.chunk_delay();
  pacing_.whole_answers = options.paces_whole_answers();
  if (!options.script().empty()) script_ = Script(options.script());
  if (options.log_file().empty()) return;
  log_file_.open(options.log_file(), std::ios::app);
  if (!log_file_) throw std::runtime_error("cannot open the log file '" + options.log_file() + "' for writing");
}

void Service::set_faults(std::vector<Fault> faults) {
  FaultSelector fresh(std::move(faults));
  const std::lock_guard lock(mutex_);
  selector_ = std::move(fresh);
}

Service::Admission Service::admit(const Request& request, std::uint64_t connection) {
  Admission admission;
  if (request.path.rfind(control_path, 0) == 0) return admission;
  {
    const std::lock_guard lock(mutex_);
    admission.faults = selector_.select(request, admission.complaint);
  }
  const auto* early = find_fault(admission.faults, "early-response");
  if (early == nullptr || admission.complaint) return admission;
  const auto& persona = persona_for(request);
  const auto response = faulty_response(*early, persona, identity_of(request, rules_.seed));
  admission.early =
      std::make_shared<const Plan>(make_plan(*response, admission.faults, persona, Framing(request), pacing_));
  record(request, persona, *admission.early, admission.faults, connection);
  return admission;
}

std::shared_ptr<const Plan> Service::answer(Request request, Admission admission, std::uint64_t connection) {
  if (request.path.rfind(control_path, 0) == 0) return control(request);
  const auto& persona = persona_for(request);
  const bool can_remember =
      script_.empty() && admission.faults.empty() && !admission.complaint && request.body.size() <= largest_remembered;
  std::string key;
  if (can_remember) {
    key = memory_key(request);
    if (const auto found = remembered_.find(key); found != remembered_.end()) {
      record(std::move(request), persona, *found->second, {}, connection);
      return found->second;
    }
  }
  const auto response = respond(request, persona, admission);
  auto faults = std::move(admission.faults);
  faults.insert(faults.end(), response.faults.begin(), response.faults.end());
  auto plan = std::make_shared<const Plan>(make_plan(response, faults, persona, Framing(request), pacing_));
  if (can_remember && response.memorable) {
    remembered_bytes_ += key.size() + plan->bytes.size();
    if (remembered_.size() >= most_remembered || remembered_bytes_ > most_remembered_bytes) {
      remembered_.clear();
      remembered_bytes_ = key.size() + plan->bytes.size();
    }
    remembered_.emplace(std::move(key), plan);
  }
  record(std::move(request), persona, *plan, faults, connection);
  return plan;
}

Response Service::respond(const Request& request, const Persona& persona, const Admission& admission) {
  const auto identity = identity_of(request, rules_.seed);
  if (admission.complaint) return text_response(400, "x-fastccg-fault: " + *admission.complaint + "\n");
  for (const auto& fault : admission.faults)
    if (auto response = faulty_response(fault, persona, identity)) return std::move(*response);
  Backstage backstage(rules_, script_, store_);
  auto response = persona.respond(request, backstage);
  for (const auto& fault : response.faults)
    if (auto faulty = faulty_response(fault, persona, identity)) {
      faulty->faults = response.faults;
      faulty->delay = response.delay;
      return std::move(*faulty);
    }
  return response;
}

// What a test in another process, or language, asks of the simulator.
std::shared_ptr<const Plan> Service::control(const Request& request) {
  auto response = text_response(404, "There are GET requests, DELETE requests and PUT faults.\n");
  const auto name = request.path.substr(control_path.size());
  if (name == "requests" && request.method == "GET") {
    json::array list;
    for (const auto& each : recorder_.requests()) list.push_back(describe(each));
    response = Response(200, json::serialize(json::object{{"count", recorder_.request_count()},
                                                          {"connections", recorder_.connection_count()},
                                                          {"open_connections", recorder_.open_connections()},
                                                          {"requests", std::move(list)}}));
  } else if (name == "requests" && request.method == "DELETE") {
    recorder_.clear();
    response = Response(200, "{}");
  } else if (name == "faults" && request.method == "PUT") {
    try {
      set_faults(Fault::parse_list(request.body));
      response = Response(200, "{}");
    } catch (const std::invalid_argument& error) {
      response = text_response(400, std::string(error.what()) + "\n");
    }
  }
  return std::make_shared<const Plan>(make_plan(response, {}, *personas().back(), Framing(request), Pacing()));
}

std::shared_ptr<const Plan> Service::refuse(unsigned status) const {
  Framing framing;
  framing.keep_alive = false;
  const auto& persona = *personas().back();
  auto plan = make_plan(persona.render_problem(Problem(status), 0), {}, persona, framing, Pacing());
  plan.ending = Ending::linger;
  return std::make_shared<const Plan>(std::move(plan));
}

void Service::record(Request request, const Persona& persona, const Plan& plan, const std::vector<Fault>& faults,
                     std::uint64_t connection) {
  RecordedRequest recorded;
  recorded.method = std::move(request.method);
  recorded.target = std::move(request.target);
  recorded.headers = std::move(request.headers);
  recorded.body = std::move(request.body);
  recorded.persona = persona.name();
  for (const auto& fault : faults) recorded.faults += (recorded.faults.empty() ? "" : ",") + fault.to_string();
  recorded.status = static_cast<int>(plan.status);
  recorded.streamed = plan.streamed;
  recorded.connection = connection;
  if (log_ || log_file_.is_open()) write_log(recorded);
  recorder_.add(std::move(recorded));
}

void Service::write_log(const RecordedRequest& request) {
  // The query is left out: Gemini's may hold the key.
  auto line = request.method + ' ' + without_query(request.target) + ' ' + std::to_string(request.status) + ' ' +
              (request.persona.empty() ? "-" : request.persona) + (request.streamed ? " stream" : "");
  if (!request.faults.empty()) line += " faults=" + request.faults;
  if (log_file_.is_open()) log_file_ << line << std::endl;
  if (!log_) return;
  try {
    log_(line);
  } catch (...) {
    // What a user's callback throws must not end the server, and there is nobody to tell.
  }
}

}  // namespace fastccg::sim
