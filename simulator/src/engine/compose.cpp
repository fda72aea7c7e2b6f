#include <algorithm>
#include <array>
#include <charconv>

#include "engine/engine.hpp"
#include "engine/schema.hpp"
#include "model/text.hpp"

namespace fastccg::sim {
namespace {

constexpr std::size_t longest_quote = 400;

// What the answers are made from.
class Context {
 public:
  Context(const Conversation& conversation_, const Turn& question, std::uint64_t variant_)
      : conversation(conversation_), original(trim(question.text)), asked(to_lower(original)), variant(variant_) {}

  bool says(std::string_view words) const { return asked.find(words) != std::string::npos; }

  const Conversation& conversation;
  std::string_view original;
  std::string asked;  ///< In small letters.
  std::uint64_t variant;
};

std::string quote(std::string_view text) {
  const auto shown = prefix(trim(text), longest_quote);
  return "\"" + std::string(shown) + (shown.size() < trim(text).size() ? "…\"" : "\"");
}

// The user's messages before the last one.
std::vector<const Turn*> earlier_questions(const Conversation& conversation) {
  std::vector<const Turn*> questions;
  for (const auto& turn : conversation.turns)
    if (turn.role == Role::user) questions.push_back(&turn);
  if (!questions.empty()) questions.pop_back();
  return questions;
}

std::string from_history(const Context& context) {
  const bool first = context.says("my first question") || context.says("my first message");
  const bool last = context.says("last question") || context.says("previous question") ||
                    context.says("last message") || context.says("did i just ask") || context.says("did i ask");
  if (!first && !last) return {};
  const auto questions = earlier_questions(context.conversation);
  if (questions.empty()) return "You have not asked me anything before this.";
  if (first) return "Your first question was: " + quote(questions.front()->text);
  return "Your last question was: " + quote(questions.back()->text);
}

std::string_view name_told_in(std::string_view text) {
  constexpr std::string_view telling = "my name is ";
  const auto at = to_lower(text).find(telling);
  if (at == std::string::npos) return {};
  const auto rest = text.substr(at + telling.size());
  std::size_t end = 0;
  while (end < rest.size() && is_word(rest[end])) ++end;
  return rest.substr(0, end);
}

std::string names(const Context& context) {
  if (context.says("what is my name") || context.says("what's my name")) {
    for (const auto* turn : earlier_questions(context.conversation))
      if (const auto name = name_told_in(turn->text); !name.empty()) return "Your name is " + std::string(name) + ".";
    return "You have not told me your name.";
  }
  const auto name = name_told_in(context.original);
  return name.empty() ? std::string() : "Nice to meet you, " + std::string(name) + ".";
}

std::string capitals(const Context& context) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 20> table{{
      {"Argentina", "Buenos Aires"},
      {"Australia", "Canberra"},
      {"Austria", "Vienna"},
      {"Brazil", "Brasília"},
      {"Canada", "Ottawa"},
      {"China", "Beijing"},
      {"Egypt", "Cairo"},
      {"England", "London"},
      {"Finland", "Helsinki"},
      {"France", "Paris"},
      {"Germany", "Berlin"},
      {"Greece", "Athens"},
      {"India", "New Delhi"},
      {"Italy", "Rome"},
      {"Japan", "Tokyo"},
      {"Mexico", "Mexico City"},
      {"Norway", "Oslo"},
      {"Poland", "Warsaw"},
      {"Portugal", "Lisbon"},
      {"Spain", "Madrid"},
  }};
  if (!context.says("capital")) return {};
  for (const auto& [country, capital] : table)
    if (context.says(to_lower(country)))
      return "The capital of " + std::string(country) + " is " + std::string(capital) + ".";
  return {};
}

std::string facts(const Context& context) {
  if (context.says("speed of light")) return "The speed of light in a vacuum is exactly 299,792,458 m/s.";
  if (context.says("who are you") || context.says("what are you"))
    return "I am the FastCCG simulator: a stand-in for a language model that needs no network.";
  return {};
}

std::string story(const Context& context) {
  if (!context.says("robot") || !context.says("paint")) return {};
  constexpr std::array<std::string_view, 3> colours{"blue", "yellow", "green"};
  const auto colour = std::string(colours[context.variant % colours.size()]);
  return "Pim was built to carry boxes, and for years it carried them well. One evening a tin of " + colour +
         " paint burst at its feet, and the puddle looked like the sea.\n\nPim found a brush. Its first lines shook, "
         "its "
         "second ones ran, and its third picture was a box, because boxes were what it knew. But night after night it "
         "watched the window, and slowly the boxes grew doors, then gardens, then a harbour full of light.\n\nIn the "
         "morning the workers stood before the wall and said nothing. \"Is it wrong?\" asked Pim. \"No,\" said one of "
         "them, and handed it the brush. \"It is not finished.\"";
}

std::string saying(const Context& context) {
  for (const std::string_view order : {"say ", "repeat after me: ", "repeat ", "echo "})
    if (context.asked.rfind(order, 0) == 0) {
      auto words = trim(context.original.substr(order.size()));
      if (words.size() >= 2 && words.front() == words.back() && (words.front() == '"' || words.front() == '\''))
        words = words.substr(1, words.size() - 2);
      return std::string(words);
    }
  return {};
}

// "Count to 500" and "write 500 words" make answers of a known length.
std::string counted(const Context& context) {
  constexpr double most = 100'000;
  const bool counts = context.says("count to") || context.says("count from");
  if (!counts && !(context.says(" words") && (context.says("write") || context.says("answer in")))) return {};
  const Hints hints(context.original);
  if (hints.numbers.empty()) return {};
  const auto count = static_cast<int>(std::clamp(hints.numbers.back(), 1.0, most));
  const auto first = counts && hints.numbers.size() > 1 ? static_cast<int>(std::clamp(hints.numbers[0], 0.0, most)) : 1;
  constexpr std::array<std::string_view, 6> words{"light", "river", "stone", "window", "garden", "north"};
  std::string result;
  for (auto i = first; i <= count; ++i) {
    if (i > first) result += ' ';
    result +=
        counts ? std::to_string(i) : std::string(words[(context.variant + static_cast<unsigned>(i)) % words.size()]);
  }
  return result;
}

std::string sum(const Context& context) {
  const auto sign = context.asked.find_first_of("+*");
  if (sign == std::string::npos || sign == 0) return {};
  auto start = sign;
  while (start > 0 && (is_digit(context.asked[start - 1]) || context.asked[start - 1] == ' ')) --start;
  const auto number = [](std::string_view text, std::int64_t& value) {
    text = trim(text);
    return !text.empty() && std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc();
  };
  std::int64_t a = 0;
  std::int64_t b = 0;
  constexpr std::int64_t safe = 1'000'000'000;
  const std::string_view asked = context.asked;
  if (!number(asked.substr(start, sign - start), a) || !number(asked.substr(sign + 1), b)) return {};
  if (a > safe || b > safe || b < -safe) return {};
  const auto result = asked[sign] == '+' ? a + b : a * b;
  return std::to_string(a) + " " + asked[sign] + " " + std::to_string(b) + " = " + std::to_string(result) + ".";
}

std::string greeting(const Context& context) {
  for (const std::string_view word : {"hello", "hi", "hey", "good morning"})
    if (context.asked.rfind(word, 0) == 0 &&
        (context.asked.size() == word.size() || !is_word(context.asked[word.size()])))
      return "Hello! How can I help you today?";
  return {};
}

std::string echo(const Context& context, const Turn& question) {
  std::string seen;
  for (const auto& attachment : question.attachments) seen += " I received your " + attachment + ".";
  if (context.original.empty())
    return seen.empty() ? "You did not write anything. What can I do for you?" : seen.substr(1);
  constexpr std::array<std::string_view, 3> openings{"You asked: ", "You wrote: ", "Your message was: "};
  return std::string(openings[context.variant % openings.size()]) + quote(context.original) + "." + seen +
         " I am a simulator, so this is all I can say about it.";
}

// Tool results answer the question by themselves.
std::string from_tools(const Conversation& conversation) {
  auto first = conversation.turns.end();
  while (first != conversation.turns.begin() && std::prev(first)->role == Role::tool) --first;
  std::string result;
  for (; first != conversation.turns.end(); ++first) {
    if (!result.empty()) result += ' ';
    result += "According to " + (first->tool_name.empty() ? std::string("the tool") : first->tool_name) + ": " +
              std::string(prefix(trim(first->text), longest_quote)) + ".";
  }
  return result;
}

}  // namespace

std::string compose_text(const Conversation& conversation, std::uint64_t variant) {
  if (auto text = from_tools(conversation); !text.empty()) return text;
  const auto* question = conversation.last_user();
  const Turn nothing;
  const Context context(conversation, question == nullptr ? nothing : *question, variant);
  for (const auto rule : {from_history, saying, counted, names, capitals, facts, story, sum, greeting})
    if (auto text = rule(context); !text.empty()) return text;
  return echo(context, question == nullptr ? nothing : *question);
}

}  // namespace fastccg::sim
