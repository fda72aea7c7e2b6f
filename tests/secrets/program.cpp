// Does everything that could give a key away, and prints all that a caller could print. The key is in OPENAI_API_KEY;
// files go to the working folder. The last line says how many requests carried the key.

#include <cstdlib>
#include <iostream>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>

#include "fastccg/fastccg.hpp"
#include "fastccg/simulator.hpp"
#include "loopback_server.hpp"
#include "matrix.hpp"

namespace {

using namespace fastccg;

std::string key() {
  const char* text = std::getenv("OPENAI_API_KEY");
  return text ? text : "";
}

Settings settings() {
  using namespace std::chrono_literals;
  return Settings()
      .timeouts(Timeouts().first_byte(60ms).idle(60ms).total(150ms))
      .retries(Retries().attempts(1))
      .limits(Limits().event(1 << 18).headers(1 << 16).body(1 << 20));
}

void print(const Error& error, std::ostream& out = std::cout) {
  out << error.describe() << '\n' << FastCCGError(error).what() << '\n';
  for (const auto* text : {&error.message, &error.provider_message, &error.provider, &error.model, &error.code,
                           &error.param, &error.request_id, &error.partial, &error.body})
    out << *text << '\n';
}

/// Keeps all that it is told, as text.
class Witness final : public CallObserver {
 public:
  void on_event(const CallEvent& event) override {
    const std::lock_guard lock(mutex_);
    heard_ << "event " << to_string(event.kind) << '\n'
           << event.provider << '\n'
           << event.model << '\n'
           << event.request_id << '\n'
           << event.status << '\n';
    if (event.error) print(*event.error, heard_);
  }

  std::string heard() const {
    const std::lock_guard lock(mutex_);
    return heard_.str();
  }

 private:
  mutable std::mutex mutex_;
  std::ostringstream heard_;
};

void print(const Reply& reply) {
  std::cout << reply.content << '\n' << reply.id << '\n' << reply.request_id << '\n' << reply.raw << '\n';
  for (const auto& warning : reply.warnings) std::cout << warning.setting << ' ' << warning.message << '\n';
}

void call(Model& model, const Settings& with = settings()) {
  const auto result = model.ask_async("say one", with).as_result();
  if (result)
    print(*result);
  else
    print(result.error());
  auto stream = model.ask_stream("say two", with);
  try {
    print(stream.response());
  } catch (const FastCCGError& error) {
    print(error.error());
  }
}

/// All faults of all protocols, a log of the server, sessions and journals.
std::size_t with_the_simulator() {
  std::size_t carried = 0;
  for (const auto& service : testing::services) {
    Simulator simulator(SimulatorOptions().log_file("simulator.log"));
    auto model = init_model(service.model, ApiKey(key()), service.endpoint(simulator.url()));
    const std::string name(service.name);
    model.autosave(name + ".journal");
    for (const auto& row : faults::rows()) {
      if (row.scene != faults::Scene::simulator) continue;
      simulator.set_faults(Fault::parse_list(row.fault));
      call(model);
    }
    simulator.set_faults({});
    call(model);
    model.settings(Settings().sys_prompt("Be brief.").extra_headers({{"x-team", "seven"}}));
    model.save(name + ".json");
    print(load_model(name + ".json", ApiKey(key()), service.endpoint(simulator.url())).ask("say three"));
    std::cout << model.name() << ' ' << model.model_info().id << '\n';
    for (const auto& request : simulator.requests())
      for (const auto& [header, value] : request.headers) carried += value.find(key()) != std::string::npos;
  }
  return carried;
}

/// As some write JSON.
std::string with_escapes(const std::string& text) {
  std::string all;
  for (const char c : text) all += c == '/' ? std::string("\\/") : std::string(1, c);
  return all;
}

/// What the request carries the key in.
std::string key_of(const test::ReceivedRequest& request) {
  std::string said;
  for (const auto& [name, value] : request.headers)
    if (value.find(key()) != std::string::npos) said = value;
  return said;
}

std::string ids_with(const std::string& said) { return "X-Request-Id: " + said + "\r\nRequest-Id: " + said + "\r\n"; }

/// A server that says back what it was sent, wherever an answer has room for it.
void with_an_echo() {
  using namespace std::chrono_literals;
  for (const int status : {200, 307, 400, 401, 404, 429, 500})
    for (const auto& service : testing::services) {
      test::ScriptedServer server([status](test::Peer& peer, std::size_t) {
        while (auto request = peer.read_request()) {
          const auto said = key_of(*request);
          std::string body = R"({"error":{"message":"bad key )" + said + R"(","type":")" + said + R"(","code":")" +
                             said + R"(","param":")" + said + R"("},"escaped":")" + with_escapes(said) +
                             R"(","more":")";
          // The last one stands where the library cuts a body off.
          body.append(16 * 1024 - said.size() / 2 - body.size(), '.').append(said).append("\"}");
          peer.send(test::http_answer(status, body, ids_with(said)));
        }
      });
      auto model = init_model(service.model, ApiKey(key()), service.endpoint(server.url("")));
      call(model);
      Simulator simulator;
      model.fallbacks({Fallback("openai/gpt-4o", ApiKey(key()), Endpoint().base_url(simulator.url() + "/v1"))});
      call(model, settings().retries(Retries().attempts(2).initial_delay(1ms).max_delay(1ms)));
    }
}

/// A good answer whose headers say the key.
void with_an_answer_that_echoes() {
  test::ScriptedServer server([](test::Peer& peer, std::size_t) {
    while (auto request = peer.read_request())
      peer.send(test::http_answer(
          200, R"({"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]})",
          ids_with(key_of(*request))));
  });
  auto model = init_model("openai/gpt-4o", ApiKey(key()), Endpoint().base_url(server.url("")));
  call(model);
}

/// What the library itself refuses.
void with_mistakes() {
  const auto attempt = [](auto act) {
    try {
      act();
    } catch (const FastCCGError& error) {
      print(error.error());
    }
  };
  attempt([] { init_model("openai/gpt-4o", ApiKey(key() + "\n" + key())); });
  attempt([] { init_model("openai/gpt-4o", ApiKey(key() + "\x01")); });
  attempt([] { init_model("openai/gpt-4o", ApiKey(key()), Endpoint().base_url("http://example.com/v1")); });
  attempt([] { init_model("openai/gpt-4o", ApiKey(key()), Endpoint().base_url("nonsense")); });
  attempt([] { add_key("nobody", key()); });
  attempt([] { add_openai_key(key() + "\r\nx: y"); });
  attempt([] { load_model("missing.json", ApiKey(key())); });
}

}  // namespace

int main() {
  const auto witness = std::make_shared<Witness>();
  add_observer(witness);
  const auto carried = with_the_simulator();
  with_an_echo();
  with_an_answer_that_echoes();
  with_mistakes();
  if (!wait_for_observers(std::chrono::seconds(30))) return 1;
  std::cout << witness->heard();
  std::cout << carried << std::endl;
  return 0;
}
