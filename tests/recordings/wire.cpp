#include "wire.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <random>

#include "exchange/engine.hpp"
#include "exchange/reply_receiver.hpp"
#include "loopback_server.hpp"
#include "providers/table.hpp"

namespace recordings {

namespace {

using fastccg::test::Peer;

/// Waits for the end of a call.
class Waiting final : public fastccg::ReplySink {
 public:
  void on_done(fastccg::Result<fastccg::Reply> result) override { done.set_value(std::move(result)); }
  std::promise<fastccg::Result<fastccg::Reply>> done;
};

bool is_about_framing(std::string_view name) {
  for (const auto* other : {"content-length", "transfer-encoding", "content-encoding", "connection", "keep-alive"})
    if (fastccg::find_header({{std::string(name), ""}}, other)) return true;
  return false;
}

std::string head_of(const Exchange& exchange) {
  std::string head = "HTTP/1.1 " + std::to_string(exchange.status) + " Recorded\r\nTransfer-Encoding: chunked\r\n";
  for (const auto& [name, value] : exchange.headers)
    if (!is_about_framing(name) && value.find('\n') == std::string::npos) head += name + ": " + value + "\r\n";
  return head + "\r\n";
}

/// The same words and numbers, whichever way they came.
std::string difference(const Observed& direct, const fastccg::Reply& reply) {
  auto arrived = direct;
  arrived.reply = reply;
  arrived.reply.raw = direct.reply.raw;
  if (arrived.summary() != direct.summary() || !(reply.usage == direct.reply.usage))
    return "what arrived over HTTP differs: " + reply.content.substr(0, 200);
  return {};
}

std::string difference(const Observed& direct, const fastccg::Error& error, bool is_stream) {
  if (!direct.error) return "over HTTP there was an error: " + error.describe();
  const auto& expected = *direct.error;
  if (error.kind != expected.kind || error.code != expected.code || error.provider_message != expected.provider_message)
    return "over HTTP the error was another: " + error.describe();
  if (is_stream && error.partial != direct.reply.content) return "over HTTP the text before the error was another";
  return {};
}

}  // namespace

class Wire::State {
 public:
  State() : server_([this](Peer& peer, std::size_t) { serve(peer); }) {}

  std::shared_ptr<fastccg::Target> target(const Exchange& exchange, const Api& api) const {
    static const fastccg::providers::Provider stranger{"", fastccg::protocols::Speaks::chat_completions, "", "", ""};
    const auto* row = fastccg::providers::find(exchange.provider);
    auto target = std::make_shared<fastccg::Target>();
    target->provider = row ? row : &stranger;
    target->speaks = api.speaks;
    target->dialect = dialect_of(exchange.provider);
    target->model.id = "recorded";
    target->base_url = server_.url("");
    return target;
  }

  void play(const Exchange& exchange) { playing_ = &exchange; }

 private:
  void serve(Peer& peer) {
    while (peer.read_request()) {
      const auto& exchange = *playing_.load();
      if (!peer.send(head_of(exchange))) return;
      std::mt19937_64 random(exchange.body.size());
      for (std::size_t at = 0; at < exchange.body.size();) {
        const auto size =
            std::min<std::size_t>(1 + random() % (exchange.body.size() / 8 + 16), exchange.body.size() - at);
        if (!peer.send(fastccg::test::chunk(std::string_view(exchange.body).substr(at, size)))) return;
        at += size;
      }
      if (!peer.send(fastccg::test::last_chunk)) return;
    }
  }

  std::atomic<const Exchange*> playing_ = nullptr;
  fastccg::test::ScriptedServer server_;
};

Wire::Wire() : state_(std::make_unique<State>()) {}
Wire::~Wire() = default;

std::string Wire::check(const Exchange& exchange, const Api& api, const Observed& direct) {
  state_->play(exchange);
  const auto question = fastccg::Message::user("q");
  fastccg::Request request;
  request.messages.push_back(&question);
  request.model.id = "recorded";
  request.stream = is_stream(exchange);
  request.settings.retries(fastccg::Retries().attempts(1));

  // The dialect's name is a view into the provider's, which the exchange keeps.
  const auto sink = std::make_shared<Waiting>();
  auto result = sink->done.get_future();
  fastccg::Engine::shared().start(fastccg::make_reply_exchange(state_->target(exchange, api), request, sink));
  const auto outcome = result.get();
  return outcome ? difference(direct, *outcome) : difference(direct, outcome.error(), request.stream);
}

}  // namespace recordings
