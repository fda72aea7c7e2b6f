#include "actor.hpp"

#include <array>
#include <chrono>
#include <filesystem>
#include <string_view>
#include <thread>
#include <vector>

#include "mishaps.hpp"

namespace fastccg::property {

namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, 12> words{"amber", "birch", "cedar", "delta", "ember", "fjord",
                                                 "grove", "heron", "inlet", "jetty", "knoll", "lotus"};

/// The result of a call whose filter may have thrown.
Result<Reply> result_of(Operation<Reply> operation) {
  try {
    return operation.as_result();
  } catch (const FilterThrew&) {
    return Error(ErrorKind::usage, "the filter threw");
  }
}

Task<Result<Reply>> awaited(Operation<Reply> operation) {
  try {
    auto reply = co_await std::move(operation);
    co_return Result<Reply>(std::move(reply));
  } catch (const FastCCGError& error) {
    co_return Result<Reply>(error.error());
  } catch (const FilterThrew&) {
    co_return Result<Reply>(Error(ErrorKind::usage, "the filter threw"));
  }
}

/// A coroutine that runs as soon as it is called, and ends at the latest with this object.
class Eager {
 public:
  class promise_type {
   public:
    Eager get_return_object() noexcept { return Eager(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept {}
  };
  explicit Eager(std::coroutine_handle<promise_type> coroutine) : coroutine_(coroutine) {}
  Eager(Eager&& other) noexcept : coroutine_(std::exchange(other.coroutine_, {})) {}
  Eager& operator=(Eager&&) = delete;
  ~Eager() {
    if (coroutine_) coroutine_.destroy();
  }

 private:
  std::coroutine_handle<promise_type> coroutine_;
};

Eager wait_for(Operation<Reply> operation) { co_await std::move(operation); }

/// Waits for `operation` while another call, `dropped`, is under way; that one is then destroyed wherever it is.
Task<Result<Reply>> await_beside(Operation<Reply> operation, Operation<Reply> dropped) {
  const auto eager = wait_for(std::move(dropped));
  auto task = awaited(std::move(operation));
  auto result = co_await std::move(task);
  co_return result;
}

Task<std::string> read_all(Stream* stream, std::string* read) {
  while (auto chunk = co_await stream->next()) *read += chunk->content;
  co_return stream->response().content;
}

/// Another such text for each text; it consists of blanks alone, which some providers refuse.
std::string blank(std::string_view text) {
  std::string bits;
  for (const char c : text)
    for (int bit = 0; bit < 8; ++bit) bits += (c >> bit) & 1 ? ' ' : '\n';
  return bits;
}

/// Asks for a stop after a moment.
class StopSoon {
 public:
  explicit StopSoon(unsigned microseconds)
      : thread_([this, microseconds] {
          std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
          source_.request_stop();
        }) {}
  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  std::jthread thread_;
};

}  // namespace

void Actor::step() {
  using Step = void (Actor::*)();
  constexpr std::array<Step, 18> steps{&Actor::ask,
                                       &Actor::ask,
                                       &Actor::ask_and_stop,
                                       &Actor::gather_asks,
                                       &Actor::read_stream,
                                       &Actor::await_stream,
                                       &Actor::abandon_stream,
                                       &Actor::abandon_stream,
                                       &Actor::stop_stream,
                                       &Actor::replace_stream,
                                       &Actor::append,
                                       &Actor::append,
                                       &Actor::change_filter,
                                       &Actor::change_filter,
                                       &Actor::fork,
                                       &Actor::save_and_load,
                                       &Actor::drop_while_waiting,
                                       &Actor::reset};
  (this->*steps[random_.below(steps.size())])();
  world_->check();
}

Entry& Actor::open(bool streamed) {
  std::string text = name_ + " " + std::to_string(++count_);
  for (auto length = 1 + random_.below(6); length > 0; --length) (text += ' ') += words[random_.below(words.size())];
  return world_->ledger.open("say " + text, text, streamed);
}

Settings Actor::call_settings() {
  const std::string fault = testing::mishaps[random_.below(testing::mishaps.size())];
  auto settings = quick_settings();
  if (fault.empty()) return settings;
  note("  with " + fault);
  return settings.extra_headers({{"x-fastccg-fault", fault}});
}

void Actor::settle(Entry& entry, const Result<Reply>& result) {
  if (!result) {
    note("  failed: " + std::string(to_string(result.error().kind)));
    return world_->ledger.close(entry, Fate::nothing);
  }
  if (!entry.is_answered_by(result->content))
    throw Broken("\"" + entry.question + "\" was answered with \"" + result->content + "\"");
  world_->ledger.close(entry, Fate::committed, result->content);
}

void Actor::ask() {
  auto& entry = open(false);
  note("ask \"" + entry.question + "\"");
  settle(entry, result_of(world_->model.ask_async(entry.question, call_settings())));
}

void Actor::ask_and_stop() {
  auto& entry = open(false);
  note("ask and stop \"" + entry.question + "\"");
  const StopSoon stop(random_.below(600));
  settle(entry, result_of(world_->model.ask_async(entry.question, call_settings()).stop_token(stop.token())));
}

void Actor::gather_asks() {
  std::vector<Entry*> entries;
  std::vector<Task<Result<Reply>>> tasks;
  for (auto count = 2 + random_.below(3); count > 0; --count) {
    entries.push_back(&open(false));
    note("gather \"" + entries.back()->question + "\"");
    tasks.push_back(awaited(world_->model.ask_async(entries.back()->question, call_settings())));
  }
  const auto results = run(fastccg::gather(std::move(tasks)));
  for (std::size_t i = 0; i < results.size(); ++i) settle(*entries[i], results[i]);
}

void Actor::drop_while_waiting() {
  auto& dropped = open(false);
  auto& kept = open(false);
  note("drop \"" + dropped.question + "\" while waiting for \"" + kept.question + "\"");
  auto first = world_->model.ask_async(kept.question, call_settings());
  auto second = world_->model.ask_async(dropped.question, call_settings());
  settle(kept, run(await_beside(std::move(first), std::move(second))));
  world_->ledger.close(dropped, Fate::either);
}

/// Notes how a stream ended that was read as far as it goes. Its last read gave null, or throws again.
void Actor::settle_stream(Entry& entry, Stream& stream, std::string read) {
  auto& ledger = world_->ledger;
  try {
    const auto& reply = stream.response();
    if (reply.interrupted) return ledger.cut_short(entry, read);
    if (!entry.is_answered_by(read) || !reply.content.ends_with(read))
      throw Broken("\"" + entry.question + "\" was answered with \"" + read + "\", and then \"" + reply.content + "\"");
    ledger.close(entry, Fate::committed, reply.content);
  } catch (const FilterThrew&) {
    note("  the filter threw");
    ledger.close(entry, Fate::nothing);
  } catch (const FastCCGError& error) {
    note("  failed: " + std::string(to_string(error.kind())) + " after \"" + read + "\"");
    if (error.error().partial != read)
      throw Broken("read \"" + read + "\", but the error says \"" + error.error().partial + "\"");
    if (!entry.may_begin_with(read)) throw Broken("\"" + entry.question + "\" gave \"" + read + "\"");
    ledger.cut_short(entry, read);
  }
}

void Actor::read_stream() {
  auto& entry = open(true);
  note("stream \"" + entry.question + "\"");
  auto stream = world_->model.ask_stream(entry.question, call_settings());
  std::string read;
  try {
    for (const auto& chunk : stream) {
      read += chunk.content;
      world_->ledger.started(entry);
    }
  } catch (const FastCCGError&) {
  } catch (const FilterThrew&) {
  }
  settle_stream(entry, stream, std::move(read));
}

void Actor::await_stream() {
  auto& entry = open(true);
  note("await stream \"" + entry.question + "\"");
  auto stream = world_->model.ask_stream(entry.question, call_settings());
  std::string read;
  try {
    run(read_all(&stream, &read));
  } catch (const FastCCGError&) {
  } catch (const FilterThrew&) {
  }
  settle_stream(entry, stream, std::move(read));
}

void Actor::abandon_stream() {
  auto& entry = open(true);
  std::string read;
  bool over = false;
  {
    auto stream = world_->model.ask_stream(entry.question, call_settings());
    auto chunks = random_.below(4);
    note("abandon after " + std::to_string(chunks) + " chunks \"" + entry.question + "\"");
    try {
      for (; chunks > 0 && !over; --chunks)
        if (const auto* chunk = stream.wait_next())
          read += chunk->content;
        else
          over = true;
    } catch (const FastCCGError&) {
      over = true;
    } catch (const FilterThrew&) {
      over = true;
    }
    if (over) return settle_stream(entry, stream, std::move(read));
  }
  world_->ledger.cut_short(entry, read);
}

void Actor::stop_stream() {
  auto& entry = open(true);
  note("stop stream \"" + entry.question + "\"");
  const StopSoon stop(random_.below(1000));
  auto stream = world_->model.ask_stream(entry.question, call_settings()).stop_token(stop.token());
  std::string read;
  try {
    while (const auto* chunk = stream.wait_next()) read += chunk->content;
  } catch (const FastCCGError&) {
  } catch (const FilterThrew&) {
  }
  settle_stream(entry, stream, std::move(read));
}

/// Assigns another stream over one that has been read in part, which ends that one.
void Actor::replace_stream() {
  auto& first = open(true);
  auto& second = open(true);
  note("replace \"" + first.question + "\" by \"" + second.question + "\"");
  auto stream = world_->model.ask_stream(first.question, quick_settings());
  std::string read;
  if (const auto* chunk = stream.wait_next()) read = chunk->content;
  stream = world_->model.ask_stream(second.question, quick_settings());
  world_->ledger.cut_short(first, read);
  read.clear();
  try {
    while (const auto* chunk = stream.wait_next()) read += chunk->content;
  } catch (const FastCCGError&) {
  } catch (const FilterThrew&) {
  }
  settle_stream(second, stream, std::move(read));
}

void Actor::append() {
  const auto text = name_ + " " + std::to_string(++count_);
  const auto what = random_.below(4);
  note("append " + std::to_string(what) + " \"" + text + "\"");
  auto& ledger = world_->ledger;
  if (what != 1) {
    auto& entry = ledger.append("say " + text, "");
    world_->model.append_prompt(entry.question);
    ledger.close(entry, Fate::committed);
  }
  if (what != 2) {
    auto& entry = ledger.append("", what == 3 ? blank(text) : "You say " + text);
    world_->model.append_response(entry.answer);
    ledger.close(entry, Fate::committed);
  }
}

void Actor::reset() {
  note("reset");
  auto& reset = world_->ledger.begin_reset();
  world_->model.reset();
  world_->ledger.end_reset(reset);
}

void Actor::change_filter() {
  switch (random_.below(4)) {
    case 0:
      note("no filter");
      world_->model.reply_filter(nullptr);
      break;
    case 1:
      note("a filter that throws");
      world_->model.reply_filter([](const std::string&) -> std::string { throw FilterThrew(); });
      break;
    default:
      note("a filter that marks");
      world_->model.reply_filter([mark = "<" + name_ + ">"](const std::string& text) { return mark + text; });
  }
}

/// Checks the copy at once, then does things to it.
void Actor::go_on_alone(Model copy, const char* what, Tick from) {
  auto history = copy.get_history();
  world_->judge(history, from, what);
  World own(std::move(copy), world_->endpoint, std::move(history));
  Actor actor(own, name_ + "." + std::to_string(++count_), folder_, random_.next());
  actor.alone_ = true;
  try {
    for (auto steps = 1 + random_.below(3); steps > 0; --steps) actor.step();
  } catch (...) {
    story_ += actor.story_;
    throw;
  }
  story_ += actor.story_;
}

void Actor::fork() {
  if (alone_) return ask();
  note("fork");
  const auto from = world_->ledger.now();
  go_on_alone(world_->model.fork(), "the fork", from);
}

void Actor::save_and_load() {
  if (alone_) return read_stream();
  note("save and load");
  const auto path = folder_ + "/" + name_ + ".json";
  const auto from = world_->ledger.now();
  world_->model.save(path);
  auto loaded = load_model(path, ApiKey("sk-property"), world_->endpoint);
  std::filesystem::remove(path);
  go_on_alone(std::move(loaded), "the session file", from);
}

}  // namespace fastccg::property
