#include "personas/persona.hpp"

#include "engine/engine.hpp"
#include "script/script.hpp"

namespace fastccg::sim {
namespace {

void complete(Answer& answer, const ScriptedReply& reply, const Conversation& conversation) {
  const auto usage = answer.usage;
  const auto end = answer.finish;
  finish(answer, conversation);
  if (reply.has_usage) answer.usage = usage;
  if (reply.has_finish) answer.finish = end;
}

std::vector<Answer> scripted_answers(const ScriptedReply& reply, const Conversation& conversation) {
  auto answer = *reply.answer;
  complete(answer, reply, conversation);
  return std::vector<Answer>(std::max<std::size_t>(conversation.choices, 1), answer);
}

}  // namespace

Problem Problem::invalid(std::string message, std::string param, std::string code) {
  Problem problem(400, Kind::invalid);
  problem.message = std::move(message);
  problem.param = std::move(param);
  problem.code = std::move(code);
  return problem;
}

Headers Persona::render_come_back(const ComeBack& when) const {
  Headers headers;
  const auto add = [&headers](const char* name, const std::string& value) {
    if (!value.empty()) headers.emplace_back(name, value);
  };
  add("retry-after", when.after);
  add("retry-after-ms", when.after_ms);
  add("x-ratelimit-reset-requests", when.reset_requests);
  add("x-ratelimit-reset-tokens", when.reset_tokens);
  if (!when.reset_requests.empty()) headers.emplace_back("x-ratelimit-remaining-requests", "0");
  if (!when.reset_tokens.empty()) headers.emplace_back("x-ratelimit-remaining-tokens", "0");
  return headers;
}

Response ChatPersona::respond(const Request& request, Backstage& backstage) const {
  const auto identity = identity_of(request, backstage.rules.seed);
  Conversation conversation;
  try {
    conversation = parse(request, backstage);
  } catch (const Rejected& rejected) {
    return render_problem(rejected.problem, identity);
  }
  const auto* scripted = backstage.script.next(conversation);
  Response response;
  if (scripted != nullptr && scripted->response) {
    response = *scripted->response;
  } else {
    Exchange exchange(request, conversation, backstage, identity);
    exchange.answers = scripted != nullptr && scripted->answer ? scripted_answers(*scripted, conversation)
                                                               : answer(conversation, identity);
    response = conversation.stream ? render_stream(exchange) : render_whole(exchange);
    response.streamed = conversation.stream;
    for (const auto& each : exchange.answers) response.tokens += each.usage.output;
    const auto usual = headers(identity);
    response.headers.insert(response.headers.begin(), usual.begin(), usual.end());
  }
  if (scripted != nullptr) {
    response.faults = scripted->faults;
    response.delay = scripted->delay;
  }
  return response;
}

Response Endpoint::respond(const Request& request, Backstage& backstage) const {
  const auto identity = identity_of(request, backstage.rules.seed);
  try {
    return answer(request, backstage, identity);
  } catch (const Rejected& rejected) {
    return render_problem(rejected.problem, identity);
  }
}

void check_access(const Request& request, const Rules& rules, std::string_view method, unsigned wrong_method_status) {
  if (request.method != method) {
    Problem problem(wrong_method_status, Problem::Kind::wrong_method);
    problem.message = request.method + " " + request.path;
    throw Rejected(problem);
  }
  if (const auto problem = check_key(request, rules)) throw Rejected(*problem);
}

void check_model(const std::string& model, const Rules& rules, unsigned status) {
  if (rules.knows_model(model)) return;
  Problem problem(status, Problem::Kind::unknown_model);
  problem.message = model;
  throw Rejected(problem);
}

std::uint64_t identity_of(const Request& request, std::uint64_t seed) noexcept {
  return Random(hash(request.body, hash(request.path)) ^ (seed * 0x9e3779b97f4a7c15U)).next();
}

std::unique_ptr<Problem> check_key(const Request& request, const Rules& rules) {
  const auto key = request.key();
  if (!rules.required_key.empty() && key == rules.required_key) return nullptr;
  if (key.empty())
    return rules.allow_missing_key ? nullptr : std::make_unique<Problem>(401, Problem::Kind::missing_key);
  if (rules.required_key.empty()) return nullptr;
  auto problem = std::make_unique<Problem>(401, Problem::Kind::wrong_key);
  // Providers show a masked key; of ours too little is left to be of use to anybody.
  constexpr std::size_t shown = 4;
  constexpr std::size_t long_enough = 16;
  problem->message = key.size() < long_enough ? std::string(key.size(), '*')
                                              : std::string(8, '*') + std::string(key.substr(key.size() - shown));
  return problem;
}

const Persona& persona_for(const Request& request) {
  for (const auto& persona : personas())
    if (persona->serves(request)) return *persona;
  return *personas().back();
}

}  // namespace fastccg::sim
