#include <gtest/gtest.h>

#include <algorithm>

#include "../support.hpp"

namespace fastccg::protocols {
namespace {

/// A request that is put together in one expression.
class Ask {
 public:
  explicit Ask(std::vector<Message> messages) : messages_(std::move(messages)) { request_.model.id = "m"; }
  explicit Ask(std::string text) : Ask(std::vector{Message::user(std::move(text))}) {}

  Ask& with(Settings settings) { return request_.settings = std::move(settings), *this; }
  Ask& stream() { return request_.stream = true, *this; }
  ModelInfo& model() { return request_.model; }

  Rendered render(const Dialect& dialect = plain) {
    request_.messages.clear();
    for (const auto& message : messages_) request_.messages.push_back(&message);
    return chat().render(request_, dialect);
  }
  std::string body(const Dialect& dialect = plain) { return render(dialect).body; }
  /// The list of messages.
  std::string messages(const Dialect& dialect = plain) {
    const auto all = body(dialect);
    const std::string begin = R"({"model":"m","messages":)";
    EXPECT_TRUE(all.starts_with(begin)) << all;
    return all.substr(begin.size(), all.size() - begin.size() - 1);
  }
  Error error(const Dialect& dialect = plain) {
    try {
      render(dialect);
    } catch (const FastCCGError& thrown) {
      return thrown.error();
    }
    return Error(ErrorKind::cancelled, "nothing was thrown");
  }

 private:
  std::vector<Message> messages_;
  Request request_;
};

/// What follows the messages of a request that asks "hi".
std::string settings_of(Settings settings, const Dialect& dialect = plain) {
  const std::string begin = R"({"model":"m","messages":[{"role":"user","content":"hi"}])";
  const auto body = Ask("hi").with(std::move(settings)).body(dialect);
  EXPECT_TRUE(body.starts_with(begin)) << body;
  return body.substr(begin.size(), body.size() - begin.size() - 1);
}

/// The settings that were warned of, separated by blanks.
std::string warned(const Rendered& rendered) {
  std::string all;
  for (const auto& warning : rendered.warnings) all += (all.empty() ? "" : " ") + warning.setting;
  return all;
}

Message assistant(std::vector<Part> parts, std::string provider = {}) {
  Message message(Role::assistant, std::move(parts));
  message.provider = std::move(provider);
  return message;
}

TEST(ChatRequest, plain_question) {
  const auto rendered = Ask("hi").render();
  EXPECT_EQ(rendered.path, "/chat/completions");
  EXPECT_EQ(rendered.body, R"({"model":"m","messages":[{"role":"user","content":"hi"}]})");
  EXPECT_TRUE(rendered.warnings.empty());
}

TEST(ChatRequest, system_prompt_comes_first) {
  EXPECT_EQ(Ask("hi").with(Settings().sys_prompt("be brief")).messages(),
            R"([{"role":"system","content":"be brief"},{"role":"user","content":"hi"}])");
  EXPECT_EQ(Ask("hi").with(Settings().sys_prompt("")).messages(), R"([{"role":"user","content":"hi"}])");
}

TEST(ChatRequest, text_that_is_no_utf8_is_mended) {
  EXPECT_EQ(Ask("a\xFF").messages(), "[{\"role\":\"user\",\"content\":\"a\xEF\xBF\xBD\"}]");
}

TEST(ChatRequest, stream_asks_for_usage_where_that_is_understood) {
  EXPECT_TRUE(Ask("hi").stream().body().ends_with(R"("stream":true,"stream_options":{"include_usage":true}})"));
  EXPECT_TRUE(Ask("hi").stream().body(Dialect("test", Quirk::no_stream_usage_option)).ends_with(R"("stream":true})"));
}

TEST(ChatRequest, plain_settings) {
  EXPECT_EQ(
      settings_of(
          Settings().temperature(0.7).top_p(0.5).frequency_penalty(-1).presence_penalty(1.5).seed(7).max_tokens(9)),
      R"(,"max_tokens":9,"temperature":0.7,"top_p":0.5,"frequency_penalty":-1,"presence_penalty":1.5,"seed":7)");
  EXPECT_EQ(settings_of(Settings().stop({"a", "b"})), R"(,"stop":["a","b"])");
  EXPECT_EQ(settings_of(Settings().stop({})), "");
  EXPECT_EQ(settings_of(Settings().logprobs(0)), R"(,"logprobs":true)");
  EXPECT_EQ(settings_of(Settings().logprobs(3)), R"(,"logprobs":true,"top_logprobs":3)");
}

TEST(ChatRequest, names_of_settings_follow_the_dialect) {
  EXPECT_EQ(settings_of(Settings().max_tokens(9), Dialect("test", Quirk::max_completion_tokens)),
            R"(,"max_completion_tokens":9)");
  EXPECT_EQ(settings_of(Settings().seed(9), Dialect("test", Quirk::random_seed)), R"(,"random_seed":9)");
  EXPECT_EQ(settings_of(Settings().top_k(9), Dialect("test", Quirk::takes_top_k)), R"(,"top_k":9)");
  EXPECT_EQ(settings_of(Settings().metadata({{"a", "b"}}), Dialect("test", Quirk::takes_metadata)),
            R"(,"metadata":{"a":"b"})");
}

TEST(ChatRequest, settings_that_the_dialect_lacks_are_left_out_with_a_warning) {
  const auto rendered = Ask("hi")
                            .with(Settings().top_k(1).metadata({{"a", "b"}}).logprobs(1))
                            .render(Dialect("test", Quirk::no_logprobs));
  EXPECT_EQ(rendered.body, R"({"model":"m","messages":[{"role":"user","content":"hi"}]})");
  EXPECT_EQ(warned(rendered), "top_k logprobs metadata");
}

TEST(ChatRequest, temperature_beyond_the_dialects_range_is_lowered_with_a_warning) {
  const auto rendered = Ask("hi").with(Settings().temperature(1.8)).render(Dialect("test", Quirk::temperature_to_1_5));
  EXPECT_NE(rendered.body.find(R"("temperature":1.5)"), std::string::npos);
  EXPECT_EQ(warned(rendered), "temperature");
}

TEST(ChatRequest, more_than_four_stops_are_refused_where_the_provider_would) {
  auto ask = Ask("hi").with(Settings().stop({"1", "2", "3", "4", "5"}));
  EXPECT_EQ(ask.error().kind, ErrorKind::cancelled);
  EXPECT_EQ(ask.error(Dialect("test", Quirk::four_stops)).kind, ErrorKind::invalid_request);
}

TEST(ChatRequest, sampling_is_left_out_for_models_that_reject_it) {
  auto ask =
      Ask("hi").with(Settings().temperature(1).top_p(1).frequency_penalty(0).presence_penalty(0).logprobs(1).seed(1));
  ask.model().sampling = ModelInfo::Sampling::rejected;
  const auto rendered = ask.render();
  EXPECT_EQ(rendered.body, R"({"model":"m","messages":[{"role":"user","content":"hi"}],"seed":1})");
  EXPECT_EQ(warned(rendered), "temperature top_p frequency_penalty presence_penalty logprobs");
}

TEST(ChatRequest, sampling_goes_out_when_such_a_model_does_not_reason) {
  const auto warnings = [](bool by_default, std::optional<ReasoningSetting> reasoning) {
    Settings settings;
    settings.temperature(1);
    if (reasoning) settings.reasoning(*reasoning);
    auto ask = Ask("hi").with(settings);
    ask.model().sampling = ModelInfo::Sampling::only_without_reasoning;
    ask.model().reasons = true;
    ask.model().reasons_by_default = by_default;
    return warned(ask.render());
  };
  EXPECT_EQ(warnings(true, std::nullopt), "temperature");
  EXPECT_EQ(warnings(true, ReasoningSetting::off()), "");
  EXPECT_EQ(warnings(false, std::nullopt), "");
  EXPECT_EQ(warnings(false, ReasoningSetting::effort("low")), "temperature");
}

TEST(ChatRequest, stop_is_left_out_for_models_that_take_none) {
  auto ask = Ask("hi").with(Settings().stop({"x"}));
  ask.model().takes_stop = false;
  EXPECT_EQ(warned(ask.render()), "stop");
}

TEST(ChatRequest, tools_and_tool_choice) {
  Tool strict("f", "does f", R"( {"type":"object","properties":{"x":{"const":1.50}}} )");
  strict.strict = true;
  const std::vector tools{strict, Tool("g", "")};
  const std::string list =
      R"(,"tools":[{"type":"function","function":{"name":"f","description":"does f","parameters":{"type":"object","properties":{"x":{"const":1.50}}},"strict":true}},)"
      R"({"type":"function","function":{"name":"g","parameters":{"type":"object","properties":{}}}}])";
  EXPECT_EQ(settings_of(Settings().tools(tools)), list);
  EXPECT_EQ(settings_of(Settings().tools(tools).tool_choice(ToolChoice::automatic())),
            list + R"(,"tool_choice":"auto")");
  EXPECT_EQ(settings_of(Settings().tools(tools).tool_choice(ToolChoice::none())), list + R"(,"tool_choice":"none")");
  EXPECT_EQ(settings_of(Settings().tools(tools).tool_choice(ToolChoice::required())),
            list + R"(,"tool_choice":"required")");
  EXPECT_EQ(settings_of(Settings().tools(tools).tool_choice(ToolChoice::named("g")).parallel_tools(false)),
            list + R"(,"tool_choice":{"type":"function","function":{"name":"g"}},"parallel_tool_calls":false)");
  EXPECT_TRUE(settings_of(Settings().tools({Tool("g", "")}).tool_choice(ToolChoice::required()),
                          Dialect("test", Quirk::any_tool))
                  .ends_with(R"(,"tool_choice":"any")"));
}

TEST(ChatRequest, tool_settings_without_tools_are_left_out) {
  EXPECT_EQ(settings_of(Settings().tool_choice(ToolChoice::required()).parallel_tools(true)), "");
  EXPECT_EQ(settings_of(Settings().tools({}).tool_choice(ToolChoice::none())), "");
}

TEST(ChatRequest, strict_is_left_out_with_a_warning_where_it_is_not_known) {
  Tool tool("f", "");
  tool.strict = true;
  const auto rendered = Ask("hi").with(Settings().tools({tool})).render(Dialect("test", Quirk::no_strict));
  EXPECT_EQ(rendered.body.find("strict"), std::string::npos);
  EXPECT_EQ(warned(rendered), "tools");
}

TEST(ChatRequest, bad_tools_are_misuse) {
  EXPECT_EQ(Ask("hi").with(Settings().tools({Tool("f", "", "[1]")})).error().kind, ErrorKind::usage);
  EXPECT_EQ(Ask("hi").with(Settings().tools({Tool("f", "", "{")})).error().kind, ErrorKind::usage);
  EXPECT_EQ(Ask("hi").with(Settings().tools({Tool("f", "")}).tool_choice(ToolChoice::named("g"))).error().kind,
            ErrorKind::usage);
}

TEST(ChatRequest, output_format) {
  EXPECT_EQ(settings_of(Settings().output_format(OutputFormat::text())), "");
  EXPECT_EQ(settings_of(Settings().output_format(OutputFormat::json())),
            R"(,"response_format":{"type":"json_object"})");
  EXPECT_EQ(
      settings_of(Settings().output_format(OutputFormat::schema("r", R"({"type":"object"})"))),
      R"(,"response_format":{"type":"json_schema","json_schema":{"name":"r","schema":{"type":"object"},"strict":true}})");
  EXPECT_EQ(Ask("hi").with(Settings().output_format(OutputFormat::schema("r", "x"))).error().kind, ErrorKind::usage);
}

TEST(ChatRequest, schema_goes_into_the_prompt_where_it_cannot_be_enforced) {
  auto ask =
      Ask("hi").with(Settings().sys_prompt("s").output_format(OutputFormat::schema("r", R"({"type":"object"})")));
  const auto rendered = ask.render(Dialect("test", Quirk::no_json_schema));
  EXPECT_NE(rendered.body.find(R"("response_format":{"type":"json_object"})"), std::string::npos);
  EXPECT_NE(rendered.body.find(R"({"role":"system","content":"s\n\nAnswer)"), std::string::npos);
  EXPECT_NE(rendered.body.find(R"(\"type\":\"object\")"), std::string::npos);
  EXPECT_EQ(warned(rendered), "output_format");
  ask.model().schema_output = false;
  EXPECT_EQ(warned(ask.render()), "output_format");
}

TEST(ChatRequest, reasoning_follows_the_dialect) {
  const Dialect toggle("test", Quirk::thinking_switch);
  const Dialect object("test", Quirk::reasoning_details);
  const auto effort = Settings().reasoning(ReasoningSetting::effort("high"));
  const auto off = Settings().reasoning(ReasoningSetting::off());
  const auto budget = Settings().reasoning(ReasoningSetting::budget(3000));
  EXPECT_EQ(settings_of(effort), R"(,"reasoning_effort":"high")");
  EXPECT_EQ(settings_of(off), R"(,"reasoning_effort":"none")");
  EXPECT_EQ(settings_of(budget), R"(,"reasoning_effort":"medium")");
  EXPECT_EQ(settings_of(effort, toggle), R"(,"thinking":{"type":"enabled"},"reasoning_effort":"high")");
  EXPECT_EQ(settings_of(off, toggle), R"(,"thinking":{"type":"disabled"})");
  EXPECT_EQ(settings_of(effort, object), R"(,"reasoning":{"effort":"high"})");
  EXPECT_EQ(settings_of(off, object), R"(,"reasoning":{"enabled":false})");
  EXPECT_EQ(settings_of(budget, object), R"(,"reasoning":{"max_tokens":3000})");
  EXPECT_EQ(
      settings_of(Settings().reasoning(ReasoningSetting::effort("low")), Dialect("test", Quirk::all_or_no_effort)),
      R"(,"reasoning_effort":"high")");
}

TEST(ChatRequest, reasoning_that_cannot_be_had_is_warned_of) {
  EXPECT_EQ(warned(Ask("hi").with(Settings().reasoning(ReasoningSetting::budget(1))).render()), "reasoning");
  auto never = Ask("hi").with(Settings().reasoning(ReasoningSetting::effort("low")));
  never.model().listed = true;
  EXPECT_EQ(warned(never.render()), "reasoning");
  auto always = Ask("hi").with(Settings().reasoning(ReasoningSetting::off()));
  always.model().listed = always.model().reasons = always.model().reasons_by_default = true;
  always.model().sampling = ModelInfo::Sampling::rejected;
  EXPECT_EQ(warned(always.render()), "reasoning");
  EXPECT_EQ(always.body().find("reasoning_effort"), std::string::npos);
}

TEST(ChatRequest, extra_wins_over_everything_and_is_kept_byte_for_byte) {
  EXPECT_EQ(settings_of(Settings().temperature(1).extra(R"( { "temperature" : 0.50, "x":{"y":[1e2]} } )")),
            R"(,"temperature" : 0.50, "x":{"y":[1e2]})");
  EXPECT_EQ(settings_of(Settings().extra("{}")), "");
  EXPECT_TRUE(Ask("hi")
                  .with(Settings().extra(R"({"stream_options":{"a":1}})"))
                  .stream()
                  .body()
                  .ends_with(R"("stream":true,"stream_options":{"a":1}})"));
  EXPECT_EQ(Ask("hi").with(Settings().extra(R"({"model":"n","messages":[]})")).body(),
            R"({"model":"n","messages":[]})");
  for (const auto* bad : {"", "x", "[]", "{", "{} {}"})
    EXPECT_EQ(Ask("hi").with(Settings().extra(bad)).error().kind, ErrorKind::usage) << bad;
}

TEST(ChatRequest, parts_of_a_question) {
  Image image = Image::from_url("https://h/a.png");
  image.detail = "low";
  const Ask ask(
      {Message(Role::user, std::vector<Part>{Text("look"), image, Image::from_bytes("\x89PNG", ""), Audio("abc", "mp3"),
                                             File::from_bytes("%PDF-1", "", "a.pdf"), File::from_id("file-1"),
                                             File::from_bytes("plain", "text/plain", "a.txt"), Text("")})});
  EXPECT_EQ(Ask(ask).messages(),
            R"([{"role":"user","content":[{"type":"text","text":"look"},)"
            R"({"type":"image_url","image_url":{"url":"https://h/a.png","detail":"low"}},)"
            R"({"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw=="}},)"
            R"({"type":"input_audio","input_audio":{"data":"YWJj","format":"mp3"}},)"
            R"({"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBERi0x"}},)"
            R"({"type":"file","file":{"file_id":"file-1"}},)"
            R"({"type":"text","text":"plain"}]}])");
}

TEST(ChatRequest, documents_are_chunks_of_their_own_where_the_dialect_says_so) {
  EXPECT_EQ(Ask({Message(Role::user, std::vector<Part>{File::from_url("https://h/a.pdf", "application/pdf")})})
                .messages(Dialect("test", Quirk::thinking_chunks)),
            R"([{"role":"user","content":[{"type":"document_url","document_url":"https://h/a.pdf"}]}])");
}

TEST(ChatRequest, files_by_address_are_sent_only_where_they_are_taken) {
  const auto ask = [](const std::string& url) {
    return Ask({Message(Role::user, std::vector<Part>{File::from_url(url, "application/pdf")})});
  };
  const auto with = [](const std::string& data) {
    return R"([{"role":"user","content":[{"type":"file","file":{"filename":"document","file_data":")" + data +
           R"("}}]}])";
  };
  const std::string address = "https://h/a.pdf";
  const std::string data = "data:application/pdf;base64,JVBERi0x";
  const auto error = ask(address).error();
  EXPECT_EQ(error.kind, ErrorKind::invalid_request);
  EXPECT_NE(error.message.find("File::from_bytes"), std::string::npos) << error.message;
  EXPECT_NE(error.message.find("Responses"), std::string::npos) << error.message;
  EXPECT_EQ(ask(address).messages(Dialect("test", Quirk::files_by_address)), with(address));
  EXPECT_EQ(ask(data).messages(), with(data));
}

TEST(ChatRequest, parts_without_content_are_refused) {
  for (const auto& part :
       std::vector<Part>{Image(), Image::from_bytes("??", ""), Audio(), File(), File::from_bytes("x", "", "")})
    EXPECT_EQ(Ask({Message(Role::user, std::vector<Part>{part})}).error().kind, ErrorKind::invalid_request);
}

TEST(ChatRequest, empty_conversation_is_refused) {
  EXPECT_EQ(Ask(std::vector<Message>()).error().kind, ErrorKind::invalid_request);
  EXPECT_EQ(Ask("").messages(), R"([{"role":"user","content":""}])");
}

TEST(ChatRequest, tool_calls_and_results_in_the_order_of_the_calls) {
  auto results = Message::tool_results({ToolResult("b", "second"), ToolResult("a", "first", true)});
  EXPECT_EQ(Ask({Message::user("q"), assistant({Text("well"), ToolCall("a", "f", "{\"x\":1}"), ToolCall("b", "g", "")}),
                 results, Message::user("next")})
                .messages(),
            R"([{"role":"user","content":"q"},{"role":"assistant","content":"well","tool_calls":[)"
            R"({"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},)"
            R"({"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]},)"
            R"({"role":"tool","tool_call_id":"a","content":"Error: first"},)"
            R"({"role":"tool","tool_call_id":"b","content":"second"},{"role":"user","content":"next"}])");
}

TEST(ChatRequest, results_may_come_one_message_each_and_before_the_users_words) {
  const Message mixed(Role::user, std::vector<Part>{ToolResult("b", "2"), Text("and now?")});
  EXPECT_EQ(
      Ask({assistant({ToolCall("a", "f", "{}"), ToolCall("b", "g", "{}")}),
           Message::tool_results({ToolResult("a", "1")}), mixed})
          .messages(),
      R"([{"role":"assistant","content":"","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},)"
      R"({"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]},)"
      R"({"role":"tool","tool_call_id":"a","content":"1"},{"role":"tool","tool_call_id":"b","content":"2"},)"
      R"({"role":"user","content":"and now?"}])");
}

TEST(ChatRequest, pictures_in_results_are_sent_and_sounds_are_not) {
  ToolResult result("a", "see");
  result.content.emplace_back(Image::from_url("https://h/i.png"));
  result.content.emplace_back(Audio("x", "wav"));
  const auto rendered = Ask({assistant({ToolCall("a", "f", "{}")}), Message::tool_results({result})}).render();
  EXPECT_NE(
      rendered.body.find(
          R"("content":[{"type":"text","text":"see"},{"type":"image_url","image_url":{"url":"https://h/i.png"}}])"),
      std::string::npos);
  EXPECT_EQ(warned(rendered), "tool_result");
}

TEST(ChatRequest, calls_and_results_that_do_not_match_are_refused) {
  const auto call = assistant({ToolCall("a", "get_time", "{}"), ToolCall("b", "f", "{}")});
  const auto results = [](std::vector<ToolResult> list) { return Message::tool_results(std::move(list)); };
  const auto missing = Ask({call, results({ToolResult("b", "1")})}).error();
  EXPECT_EQ(missing.kind, ErrorKind::invalid_request);
  EXPECT_NE(missing.message.find("'a' (get_time)"), std::string::npos) << missing.message;
  EXPECT_EQ(Ask({call, Message::user("hello?")}).error().kind, ErrorKind::invalid_request);
  EXPECT_EQ(Ask({call}).error().kind, ErrorKind::invalid_request);
  EXPECT_EQ(Ask({results({ToolResult("a", "1")})}).error().kind, ErrorKind::invalid_request);
  EXPECT_EQ(Ask({Message::user("q"), results({ToolResult("a", "1")})}).error().kind, ErrorKind::invalid_request);
  EXPECT_EQ(Ask({call, results({ToolResult("a", "1"), ToolResult("b", "1"), ToolResult("c", "1")})}).error().kind,
            ErrorKind::invalid_request);
  EXPECT_EQ(Ask({call, results({ToolResult("a", "1"), ToolResult("a", "2"), ToolResult("b", "1")})}).error().kind,
            ErrorKind::invalid_request);
}

TEST(ChatRequest, short_call_ids_are_made_alike_for_call_and_result) {
  const Dialect dialect("test", Quirk::short_call_ids);
  const std::vector<Message> messages{
      assistant({ToolCall("call_long_id", "f", "{}"), ToolCall("abcDEF123", "g", "{}")}),
      Message::tool_results({ToolResult("call_long_id", "1"), ToolResult("abcDEF123", "2")})};
  const auto body = Ask(messages).body(dialect);
  EXPECT_EQ(body, Ask(messages).body(dialect)) << "the same in every request";
  const auto begin = body.find(R"("id":")") + 6;
  const auto id = body.substr(begin, 9);
  EXPECT_TRUE(std::ranges::all_of(id, [](unsigned char c) { return std::isalnum(c) != 0; })) << id;
  EXPECT_EQ(body[begin + 9], '"');
  EXPECT_NE(body.find(R"("tool_call_id":")" + id + '"'), std::string::npos);
  EXPECT_NE(body.find(R"("tool_call_id":"abcDEF123")"), std::string::npos) << "a good id stays as it is";
}

TEST(ChatRequest, ids_that_no_server_takes_are_replaced) {
  const auto body = Ask({assistant({ToolCall(std::string(100, 'x'), "f", "{}")}),
                         Message::tool_results({ToolResult(std::string(100, 'x'), "1")})})
                        .body();
  EXPECT_EQ(body.find(std::string(65, 'x')), std::string::npos);
  EXPECT_NE(body.find(R"("tool_call_id":"call_)"), std::string::npos);
}

TEST(ChatRequest, reasoning_goes_back_only_to_its_maker_and_only_within_the_turn) {
  const Dialect dialect("deep", Quirk::replays_reasoning);
  const auto thought = [](const char* provider) {
    return assistant({Reasoning("why"), ToolCall("a", "f", "{}")}, provider);
  };
  const auto result = Message::tool_results({ToolResult("a", "1")});
  const auto replayed = [&](const std::vector<Message>& messages, const Dialect& to) {
    return Ask(messages).body(to).find(R"("reasoning_content":"why")") != std::string::npos;
  };
  EXPECT_TRUE(replayed({Message::user("q"), thought("deep"), result}, dialect));
  EXPECT_FALSE(replayed({Message::user("q"), thought("other"), result}, dialect));
  EXPECT_FALSE(replayed({Message::user("q"), thought("deep"), result, Message::user("more")}, dialect));
  EXPECT_FALSE(replayed({Message::user("q"), thought("deep"), result}, Dialect("deep", Quirk::none)));
}

TEST(ChatRequest, reasoning_details_go_back_byte_for_byte) {
  Reasoning reasoning("why");
  reasoning.payload = R"([ {"data" : 1.50} ])";
  reasoning.provider = "router";
  const Dialect dialect("router", Quirk::reasoning_details);
  EXPECT_EQ(
      Ask({assistant({reasoning, Text("a")}, "router"), Message::user("q")}).messages(dialect),
      R"([{"role":"assistant","content":"a","reasoning_details":[ {"data" : 1.50} ]},{"role":"user","content":"q"}])");
  EXPECT_EQ(Ask({assistant({reasoning, Text("a")}, "other"), Message::user("q")}).messages(dialect),
            R"([{"role":"assistant","content":"a"},{"role":"user","content":"q"}])");
  reasoning.payload = "[broken";
  EXPECT_EQ(Ask({assistant({reasoning, Text("a")}, "router"), Message::user("q")}).messages(dialect),
            R"([{"role":"assistant","content":"a"},{"role":"user","content":"q"}])");
}

TEST(ChatRequest, thinking_chunks_go_back_to_their_maker) {
  const Dialect dialect("mist", Quirk::thinking_chunks);
  const std::vector<Part> parts{Reasoning("why"), Text("a"), Opaque("mist", "content", R"({"type":"reference"})")};
  EXPECT_EQ(Ask({assistant(parts, "mist"), Message::user("q")}).messages(dialect),
            R"([{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"why"}]},)"
            R"({"type":"text","text":"a"},{"type":"reference"}]},{"role":"user","content":"q"}])");
  EXPECT_EQ(Ask({assistant(parts, "other"), Message::user("q")}).messages(dialect),
            R"([{"role":"assistant","content":"a"},{"role":"user","content":"q"}])");
}

TEST(ChatRequest, opaque_parts_go_back_where_they_are_wanted) {
  const std::vector<Part> parts{
      ToolCall("a", "f", "{}"), Opaque("gem", "tool_call.extra_content", R"({"call":0,"extra_content":{"sig":"s"}})"),
      Opaque("gem", "custom_tool_call", R"({"id":"c","type":"custom","custom":{"name":"sql","input":"x"}})"),
      Opaque("gem", "annotations", "[1]"), Opaque("gem", "audio", R"({"id":"au","data":"long"})")};
  const auto results = Message::tool_results({ToolResult("a", "1"), ToolResult("c", "2")});
  EXPECT_EQ(Ask({assistant(parts, "gem"), results}).messages(Dialect("gem", Quirk::none)),
            R"([{"role":"assistant","content":"","audio":{"id":"au"},"tool_calls":[)"
            R"({"id":"a","type":"function","function":{"name":"f","arguments":"{}"},"extra_content":{"sig":"s"}},)"
            R"({"id":"c","type":"custom","custom":{"name":"sql","input":"x"}}]},)"
            R"({"role":"tool","tool_call_id":"a","content":"1"},{"role":"tool","tool_call_id":"c","content":"2"}])");
}

TEST(ChatRequest, sealed_reasoning_goes_back_with_its_seal_to_its_maker_alone) {
  const std::vector<Part> parts{Reasoning("so then"), Text("a"), Opaque("test", "reasoning_opaque", R"("s")"),
                                Opaque("test", "moderation", "{}")};
  EXPECT_EQ(Ask({assistant(parts, "test"), Message::user("q")}).messages(),
            R"([{"role":"assistant","content":"a","reasoning_opaque":"s","reasoning_text":"so then"},)"
            R"({"role":"user","content":"q"}])");
  EXPECT_EQ(Ask({assistant(parts, "other"), Message::user("q")}).messages(),
            R"([{"role":"assistant","content":"a"},{"role":"user","content":"q"}])");
}

TEST(ChatRequest, refusal_is_text_to_all_but_its_maker) {
  EXPECT_EQ(Ask({assistant({Refusal("no")}, "test"), Message::user("q")}).messages(),
            R"([{"role":"assistant","content":null,"refusal":"no"},{"role":"user","content":"q"}])");
  EXPECT_EQ(Ask({assistant({Refusal("no")}, "other"), Message::user("q")}).messages(),
            R"([{"role":"assistant","content":"no"},{"role":"user","content":"q"}])");
}

TEST(ChatRequest, answers_that_leave_nothing_to_send_are_dropped) {
  EXPECT_EQ(Ask({assistant({Reasoning("why")}, "other"), assistant({Text("")}), assistant({}), Message::user("q")})
                .messages(),
            R"([{"role":"user","content":"q"}])");
}

TEST(ChatRequest, roles_alternate_where_they_have_to) {
  const Dialect dialect("test", Quirk::alternating_roles);
  const auto ask = [] {
    return Ask({Message::system("one"), Message::user("a"), Message::user("b"), Message::assistant("c"),
                Message::assistant("d"), Message::user("e")})
        .with(Settings().sys_prompt("zero"));
  };
  EXPECT_EQ(
      ask().messages(dialect),
      R"([{"role":"system","content":"zero\n\none"},{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},)"
      R"({"role":"assistant","content":"cd"},{"role":"user","content":"e"}])");
  const auto untouched = ask().messages();
  EXPECT_EQ(std::ranges::count(untouched, '{'), 7) << untouched;
}

TEST(ChatRequest, prefill_is_marked_where_it_has_to_be) {
  const std::vector<Message> messages{Message::user("q"), Message::assistant("The answer is")};
  EXPECT_TRUE(Ask(messages)
                  .messages(Dialect("test", Quirk::marks_prefill))
                  .ends_with(R"("content":"The answer is","prefix":true}])"));
  EXPECT_TRUE(Ask(messages).messages().ends_with(R"("content":"The answer is"}])"));
}

TEST(ChatRequest, prefill_is_refused_for_models_that_go_on_with_none) {
  Ask ask({Message::user("q"), Message::assistant("The answer is")});
  ask.model().prefill = false;
  EXPECT_EQ(ask.error().kind, ErrorKind::invalid_request);
}

TEST(ChatRequest, names_of_speakers_are_sent) {
  auto message = Message::user("hi");
  message.name = "ann";
  EXPECT_EQ(Ask({message}).messages(), R"([{"role":"user","name":"ann","content":"hi"}])");
}

}  // namespace
}  // namespace fastccg::protocols
