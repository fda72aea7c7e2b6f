#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/answer.hpp"
#include "model/conversation.hpp"

namespace fastccg::sim {

/// What the simulated model says, once per choice that is asked for. Follows from the arguments alone.
std::vector<Answer> answer(const Conversation& conversation, std::uint64_t identity);

/// Ends an answer where a stop sequence or the token limit ends it, and counts its tokens.
void finish(Answer& answer, const Conversation& conversation);

/// What a model that thinks lets see of its thoughts; where a script has written none down, a word on what was asked.
std::string thought_of(const Answer& answer, const Conversation& conversation);

std::size_t count_input_tokens(const Conversation& conversation);

/// The calls that the conversation asks for; none if it wants words.
std::vector<ToolCall> choose_tool_calls(const Conversation& conversation);

/// The words with which the last message is answered. `variant` chooses among wordings.
std::string compose_text(const Conversation& conversation, std::uint64_t variant);

}  // namespace fastccg::sim
