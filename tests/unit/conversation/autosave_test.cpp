#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <random>
#include <string>
#include <vector>

#include "conversation/init.hpp"
#include "fake_transport.hpp"
#include "fastccg/fastccg.hpp"
#include "temporary_folder.hpp"

namespace fastccg {
namespace {

namespace fs = std::filesystem;
using testing::end_events;
using testing::text_event;
using testing::whole_answer;

class Autosave : public ::testing::Test {
 protected:
  Model make_model() {
    return detail::init_model("openai/gpt-4o", ApiKey("sk-test-canary-1"), Endpoint(), &fake.engine);
  }
  Model load() const { return load_model(path, ApiKey("sk-test-canary-1")); }
  std::string ask(Model& model, const std::string& question) {
    const auto call = server.calls();
    auto reply = in_background(model.ask_async(question));
    EXPECT_TRUE(server.wait_for_calls(call + 1));
    server.answer(call, 200, whole_answer("re: " + question));
    return reply.get().value().content;
  }
  static std::future<Result<Reply>> in_background(Operation<Reply> operation) {
    return std::async(std::launch::async, [op = std::move(operation)]() mutable { return op.as_result(); });
  }
  static std::vector<std::string> texts(const Model& model) {
    std::vector<std::string> all;
    for (const auto& message : model.get_history()) all.push_back(message.text());
    return all;
  }
  std::string file() const {
    std::ifstream in(path);
    return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }

  using Texts = std::vector<std::string>;

  testing::FakeEngine fake;
  testing::FakeServer& server = fake.server;
  testing::TemporaryFolder folder;
  const std::string path = folder.file("chat.journal");
};

TEST_F(Autosave, turn_is_in_the_journal_when_the_call_has_returned) {
  auto model = make_model();
  model.autosave(path);
  ask(model, "one");
  EXPECT_EQ(texts(load()), (Texts{"one", "re: one"}));
  ask(model, "two");
  EXPECT_EQ(texts(load()), (Texts{"one", "re: one", "two", "re: two"}));
}

TEST_F(Autosave, what_was_said_before_is_in_the_journal_too) {
  auto model = make_model();
  model.sys_prompt("Be brief.");
  ask(model, "one");
  model.autosave(path);
  EXPECT_EQ(texts(load()), (Texts{"one", "re: one"}));
  EXPECT_EQ(load().settings().sys_prompt(), "Be brief.");
}

TEST_F(Autosave, fresh_model_takes_over_the_conversation_and_lays_its_settings_over) {
  {
    auto model = make_model();
    model.autosave(path).temperature(0.5).sys_prompt("Old.");
    ask(model, "one");
  }
  auto model = make_model();
  model.sys_prompt("New.").autosave(path);
  EXPECT_EQ(texts(model), (Texts{"one", "re: one"}));
  EXPECT_EQ(model.settings().sys_prompt(), "New.");
  EXPECT_EQ(model.settings().temperature(), 0.5);
  ask(model, "two");
  EXPECT_EQ(texts(load()), (Texts{"one", "re: one", "two", "re: two"}));
  EXPECT_EQ(load().settings().sys_prompt(), "New.");
}

TEST_F(Autosave, loaded_model_goes_on_with_the_same_journal) {
  {
    auto model = make_model();
    model.autosave(path);
    ask(model, "one");
  }
  for (int i = 0; i < 3; ++i) {
    auto model = load();
    model.autosave(path).append_prompt("note").append_response("noted");
  }
  EXPECT_EQ(load().get_history().size(), 8u);
  EXPECT_TRUE(load().session_warnings().empty());
}

TEST_F(Autosave, other_conversation_is_not_written_over) {
  {
    auto model = make_model();
    model.autosave(path);
    ask(model, "one");
  }
  const auto before = file();
  auto model = make_model();
  ask(model, "something else");
  try {
    model.autosave(path);
    ADD_FAILURE();
  } catch (const SessionError& error) {
    EXPECT_NE(error.error().message.find("\"" + path + "\" holds another conversation"), std::string::npos)
        << error.what();
  }
  EXPECT_EQ(file(), before);
  ask(model, "goes on without");
  EXPECT_EQ(file(), before);
}

TEST_F(Autosave, second_model_is_refused) {
  auto model = make_model();
  model.autosave(path);
  auto other = make_model();
  EXPECT_THROW(other.autosave(path), SessionError);
  ask(model, "one");
  EXPECT_EQ(texts(load()), (Texts{"one", "re: one"}));
}

TEST_F(Autosave, file_is_free_again_as_soon_as_the_model_is_gone) {
  for (int i = 0; i < 20; ++i) {
    auto model = make_model();
    model.autosave(path);
    ask(model, "x");
  }
  EXPECT_EQ(load().get_history().size(), 40u);
}

TEST_F(Autosave, same_path_again_changes_nothing) {
  auto model = make_model();
  model.autosave(path);
  ask(model, "one");
  model.autosave((folder.path() / "." / "chat.journal").string());
  ask(model, "two");
  EXPECT_EQ(load().get_history().size(), 4u);
}

TEST_F(Autosave, saving_over_the_journal_leaves_it_a_journal) {
  auto model = make_model();
  model.autosave(path);
  ask(model, "one");
  model.save(path);
  ask(model, "two");
  EXPECT_TRUE(model.session_warnings().empty());
  EXPECT_EQ(load().get_history().size(), 4u);
}

TEST_F(Autosave, second_path_replaces_the_first_and_an_empty_one_ends_it) {
  auto model = make_model();
  model.autosave(path);
  ask(model, "one");
  const auto second = folder.file("second.journal");
  model.autosave(second);
  ask(model, "two");
  model.autosave("");
  ask(model, "three");
  EXPECT_EQ(load().get_history().size(), 2u);
  EXPECT_EQ(load_model(second, ApiKey("k")).get_history().size(), 4u);
  auto other = make_model();
  other.autosave(path).autosave("");
}

TEST_F(Autosave, turns_come_back_in_the_order_in_which_they_were_asked) {
  auto model = make_model();
  model.autosave(path);
  auto first = in_background(model.ask_async("first"));
  ASSERT_TRUE(server.wait_for_calls(1));
  auto second = in_background(model.ask_async("second"));
  ASSERT_TRUE(server.wait_for_calls(2));
  server.answer(1, 200, whole_answer("two"));
  EXPECT_TRUE(second.get());
  EXPECT_EQ(texts(load()), (Texts{"second", "two"}));
  server.answer(0, 200, whole_answer("one"));
  EXPECT_TRUE(first.get());
  EXPECT_EQ(texts(load()), (Texts{"first", "one", "second", "two"}));
}

TEST_F(Autosave, turn_in_flight_when_autosave_begins_keeps_its_place) {
  auto model = make_model();
  auto first = in_background(model.ask_async("first"));
  ASSERT_TRUE(server.wait_for_calls(1));
  model.append_prompt("later");
  model.autosave(path);
  server.answer(0, 200, whole_answer("one"));
  EXPECT_TRUE(first.get());
  EXPECT_EQ(texts(load()), (Texts{"first", "one", "later"}));
}

TEST_F(Autosave, turn_in_flight_when_a_conversation_is_taken_over_comes_after_it) {
  {
    auto model = make_model();
    model.autosave(path);
    ask(model, "old");
  }
  auto model = make_model();
  auto first = in_background(model.ask_async("first"));
  ASSERT_TRUE(server.wait_for_calls(2));
  model.autosave(path);
  server.answer(1, 200, whole_answer("one"));
  EXPECT_TRUE(first.get());
  EXPECT_EQ(texts(model), (Texts{"old", "re: old", "first", "one"}));
  EXPECT_EQ(texts(load()), texts(model));
}

TEST_F(Autosave, failed_and_cancelled_calls_leave_nothing) {
  auto model = make_model();
  model.autosave(path);
  auto reply = in_background(model.ask_async("bad"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 400, "{}");
  EXPECT_FALSE(reply.get());
  model.flush();
  EXPECT_TRUE(load().get_history().empty());
}

TEST_F(Autosave, streamed_turn_is_in_the_journal_when_the_end_has_been_read) {
  auto model = make_model();
  model.autosave(path);
  auto stream = model.ask_stream("Q");
  auto first = std::async(std::launch::async, [&] { return stream.wait_next()->content; });
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  server.send(0, text_event("Hel") + text_event("lo") + end_events());
  EXPECT_EQ(first.get(), "Hel");
  EXPECT_EQ(stream.response().content, "Hello");
  EXPECT_EQ(texts(load()), (Texts{"Q", "Hello"}));
}

Task<std::string> read_all(Stream stream) {
  std::string all;
  while (auto chunk = co_await stream.next()) all += chunk->content;
  co_return all;
}

TEST_F(Autosave, awaited_stream_ends_when_its_turn_is_in_the_journal) {
  auto model = make_model();
  model.autosave(path);
  auto text = std::async(std::launch::async, [&] { return run(read_all(model.ask_stream("Q"))); });
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  server.send(0, text_event("a"));
  server.send(0, text_event("b"));
  server.send(0, end_events());
  EXPECT_EQ(text.get(), "ab");
  EXPECT_EQ(texts(load()), (Texts{"Q", "ab"}));
}

TEST_F(Autosave, interrupted_turn_is_there_when_the_error_was_thrown) {
  auto model = make_model();
  model.autosave(path);
  auto stream = model.ask_stream("Q");
  auto first = std::async(std::launch::async, [&] { return stream.wait_next()->content; });
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  server.send(0, text_event("par"));
  EXPECT_EQ(first.get(), "par");
  server.end(0, transport::HttpEnd(Error(ErrorKind::connection, "reset")));
  EXPECT_THROW(stream.wait_next(), ConnectionFailed);
  EXPECT_EQ(texts(load()), (Texts{"Q", "par"}));
  EXPECT_NE(file().find("\"interrupted\": true"), std::string::npos);
}

TEST_F(Autosave, abandoned_stream_is_there_after_a_flush) {
  auto model = make_model();
  model.autosave(path);
  {
    auto stream = model.ask_stream("Q");
    auto first = std::async(std::launch::async, [&] { return stream.wait_next()->content; });
    ASSERT_TRUE(server.wait_for_calls(1));
    server.begin_stream(0);
    server.send(0, text_event("read"));
    EXPECT_EQ(first.get(), "read");
  }
  model.flush();
  EXPECT_EQ(texts(load()), (Texts{"Q", "read"}));
}

TEST_F(Autosave, filtered_reply_is_what_the_journal_gets) {
  auto model = make_model();
  model.autosave(path).reply_filter([](std::string text) { return text + "!"; });
  EXPECT_EQ(ask(model, "one"), "re: one!");
  EXPECT_EQ(texts(load()), (Texts{"one", "re: one!"}));
}

TEST_F(Autosave, settings_are_written_with_the_next_turn) {
  auto model = make_model();
  model.autosave(path).temperature(0.25);
  ask(model, "one");
  EXPECT_EQ(load().settings().temperature(), 0.25);
}

TEST_F(Autosave, reset_clears_the_journal_and_drops_what_is_under_way) {
  auto model = make_model();
  model.autosave(path).temperature(0.25);
  ask(model, "one");
  auto late = in_background(model.ask_async("late"));
  ASSERT_TRUE(server.wait_for_calls(2));
  model.reset();
  EXPECT_TRUE(load().get_history().empty());
  EXPECT_TRUE(load().settings() == Settings());
  server.answer(1, 200, whole_answer("x"));
  EXPECT_TRUE(late.get());
  ask(model, "new");
  EXPECT_EQ(texts(load()), (Texts{"new", "re: new"}));
}

TEST_F(Autosave, history_that_is_set_or_cleared_replaces_what_is_in_the_journal) {
  auto model = make_model();
  model.autosave(path).temperature(0.25);
  ask(model, "one");
  ask(model, "two");
  auto late = in_background(model.ask_async("late"));
  ASSERT_TRUE(server.wait_for_calls(3));
  auto history = model.get_history();
  model.set_history({history[2], history[3]});
  EXPECT_EQ(texts(load()), (Texts{"two", "re: two"}));
  server.answer(2, 200, whole_answer("x"));
  ASSERT_TRUE(late.get());
  EXPECT_EQ(texts(load()), (Texts{"two", "re: two", "late", "x"}));
  EXPECT_EQ(load().settings(), Settings().temperature(0.25));
  model.clear_history();
  EXPECT_TRUE(load().get_history().empty());
  EXPECT_EQ(load().settings(), Settings().temperature(0.25));
  ask(model, "new");
  EXPECT_EQ(texts(load()), (Texts{"new", "re: new"}));
}

TEST_F(Autosave, fork_has_no_journal) {
  auto model = make_model();
  model.autosave(path);
  ask(model, "one");
  auto copy = model.fork();
  ask(copy, "elsewhere");
  copy.flush();
  EXPECT_EQ(load().get_history().size(), 2u);
}

TEST_F(Autosave, key_and_headers_are_not_in_the_journal) {
  auto model = make_model();
  model.settings(Settings().extra_headers({{"x-secret", "canary-2"}}));
  model.autosave(path);
  model.temperature(0.5);
  ask(model, "one");
  EXPECT_EQ(file().find("canary"), std::string::npos);
}

TEST_F(Autosave, setting_that_cannot_be_written_is_refused_and_not_made) {
  auto model = make_model();
  model.autosave(path);
  EXPECT_THROW(model.settings(Settings().metadata({{"\xFF", "x"}})), SessionError);
  EXPECT_TRUE(model.settings() == Settings());
  ask(model, "one");
  EXPECT_EQ(load().get_history().size(), 2u);
}

TEST_F(Autosave, torn_end_is_a_warning_of_the_model) {
  {
    auto model = make_model();
    model.autosave(path);
    ask(model, "one");
    ask(model, "two");
  }
  fs::resize_file(path, fs::file_size(path) - 3);
  EXPECT_EQ(load().session_warnings().size(), 1u);
  auto model = load();
  model.autosave(path);
  EXPECT_EQ(texts(model), (Texts{"one", "re: one"}));
  ASSERT_EQ(model.session_warnings().size(), 1u);
  EXPECT_EQ(model.session_warnings()[0].setting, "autosave");
  EXPECT_TRUE(load().session_warnings().empty()) << "the file has been mended";
}

TEST_F(Autosave, full_disk_costs_no_reply_and_is_made_up_for_later) {
  auto model = make_model();
  model.autosave(path);
  ask(model, "one");
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  auto limit = before;
  limit.rlim_cur = fs::file_size(path) + 10;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  auto reply = in_background(model.ask_async("two"));
  EXPECT_TRUE(server.wait_for_calls(2));
  server.answer(1, 200, whole_answer("paid for"));
  const auto got = reply.get().value();
  const auto warnings = model.session_warnings();
  EXPECT_THROW(model.append_prompt("note"), SessionError);
  EXPECT_THROW(model.flush(), SessionError);
  const auto on_disk = load().get_history().size();
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, handler);

  EXPECT_EQ(got.content, "paid for");
  ASSERT_EQ(got.warnings.size(), 1u);
  EXPECT_EQ(got.warnings[0].setting, "autosave");
  EXPECT_NE(got.warnings[0].message.find("File too large"), std::string::npos) << got.warnings[0].message;
  EXPECT_EQ(warnings.size(), 1u);
  EXPECT_EQ(on_disk, 2u);
  model.flush();
  EXPECT_TRUE(model.session_warnings().empty());
  EXPECT_EQ(texts(load()), (Texts{"one", "re: one", "two", "paid for", "note"}));
}

TEST_F(Autosave, turn_in_flight_is_written_although_its_model_is_gone) {
  std::future<Result<Reply>> reply;
  {
    auto model = make_model();
    model.autosave(path);
    reply = in_background(model.ask_async("late"));
    ASSERT_TRUE(server.wait_for_calls(1));
  }
  server.answer(0, 200, whole_answer("but there"));
  EXPECT_TRUE(reply.get());
  EXPECT_EQ(texts(load()), (Texts{"late", "but there"}));
  auto next = make_model();
  next.autosave(path);
  EXPECT_EQ(next.get_history().size(), 2u);
}

TEST_F(Autosave, operation_and_model_destroyed_in_flight_leave_the_file_free) {
  {
    auto model = make_model();
    model.autosave(path);
    auto [pending, token] = model.ask_async("never").release();
    pending->start();
    ASSERT_TRUE(server.wait_for_calls(1));
    Operation<Reply> abandoned(std::move(pending));
  }
  EXPECT_TRUE(server.wait_until([](const auto& s) { return s.cancelled.size() == 1; }));
  auto next = make_model();
  next.autosave(path);
  EXPECT_TRUE(next.get_history().empty());
}

TEST_F(Autosave, child_of_a_fork_is_told_that_the_journal_is_not_its_own) {
  auto model = make_model();
  model.autosave(path);
  ask(model, "one");
  const auto child = ::fork();
  if (child == 0) {
    try {
      model.append_prompt("from the child");
      ::_exit(4);
    } catch (const SessionError&) {
      if (model.session_warnings().size() != 1) ::_exit(1);
    }
    try {
      model.autosave("");
      model.append_prompt("not in the journal");
      ::_exit(model.session_warnings().empty() ? 0 : 2);
    } catch (const SessionError&) {
      ::_exit(3);
    }
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  ask(model, "two");
  EXPECT_EQ(texts(load()), (Texts{"one", "re: one", "two", "re: two"}));
}

TEST_F(Autosave, many_threads_lose_nothing) {
  auto model = make_model();
  model.autosave(path);
  std::vector<std::future<void>> threads;
  for (int t = 0; t < 4; ++t)
    threads.push_back(std::async(std::launch::async, [&model, t] {
      for (int i = 0; i < 25; ++i) model.append_prompt(std::to_string(t) + "/" + std::to_string(i));
    }));
  for (auto& thread : threads) thread.get();
  EXPECT_EQ(texts(load()), texts(model));
  EXPECT_EQ(load().get_history().size(), 100u);
}

/// Does something to the model: what it is depends on `dice`.
void do_something(Model& model, unsigned dice) {
  const auto text = std::to_string(dice);
  switch (dice % 8) {
    case 0:
    case 1: model.ask(text); break;
    case 2: model.ask_stream(text).response(); break;
    case 3: model.ask_stream(text).wait_next(); break;
    case 4: model.append_prompt(text); break;
    case 5: model.temperature(static_cast<double>(dice % 100) / 100); break;
    case 6: model.fork().ask(text); break;
    default:
      if (dice % 5 == 0) model.reset();
  }
}

TEST_F(Autosave, whatever_happens_on_several_threads_the_journal_says_what_the_model_says) {
  auto model = init_model(models::mock_model);
  model.autosave(path);
  std::vector<std::future<void>> threads;
  for (unsigned t = 0; t < 4; ++t)
    threads.push_back(std::async(std::launch::async, [&model, t] {
      std::minstd_rand random(t + 1);
      for (int i = 0; i < 30; ++i) do_something(model, static_cast<unsigned>(random()));
    }));
  for (auto& thread : threads) thread.get();
  model.flush();
  EXPECT_EQ(texts(load()), texts(model));
  EXPECT_TRUE(load().settings() == model.settings());
  EXPECT_TRUE(load().session_warnings().empty());
}

}  // namespace
}  // namespace fastccg
