#include <memory>
#include <optional>
#include <utility>

#include "fastccg/fastccg.hpp"
#include "fastccg/simulator.hpp"
#include "loopback_server.hpp"
#include "matrix.hpp"

namespace fastccg::faults {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr const char* key = "sk-canary-5f2d8c1b";
constexpr const char* question = "Tell me a story about a robot who learns to paint.";

/// How much later than it must a call may end on a machine that is busy.
constexpr auto patience = 2000ms;

/// Those who answer, or do not.
class Stage {
 public:
  Stage(const Row& row, const testing::Service& service) : scene_(row.scene), service_(service) {
    if (scene_ == Scene::refused) simulator_.refuse_connections(true);
    if (!row.fault.empty()) {
      // Whatever the row is about ends with its call, so that the next one shows that no harm is left.
      simulator_.set_faults(Fault::parse_list(row.fault));
    }
    if (scene_ == Scene::certificate) {
      identity_ = std::make_unique<test::TlsIdentity>();
      stranger_ = std::make_unique<test::ScriptedServer>([](test::Peer& peer, std::size_t) { peer.read_head(); },
                                                         identity_.get());
    }
  }

  Model model() const {
    const auto url = stranger_ ? stranger_->url("") : simulator_.url();
    return init_model(service_.model, ApiKey(key), service_.endpoint(url));
  }
  /// From here on everything is well.
  void calm() {
    simulator_.set_faults({});
    if (scene_ == Scene::refused) simulator_.refuse_connections(false);
  }
  bool can_be_reached() const { return !stranger_; }

 private:
  Scene scene_;
  const testing::Service& service_;
  Simulator simulator_;
  std::unique_ptr<test::TlsIdentity> identity_;
  std::unique_ptr<test::ScriptedServer> stranger_;
};

/// What one call has given.
class Outcome {
 public:
  std::string text;  ///< What was read of the answer.
  std::optional<Error> error;
  int attempts = 0;
};

Outcome ask(Model& model) {
  Outcome outcome;
  const auto result = model.ask_async(question).as_result();
  if (result)
    outcome.text = result->content;
  else
    outcome.error = result.error();
  outcome.attempts = result ? result->attempts : result.error().attempts;
  return outcome;
}

Outcome stream(Model& model) {
  Outcome outcome;
  auto stream = model.ask_stream(question);
  try {
    while (const auto* chunk = stream.wait_next()) outcome.text += chunk->content;
    outcome.attempts = stream.response().attempts;
  } catch (const FastCCGError& error) {
    outcome.error = error.error();
    outcome.attempts = error.error().attempts;
  }
  return outcome;
}

/// Short ones only where one shall pass: machines are busy at times.
Timeouts timeouts_for(const Row& row) {
  const auto expected = row.expected.whole;
  auto timeouts = Timeouts().connect(20s).first_byte(20s).idle(20s).total(20s);
  if (expected == "timeout:first_byte") timeouts.first_byte(first_byte_deadline);
  if (expected == "timeout:idle") timeouts.idle(idle_deadline);
  if (expected == "timeout:total") timeouts.total(total_deadline);
  return timeouts;
}

std::string in_words(const Outcome& outcome) {
  if (!outcome.error) return "answer";
  std::string words(to_string(outcome.error->kind));
  if (outcome.error->deadline) words += ":" + std::string(to_string(*outcome.error->deadline));
  return outcome.text.empty() ? words : words + "+text";
}

bool shows_key(const Error& error) {
  for (const auto& text : {error.describe(), error.message, error.provider_message, error.body, error.code})
    if (text.find("canary") != std::string::npos) return true;
  return false;
}

std::string problem_of_error(const Error& error, const std::string& text, const testing::Service& service) {
  if (shows_key(error)) return "the error shows the key";
  if (error.partial != text) return "the error's partial text is not what was read";
  if (error.provider != service.model.substr(0, service.model.find('/'))) return "the error names another provider";
  if (error.message.empty()) return "the error says nothing";
  if ((error.kind == ErrorKind::timeout) != error.deadline.has_value())
    return "the error does not say which deadline passed";
  return {};
}

std::string problem_of_history(const Model& model, const std::string& text) {
  const auto history = model.get_history();
  if (text.empty()) return history.empty() ? "" : "a call without an answer is in the history";
  if (history.size() != 2) return "the turn is not in the history";
  if (history[0].text() != question || history[1].text() != text) return "the turn in the history is not what was said";
  return {};
}

std::string problem_of_next_call(Model& model) {
  const auto before = model.get_history().size();
  const auto result = model.ask_async("What is the capital of Australia?").as_result();
  if (!result) return "the next call fails: " + result.error().describe();
  if (result->content.find("Canberra") == std::string::npos) return "the next call gets another's answer";
  return model.get_history().size() == before + 2 ? "" : "the next turn is not in the history";
}

std::string first_of(std::initializer_list<std::string> problems) {
  for (const auto& problem : problems)
    if (!problem.empty()) return problem;
  return {};
}

}  // namespace

Observed observe(const Row& row, const testing::Service& service, bool streamed) {
  Stage stage(row, service);
  auto model = stage.model();
  model.settings(Settings()
                     .timeouts(timeouts_for(row))
                     .retries(Retries().attempts(row.allowed).initial_delay(1ms).max_announced_delay(3s))
                     .limits(Limits().event(1 << 18).headers(1 << 16).body(1 << 20)));

  Observed observed;
  const auto start = Clock::now();
  const auto outcome = streamed ? stream(model) : ask(model);
  observed.took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
  observed.got = in_words(outcome);
  stage.calm();

  const auto& expected = row.expected_of(service.name);
  const bool is_exception = &expected != &row.expected;
  const auto wanted = std::string(streamed ? expected.streamed : expected.whole);
  observed.problem = first_of({
      observed.got == wanted ? "" : "expected " + wanted + (outcome.error ? ": " + outcome.error->describe() : ""),
      is_exception || outcome.attempts == row.sent ? "" : "was sent " + std::to_string(outcome.attempts) + " times",
      observed.took >= row.duration ? "" : "ended before its time",
      observed.took <= row.duration + patience ? "" : "took too long",
      outcome.error ? problem_of_error(*outcome.error, outcome.text, service) : "",
      problem_of_history(model, outcome.text),
      stage.can_be_reached() ? problem_of_next_call(model) : "",
  });
  return observed;
}

}  // namespace fastccg::faults
