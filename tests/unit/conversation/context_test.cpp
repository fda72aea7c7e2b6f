#include "conversation/context.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "fastccg/error.hpp"

namespace fastccg::detail {
namespace {

Message calling(const std::string& id) { return Message(Role::assistant, {ToolCall(id, "get_weather", "{}")}); }
Message result_of(const std::string& id) { return Message::tool_results({ToolResult(id, "result " + id)}); }

class Context : public ::testing::Test {
 protected:
  void add(std::vector<Message> messages) {
    auto turn = std::make_shared<Turn>();
    turn->messages = std::move(messages);
    turns.push_back(std::move(turn));
  }
  /// The order of the messages: their text, "call ID" or "result ID".
  std::string shown(const Message& question) {
    std::string all;
    const detail::Context context(turns, question);
    warnings = context.warnings();
    for (const auto* message : context.messages()) {
      all += all.empty() ? "" : ", ";
      for (const auto& part : message->parts) {
        if (const auto* text = std::get_if<Text>(&part)) all += text->text;
        if (const auto* call = std::get_if<ToolCall>(&part)) all += "call " + call->id;
        if (const auto* result = std::get_if<ToolResult>(&part)) all += "result " + result->call_id;
      }
    }
    return all;
  }

  Turns turns;
  std::vector<Warning> warnings;  // of what was shown last
};

TEST_F(Context, is_the_history_and_the_question) {
  add({Message::user("one"), Message::assistant("1")});
  add({Message::assistant("by hand")});
  EXPECT_EQ(shown(Message::user("two")), "one, 1, by hand, two");
}

TEST_F(Context, results_stand_behind_their_calls_whatever_was_asked_meanwhile) {
  add({Message::user("one"), calling("a")});
  add({Message::user("two"), Message::assistant("2")});
  EXPECT_EQ(shown(result_of("a")), "two, 2, one, call a, result a");
  add({result_of("a"), Message::assistant("1")});
  EXPECT_EQ(shown(Message::user("three")), "one, call a, result a, 1, two, 2, three");
}

TEST_F(Context, leaves_out_other_exchanges_that_wait_for_results) {
  add({Message::user("one"), calling("a")});
  add({Message::user("two"), calling("b")});
  EXPECT_EQ(shown(result_of("a")), "one, call a, result a");
  add({result_of("a"), Message::assistant("1")});
  EXPECT_EQ(shown(result_of("b")), "one, call a, result a, 1, two, call b, result b");
}

TEST_F(Context, call_without_a_result_gets_one_when_something_else_is_asked) {
  add({Message::user("one"), calling("a")});
  add({Message::user("two"), Message::assistant("2")});
  EXPECT_EQ(shown(Message::user("three")), "one, call a, result a, two, 2, three");
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].message.find("(a)"), std::string::npos) << warnings[0].message;
  EXPECT_EQ(shown(result_of("a")), "two, 2, one, call a, result a") << "the history still waits for it";
  EXPECT_TRUE(warnings.empty());
}

TEST_F(Context, results_that_are_there_are_not_made_up) {
  add({Message::user("one"), Message(Role::assistant, {ToolCall("a", "f", "{}"), ToolCall("b", "f", "{}")})});
  add({result_of("a")});
  EXPECT_EQ(shown(Message::user("two")), "one, call acall b, result a, result b, two");
}

TEST_F(Context, result_that_nothing_waits_for_is_refused) {
  EXPECT_THROW(check_results(turns, result_of("a")), InvalidRequest);
  add({Message::user("one"), calling("a")});
  EXPECT_NO_THROW(check_results(turns, result_of("a")));
  EXPECT_THROW(check_results(turns, result_of("b")), InvalidRequest);
  add({result_of("a")});
  EXPECT_THROW(check_results(turns, result_of("a")), InvalidRequest) << "it has been answered";
  EXPECT_NO_THROW(check_results(turns, Message::user("two")));
}

TEST_F(Context, several_rounds_of_tools_are_one_exchange) {
  add({Message::user("one"), calling("a")});
  add({Message::user("two"), Message::assistant("2")});
  add({result_of("a"), calling("b")});
  add({Message::user("three"), Message::assistant("3")});
  EXPECT_EQ(shown(result_of("b")), "two, 2, three, 3, one, call a, result a, call b, result b");
}

TEST_F(Context, id_that_is_used_again_means_the_latest_call) {
  add({Message::user("one"), calling("a")});
  add({result_of("a"), Message::assistant("1")});
  add({Message::user("two"), calling("a")});
  EXPECT_EQ(shown(result_of("a")), "one, call a, result a, 1, two, call a, result a");
}

TEST_F(Context, results_that_were_added_one_by_one_stay_together) {
  add({Message::user("one"), Message(Role::assistant, {ToolCall("a", "f", "{}"), ToolCall("b", "f", "{}")})});
  add({result_of("a")});
  EXPECT_EQ(shown(result_of("b")), "one, call acall b, result a, result b");
}

}  // namespace
}  // namespace fastccg::detail
