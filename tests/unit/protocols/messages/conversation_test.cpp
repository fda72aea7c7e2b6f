#include <gtest/gtest.h>

#include "rendering.hpp"

namespace fastccg::protocols::messages {
namespace {

std::string text(const std::string& words) { return R"({"type":"text","text":")" + words + "\"}"; }
std::string user(const std::string& blocks) { return R"({"role":"user","content":[)" + blocks + "]}"; }
std::string assistant(const std::string& blocks) { return R"({"role":"assistant","content":[)" + blocks + "]}"; }
std::string use(const std::string& id, const std::string& input = "{}") {
  return R"({"type":"tool_use","id":")" + id + R"(","name":"f","input":)" + input + "}";
}
std::string result(const std::string& id, const std::string& content) {
  return R"({"type":"tool_result","tool_use_id":")" + id + R"(","content":)" + content + "}";
}

TEST(messages_conversation, roles_alternate) {
  const auto asking = Asking()
                          .say(Message::user("a"))
                          .say(Message::user("b"))
                          .say(Message::assistant("c"))
                          .say(Message::assistant("d"))
                          .say(Message::user("e"));
  EXPECT_EQ(asking.member("messages"), "[" + user(text("a") + "," + text("b")) + "," +
                                           assistant(text("c") + "," + text("d")) + "," + user(text("e")) + "]");
}

TEST(messages_conversation, leading_system_messages_join_the_system_prompt) {
  auto asking = Asking().say(Message::system("one")).say(Message::system("two")).say(Message::user("a"));
  asking.settings.sys_prompt("zero");
  EXPECT_EQ(asking.member("system"), R"("zero\n\none\n\ntwo")");
  EXPECT_EQ(asking.member("messages"), "[" + user(text("a")) + "]");
}

TEST(messages_conversation, later_system_message_stands_in_place_where_the_model_takes_it) {
  auto asking = hello().say(Message::assistant("b")).say(Message::user("c")).say(Message::system("d"));
  EXPECT_EQ(asking.member("messages"), "[" + user(text("hi")) + "," + assistant(text("b")) + "," +
                                           user(text("c") + "," + text("<system>\\nd\\n</system>")) + "]");
  asking.model.later_system = true;
  EXPECT_EQ(asking.member("messages"), "[" + user(text("hi")) + "," + assistant(text("b")) + "," + user(text("c")) +
                                           R"(,{"role":"system","content":[)" + text("d") + "]}]");
}

TEST(messages_conversation, empty_and_blank_texts_are_left_out) {
  const auto asking = Asking()
                          .say(Message(Role::user, {Text(""), Text("a"), Text(" \n")}))
                          .say(Message::assistant(""))
                          .say(Message::user("b"));
  EXPECT_EQ(asking.member("messages"), "[" + user(text("a") + "," + text("b")) + "]");
}

TEST(messages_conversation, nothing_to_answer_is_refused) {
  for (const auto& asking : {Asking(), Asking().say(Message::user(" ")), Asking().say(Message::system("only"))}) {
    EXPECT_EQ(asking.error().kind, ErrorKind::invalid_request);
    EXPECT_NE(asking.error().message.find("nothing to answer"), std::string::npos);
  }
  EXPECT_EQ(hello().say(Message::assistant("b")).say(Message::user("")).error().kind, ErrorKind::invalid_request);
}

TEST(messages_conversation, answer_that_is_begun_is_refused_for_models_that_go_on_with_none) {
  auto begun = hello().say(Message::assistant("The answer is"));
  EXPECT_NE(begun.member("messages"), "null");
  begun.model.prefill = false;
  EXPECT_EQ(begun.error().kind, ErrorKind::invalid_request);

  auto answered = begun;
  answered.say(Message::user("go on"));
  EXPECT_NE(answered.member("messages"), "null");

  const std::string search = R"({"type":"server_tool_use","id":"s","name":"web_search","input":{}})";
  auto paused = hello().say(wrote({Text("I look."), Opaque("anthropic", "server_tool_use", search)}));
  paused.model.prefill = false;
  EXPECT_EQ(paused.member("messages"), "[" + user(text("hi")) + "," + assistant(text("I look.") + "," + search) + "]");
}

TEST(messages_conversation, only_the_very_last_text_of_the_assistant_is_trimmed) {
  const auto asking = hello()
                          .say(Message::assistant("a \n"))
                          .say(Message::user("b "))
                          .say(Message(Role::assistant, {Text("c "), Text("d \t"), Text("  ")}));
  EXPECT_EQ(asking.member("messages"), "[" + user(text("hi")) + "," + assistant(text("a \\n")) + "," +
                                           user(text("b ")) + "," + assistant(text("c ") + "," + text("d")) + "]");
}

TEST(messages_conversation, characters_that_are_no_text_are_replaced) {
  const auto asking = Asking().say(Message::user(std::string("a\xFF") + '\0' + "b\"\n"));
  EXPECT_EQ(asking.member("messages"), "[" +
                                           user(text("a\xEF\xBF\xBD"
                                                     "b\\\"\\n")) +
                                           "]");
}

// Tools.

TEST(messages_conversation, results_stand_first_in_one_message_in_the_order_of_calls) {
  const auto asking = hello()
                          .say(wrote({Text("x"), ToolCall("c1", "f", R"({"a":1})"), ToolCall("c2", "f", "")}))
                          .say(results({ToolResult("c2", "two")}))
                          .say(results({ToolResult("c1", "one", true)}))
                          .say(Message::user("and?"));
  EXPECT_EQ(asking.member("messages"),
            "[" + user(text("hi")) + "," + assistant(text("x") + "," + use("c1", R"({"a":1})") + "," + use("c2")) +
                "," +
                user(R"({"type":"tool_result","tool_use_id":"c1","content":"one","is_error":true},)" +
                     result("c2", R"("two")") + "," + text("and?")) +
                "]");
}

TEST(messages_conversation, text_beside_results_follows_them) {
  const auto asking =
      hello().say(wrote({ToolCall("c1", "f", "{}")})).say(Message(Role::user, {Text("before"), ToolResult("c1", "r")}));
  EXPECT_EQ(asking.member("messages"), "[" + user(text("hi")) + "," + assistant(use("c1")) + "," +
                                           user(result("c1", R"("r")") + "," + text("before")) + "]");
}

TEST(messages_conversation, missing_result_is_refused) {
  const auto asking =
      hello().say(wrote({ToolCall("c1", "f", "{}"), ToolCall("c2", "g", "{}")})).say(results({ToolResult("c1", "r")}));
  EXPECT_EQ(asking.error().kind, ErrorKind::invalid_request);
  EXPECT_NE(asking.error().message.find("'c2' (g)"), std::string::npos);
  EXPECT_EQ(hello().say(wrote({ToolCall("c1", "f", "{}")})).say(Message::user("x")).error().kind,
            ErrorKind::invalid_request);
  EXPECT_EQ(hello().say(wrote({ToolCall("c1", "f", "{}")})).error().kind, ErrorKind::invalid_request);
}

TEST(messages_conversation, result_without_call_is_refused) {
  EXPECT_EQ(hello().say(results({ToolResult("c1", "r")})).error().kind, ErrorKind::invalid_request);
  EXPECT_EQ(hello()
                .say(wrote({ToolCall("c1", "f", "{}")}))
                .say(results({ToolResult("c1", "r"), ToolResult("c9", "r")}))
                .error()
                .kind,
            ErrorKind::invalid_request);
  EXPECT_EQ(hello()
                .say(wrote({ToolCall("c1", "f", "{}")}))
                .say(results({ToolResult("c1", "r"), ToolResult("c1", "r")}))
                .error()
                .kind,
            ErrorKind::invalid_request);
}

TEST(messages_conversation, arguments_become_an_object) {
  const std::pair<const char*, const char*> cases[] = {{"", "{}"},
                                                       {" ", "{}"},
                                                       {R"({"n":12345678901234567890123, "b":1.0})", nullptr},
                                                       {R"({"a":)", R"({"raw_arguments":"{\"a\":"})"},
                                                       {"[1]", R"({"raw_arguments":"[1]"})"},
                                                       {"null", R"({"raw_arguments":"null"})"}};
  for (const auto& [arguments, input] : cases) {
    const auto body = hello().say(wrote({ToolCall("c1", "f", arguments)})).say(results({ToolResult("c1", "r")})).body();
    EXPECT_NE(body.find(use("c1", input ? input : arguments)), std::string::npos) << body;
  }
}

TEST(messages_conversation, half_of_a_surrogate_pair_in_arguments_is_replaced) {
  const auto body = hello()
                        .say(wrote({ToolCall("c1", "f", R"({"a":"\ud83d","b":"\u00e9"})")}))
                        .say(results({ToolResult("c1", "r")}))
                        .body();
  EXPECT_EQ(body.find("ud83d"), std::string::npos) << body;
}

TEST(messages_conversation, ids_and_names_that_are_not_accepted_are_rewritten_alike) {
  const auto asking = hello()
                          .say(wrote({ToolCall("call:1|x", "name.space:f", "{}")}, "other"))
                          .say(results({ToolResult("call:1|x", "r")}));
  const auto body = asking.body();
  const auto at = body.find("\"id\":\"") + 6;
  const auto id = body.substr(at, body.find('"', at) - at);
  EXPECT_EQ(id.find_first_of(":|"), std::string::npos);
  EXPECT_NE(body.find("\"tool_use_id\":\"" + id + '"'), std::string::npos);
  EXPECT_NE(body.find("\"name\":\"name_space_f\""), std::string::npos);
  EXPECT_EQ(asking.body(), body);
}

TEST(messages_conversation, content_of_results_is_text_or_a_list) {
  ToolResult mixed("c1", "see");
  mixed.content.push_back(Image::from_bytes("\x89PNG", "image/png"));
  mixed.content.push_back(Text(" "));
  mixed.content.push_back(Audio("bytes", "wav"));
  auto asking = hello().say(wrote({ToolCall("c1", "f", "{}")})).say(results({mixed}));
  EXPECT_NE(asking.body().find(result("c1", "[" + text("see") +
                                                R"(,{"type":"image","source":{"type":"base64",)"
                                                R"("media_type":"image/png","data":"iVBORw=="}}])")),
            std::string::npos)
      << asking.body();
  EXPECT_EQ(asking.warned(), "tool_result");

  ToolResult empty("c1", "");
  empty.content.clear();
  asking.messages[2] = results({empty});
  EXPECT_NE(asking.body().find(result("c1", "\"\"")), std::string::npos);
  empty.content = {Audio("bytes", "wav")};
  asking.messages[2] = results({empty});
  EXPECT_NE(asking.body().find(result("c1", "\"\"")), std::string::npos);
}

// What is kept for the provider.

TEST(messages_conversation, answer_goes_back_as_it_came) {
  const std::string blocks =
      R"({"type":"thinking","thinking":"hm ","signature":"c2ln/+=="},{"type":"redacted_thinking","data":"x"},)"
      R"({"type":"text","text":"claim","citations":[{"url":"u"}]},)"
      R"({"type":"server_tool_use","id":"v","name":"w","input":{"q":1}},)"
      R"({"type":"w_tool_result","tool_use_id":"v","content":[1]},)"
      R"({"type":"tool_use","id":"t","name":"f","input":{"a":[1,2]},"caller":{"type":"code_1","tool_id":"v"}})";
  const auto reply = decoded(answer("[" + blocks + "]", "\"tool_use\"")).reply;
  const auto asking = hello().say(reply.message).say(results({ToolResult("t", "r")}));
  EXPECT_EQ(asking.member("messages"),
            "[" + user(text("hi")) + "," + assistant(blocks) + "," + user(result("t", R"("r")")) + "]");
}

TEST(messages_conversation, thinking_without_own_signature_is_left_out) {
  const auto asking = hello()
                          .say(wrote({thought("unsigned", ""), thought("foreign", R"({"signature":"s"})", "gemini"),
                                      thought("broken", "{\"sig"), thought("odd", "[1]"), Text("b")}))
                          .say(Message::user("c"));
  EXPECT_EQ(asking.member("messages"),
            "[" + user(text("hi")) + "," + assistant(text("b")) + "," + user(text("c")) + "]");
}

TEST(messages_conversation, message_of_foreign_reasoning_alone_leaves_no_trace) {
  const auto asking = hello().say(wrote({thought("t", "[]", "other")}, "other")).say(Message::user("c"));
  EXPECT_EQ(asking.member("messages"), "[" + user(text("hi") + "," + text("c")) + "]");
}

TEST(messages_conversation, foreign_and_broken_opaque_parts_are_left_out) {
  const auto asking = hello()
                          .say(wrote({Text("b"), Opaque("openai", "citations", "[]"), Opaque("openai", "x", "{}"),
                                      Opaque("anthropic", "x", "{\"type\":"), Opaque("anthropic", "x", "[]")}))
                          .say(Message::user("c"));
  EXPECT_EQ(asking.member("messages"),
            "[" + user(text("hi")) + "," + assistant(text("b")) + "," + user(text("c")) + "]");
}

TEST(messages_conversation, opaque_block_of_the_user_is_sent_as_it_is) {
  const std::string block = R"({"type":"search_result","source":"s","title":"t","content":[]})";
  const auto asking = Asking().say(Message(Role::user, {Opaque("anthropic", "search_result", block), Text("q")}));
  EXPECT_EQ(asking.member("messages"), "[" + user(block + "," + text("q")) + "]");
}

TEST(messages_conversation, refusal_of_another_provider_becomes_text) {
  const auto asking = hello().say(wrote({Refusal("no")}, "openai")).say(Message::user("c"));
  EXPECT_EQ(asking.member("messages"),
            "[" + user(text("hi")) + "," + assistant(text("no")) + "," + user(text("c")) + "]");
}

TEST(messages_conversation, call_of_the_providers_tool_without_result_ends_with_its_turn) {
  const std::string block = R"({"type":"server_tool_use","id":"v","name":"w","input":{}})";
  auto asking = hello().say(wrote({Text("b"), Opaque("anthropic", "server_tool_use", block)}));
  EXPECT_EQ(asking.member("messages"), "[" + user(text("hi")) + "," + assistant(text("b") + "," + block) + "]");
  asking.say(Message::user("c"));
  EXPECT_EQ(asking.member("messages"),
            "[" + user(text("hi")) + "," + assistant(text("b")) + "," + user(text("c")) + "]");
}

TEST(messages_conversation, call_of_the_providers_tool_may_have_its_result_in_a_later_message) {
  const std::string block = R"({"type":"server_tool_use","id":"v","name":"w","input":{}})";
  const std::string found = R"({"type":"w_tool_result","tool_use_id":"v","content":[]})";
  const auto asking = hello()
                          .say(wrote({Opaque("anthropic", "server_tool_use", block)}))
                          .say(wrote({Opaque("anthropic", "w_tool_result", found), Text("b")}))
                          .say(Message::user("c"));
  EXPECT_EQ(asking.member("messages"), "[" + user(text("hi")) + "," + assistant(block + "," + found + "," + text("b")) +
                                           "," + user(text("c")) + "]");
}

TEST(messages_conversation, container_is_named_while_its_turn_lasts) {
  const std::vector<Part> parts = {ToolCall("c1", "f", "{}"), Opaque("anthropic", "container", R"({"id":"box1"})")};
  auto asking = hello().say(wrote(parts)).say(results({ToolResult("c1", "r")}));
  EXPECT_EQ(asking.member("container"), "\"box1\"");
  asking.say(Message::assistant("done")).say(Message::user("next"));
  EXPECT_EQ(asking.member("container"), "null");
}

// Pictures and files.

std::string sent(Part part) {
  const auto messages = Asking().say(Message(Role::user, std::vector<Part>{std::move(part)})).member("messages");
  const std::string_view before = R"([{"role":"user","content":[)";
  return messages.substr(before.size(), messages.size() - before.size() - 3);
}

TEST(messages_conversation, pictures_are_sent_as_base64_or_by_address) {
  EXPECT_EQ(sent(Image::from_bytes("\xFF\xD8\xFFx", "")),
            R"({"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"/9j/eA=="}})");
  EXPECT_EQ(sent(Image::from_url("https://e.x/a.png")),
            R"({"type":"image","source":{"type":"url","url":"https://e.x/a.png"}})");
  EXPECT_EQ(sent(Image::from_url("data:image/gif;base64,R0lG\nODlh")),
            R"({"type":"image","source":{"type":"base64","media_type":"image/gif","data":"R0lGODlh"}})");
}

TEST(messages_conversation, files_are_sent_as_documents) {
  EXPECT_EQ(
      sent(File::from_bytes("%PDF-1", "", "a.pdf")),
      R"({"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERi0x"},"title":"a.pdf"})");
  EXPECT_EQ(sent(File::from_bytes("# t", "text/markdown", "")),
            R"({"type":"document","source":{"type":"text","media_type":"text/plain","data":"# t"}})");
  EXPECT_EQ(sent(File::from_url("https://e.x/a.pdf", "")),
            R"({"type":"document","source":{"type":"url","url":"https://e.x/a.pdf"}})");
  EXPECT_EQ(sent(File::from_bytes("GIF8", "image/gif", "a.gif")),
            R"({"type":"image","source":{"type":"base64","media_type":"image/gif","data":"R0lGOA=="}})");
}

TEST(messages_conversation, file_by_id_brings_the_header_that_it_needs) {
  const auto rendered = Asking().say(Message(Role::user, {File::from_id("file_1")})).rendered();
  EXPECT_NE(rendered.body.find(R"({"type":"document","source":{"type":"file","file_id":"file_1"}})"),
            std::string::npos);
  ASSERT_NE(find_header(rendered.headers, "anthropic-beta"), nullptr);
  EXPECT_EQ(find_header(hello().rendered().headers, "anthropic-beta"), nullptr);
}

TEST(messages_conversation, media_without_content_or_type_is_refused) {
  const Part cases[] = {Image(), Image::from_bytes("??", ""), Image::from_url("data:image/png,raw"), File(),
                        File::from_bytes("??", "", "x")};
  for (const auto& part : cases) {
    const auto asking = Asking().say(Message(Role::user, std::vector<Part>{part}));
    EXPECT_EQ(asking.error().kind, ErrorKind::invalid_request);
  }
}

TEST(messages_conversation, sounds_and_pictures_of_the_assistant_are_left_out_with_a_warning) {
  const auto asking = Asking()
                          .say(Message(Role::user, {Text("a"), Audio("b", "wav"), Audio("c", "wav")}))
                          .say(wrote({Text("b"), Image::from_bytes("GIF8", "")}, "gemini"))
                          .say(Message::user("c"));
  EXPECT_EQ(asking.warned(), "messages messages");
  EXPECT_EQ(asking.member("messages"),
            "[" + user(text("a")) + "," + assistant(text("b")) + "," + user(text("c")) + "]");
}

}  // namespace
}  // namespace fastccg::protocols::messages
