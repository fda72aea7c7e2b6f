// A conversation that was held with one provider goes on with another, for all pairs of them.

#include <gtest/gtest.h>

#include "../support.hpp"
#include "speakers.hpp"
#include "validity.hpp"

namespace fastccg::protocols::contract {
namespace {

/// A provider, two answers of it, and what in them is for nobody else.
class Origin {
 public:
  Origin(const char* name_, std::string call_, std::string end_, std::vector<std::string> secrets_)
      : name(name_), call(std::move(call_)), end(std::move(end_)), secrets(std::move(secrets_)) {}

  std::string name;
  std::string call;                  ///< An answer that thinks, speaks and calls two tools.
  std::string end;                   ///< An answer that refuses, or has something that is not modelled.
  std::vector<std::string> secrets;  ///< What goes back to this provider byte for byte, and to no other.
};

const std::vector<Origin>& origins() {
  static const std::vector<Origin> all{
      {"openai",
       R"({"id":"c1","choices":[{"index":0,"finish_reason":"tool_calls","message":{"role":"assistant","content":"Let me see.",)"
       R"("tool_calls":[{"id":"call_Az","type":"function","function":{"name":"look","arguments":"{\"at\":1}"}},)"
       R"({"id":"call_By","type":"custom","custom":{"name":"shell","input":"ls MARK-CHAT"}}]}}]})",
       R"({"id":"c2","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":null,)"
       R"("refusal":"I will not.","annotations":[{"type":"url_citation","url":"MARK-NOTE"}]}}]})",
       {R"({"name":"shell","input":"ls MARK-CHAT"})"}},
      {"openrouter",
       R"({"choices":[{"finish_reason":"tool_calls","message":{"content":"","reasoning":"Hm.","reasoning_details":)"
       R"([{"type":"reasoning.encrypted","data":"MARK-ROUTER","index":0}],"tool_calls":[)"
       R"({"id":"","function":{"name":"look","arguments":"{\"at\":1}"}},{"id":"","function":{"name":"look","arguments":""}}]}}]})",
       R"({"choices":[{"finish_reason":"stop","message":{"content":"Done."}}]})",
       {R"("data":"MARK-ROUTER")"}},
      {"mistral",
       R"({"choices":[{"finish_reason":"tool_calls","message":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm."}]},)"
       R"({"type":"text","text":"Let me see."},{"type":"reference","reference_ids":["MARK-REFERENCE"]}],)"
       R"("tool_calls":[{"id":"D681PevKs","function":{"name":"look","arguments":"{\"at\":"}},)"
       R"({"id":"chatcmpl-tool-9f149c74c42f265b","function":{"name":"look.up","arguments":"{}"}}]}}]})",
       R"({"choices":[{"finish_reason":"stop","message":{"content":"Done."}}]})",
       {R"({"type":"reference","reference_ids":["MARK-REFERENCE"]})"}},
      {"deepseek",
       R"({"choices":[{"finish_reason":"tool_calls","message":{"content":"","reasoning_content":"Hm.","tool_calls":[)"
       R"({"id":"call_00_x","function":{"name":"look","arguments":"{}"}},{"id":"call_01_x","function":{"name":"look","arguments":"{}"}}]}}]})",
       R"({"choices":[{"finish_reason":"stop","message":{"content":"Done.","reasoning_content":"So."}}]})",
       {}},
      {"anthropic",
       R"({"type":"message","stop_reason":"tool_use","content":[{"type":"thinking","thinking":"Hm.","signature":"MARK-SIGNATURE"},)"
       R"({"type":"redacted_thinking","data":"MARK-REDACTED"},{"type":"text","text":"Let me see."},)"
       R"({"type":"tool_use","id":"toolu_01A","name":"look","input":{"at":1}},{"type":"tool_use","id":"toolu_01B","name":"1-look","input":{}}]})",
       R"({"type":"message","stop_reason":"end_turn","content":[{"type":"server_tool_use","id":"srv_1","name":"web_search","input":{"q":"MARK-SEARCH"}},)"
       R"({"type":"web_search_tool_result","tool_use_id":"srv_1","content":[{"type":"web_search_result","encrypted_content":"MARK-RESULT"}]},)"
       R"({"type":"text","text":"Done.","citations":[{"type":"x","encrypted_index":"MARK-CITATION"}]}]})",
       {R"("signature":"MARK-SIGNATURE")", R"({"type":"redacted_thinking","data":"MARK-REDACTED"})", "MARK-SEARCH",
        R"({"type":"web_search_result","encrypted_content":"MARK-RESULT"})", R"("encrypted_index":"MARK-CITATION")"}},
      {"gemini",
       R"({"responseId":"r1","candidates":[{"finishReason":"STOP","content":{"parts":[{"text":"Hm.","thought":true},{"text":"Let me see."},)"
       R"({"functionCall":{"name":"look","args":{"at":1}},"thoughtSignature":"TUFSSy1HRU1JTkk="},{"functionCall":{"name":"look","args":{}}}]}}]})",
       R"({"responseId":"r2","candidates":[{"finishReason":"STOP","content":{"parts":[{"executableCode":{"language":"PYTHON","code":"MARK-CODE"}},)"
       R"({"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"1"}},{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="}},)"
       R"({"text":"Done.","thoughtSignature":"TUFSSy1URVhU"}]},"groundingMetadata":{"webSearchQueries":["x"]}}]})",
       {R"("thoughtSignature":"TUFSSy1HRU1JTkk=")", "MARK-CODE", R"("thoughtSignature":"TUFSSy1URVhU")"}},
      {"openai (Responses)",
       R"({"id":"resp_1","status":"completed","output":[{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Hm."}],"encrypted_content":"MARK-ENCRYPTED"},)"
       R"({"type":"message","role":"assistant","phase":"commentary","content":[{"type":"output_text","text":"Let me see."}]},)"
       R"({"type":"function_call","call_id":"call_Az","name":"look","arguments":"{\"at\":1}"},)"
       R"({"type":"custom_tool_call","call_id":"call_By","name":"shell","input":"ls MARK-INPUT"}]})",
       R"({"id":"resp_2","status":"completed","output":[{"type":"web_search_call","id":"ws_1","status":"completed","action":{"query":"MARK-QUERY"}},)"
       R"({"type":"message","role":"assistant","content":[{"type":"refusal","refusal":"I will not."}]}]})",
       {R"("encrypted_content":"MARK-ENCRYPTED")", R"("name":"shell","input":"ls MARK-INPUT"})", "MARK-QUERY",
        R"("phase":"commentary")"}},
  };
  return all;
}

Message decoded(const Origin& origin, const std::string& body, std::size_t position) {
  const auto& speaker = contract::speaker(origin.name);
  ReplyBuilder builder{std::string(speaker.dialect.provider), nullptr, position};
  speaker.protocol().decode(body, speaker.dialect, builder);
  EXPECT_FALSE(builder.failure()) << origin.name << ": " << builder.failure()->describe();
  auto message = builder.take().message;
  message.model = speaker.model().id;
  return message;
}

/// The ids of all calls that want a result, of free-text tools too.
std::vector<std::string> calls_in(const Message& message) {
  std::vector<std::string> ids;
  for (const auto& part : message.parts) {
    if (const auto* call = std::get_if<ToolCall>(&part)) ids.push_back(call->id);
    if (const auto* opaque = std::get_if<Opaque>(&part); opaque && opaque->kind == "custom_tool_call")
      ids.emplace_back("call_By");
  }
  return ids;
}

std::vector<Message> conversation(const Origin& origin) {
  std::vector<Message> messages;
  messages.emplace_back(Role::user, std::vector<Part>{Text("What is this?"), Image::from_bytes("\x89PNG", "image/png"),
                                                      cache_point(), Opaque("nobody", "x", R"({"MARK":"NOBODY"})")});
  messages.push_back(decoded(origin, origin.call, messages.size()));
  std::vector<ToolResult> results;
  for (const auto& id : calls_in(messages.back())) results.emplace_back(id, "result of " + id, results.empty());
  results.back().content.emplace_back(Image::from_bytes("\x89PNG", "image/png"));
  std::swap(results.front(), results.back());
  messages.push_back(Message::tool_results(std::move(results)));
  messages.push_back(decoded(origin, origin.end, messages.size()));
  messages.push_back(Message::user("Go on."));
  return messages;
}

TEST(Moving, every_conversation_goes_on_with_everyone) {
  for (const auto& origin : origins())
    for (const auto& target : speakers()) {
      const auto body = target.render(conversation(origin), Settings()).body;
      EXPECT_EQ(problem_in(target, body), "") << origin.name << " to " << target.name << ": " << body;
      EXPECT_EQ(body.find("NOBODY"), std::string::npos) << origin.name << " to " << target.name;
    }
}

TEST(Moving, words_arrive_and_thoughts_stay) {
  for (const auto& origin : origins())
    for (const auto& target : speakers()) {
      const auto body = target.render(conversation(origin), Settings()).body;
      const auto messages = conversation(origin);
      EXPECT_NE(body.find(messages[1].text()), std::string::npos) << origin.name << " to " << target.name;
      EXPECT_NE(body.find("result of "), std::string::npos) << origin.name << " to " << target.name;
      if (target.name == origin.name) continue;
      EXPECT_EQ(body.find("Hm."), std::string::npos) << origin.name << " to " << target.name;
    }
}

TEST(Moving, what_is_the_providers_own_goes_back_to_it_alone_byte_for_byte) {
  for (const auto& origin : origins())
    for (const auto& target : speakers())
      for (const auto& secret : origin.secrets) {
        const auto body = target.render(conversation(origin), Settings()).body;
        const bool there = body.find(secret) != std::string::npos;
        EXPECT_EQ(there, target.name == origin.name)
            << secret << " of " << origin.name << " to " << target.name << ": " << body;
      }
}

TEST(Moving, ids_of_calls_stay_the_same_from_turn_to_turn) {
  for (const auto& origin : origins())
    for (const auto& target : speakers()) {
      auto messages = conversation(origin);
      const auto before = call_ids(target, target.render(messages, Settings()).body);
      messages.push_back(Message(Role::assistant, std::vector<Part>{ToolCall("new:1", "look", "{}")}));
      messages.push_back(Message::tool_results({ToolResult("new:1", "x")}));
      auto after = call_ids(target, target.render(messages, Settings()).body);
      ASSERT_GE(after.size(), before.size()) << origin.name << " to " << target.name;
      after.resize(before.size());
      EXPECT_EQ(after, before) << origin.name << " to " << target.name;
    }
}

TEST(Moving, all_who_took_part_can_be_left_for_all_others) {
  std::vector<Message> messages;
  for (const auto& origin : origins())
    for (auto& message : conversation(origin)) messages.push_back(std::move(message));
  for (const auto& target : speakers()) {
    const auto body = target.render(messages, Settings()).body;
    EXPECT_EQ(problem_in(target, body), "") << target.name;
  }
}

}  // namespace
}  // namespace fastccg::protocols::contract
