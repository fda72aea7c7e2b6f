#include "witness.hpp"

#include <charconv>

namespace {

long number_in(std::string_view text) {
  long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : -1;
}

}  // namespace

void Witness::hear(std::string_view line) {
  if (line.starts_with("ask ")) {
    begun_ = number_in(line.substr(4));
  } else if (line.starts_with("done ")) {
    certain_.insert(number_in(line.substr(5)));
    ++reported_;
  } else if (line == "reset") {
    being_cleared_ = true;
  } else if (line == "cleared") {
    being_cleared_ = false;
    certain_.clear();
    cleared_up_to_ = begun_;
  }
}

std::string Witness::judge(const std::vector<fastccg::Message>& history) {
  std::set<long> found;
  long last = 0;
  for (const auto& message : history) {
    const auto text = message.text();
    if (message.role == fastccg::Role::assistant) {
      if (auto wrong = judge_answer(last, text); !wrong.empty()) return wrong;
      continue;
    }
    const auto number = number_in(text);
    if (number <= 0 || number > begun_) return "a turn was invented: " + text;
    if (number <= cleared_up_to_) return "a turn that was cleared is there: " + text;
    if (!found.insert(number).second) return "a turn is there twice: " + text;
    if (number < last) return "a turn stands at the wrong place: " + text;
    last = number;
  }
  if (!(being_cleared_ && found.empty()))
    for (const auto number : certain_)
      if (!found.contains(number)) return "a turn is lost: " + std::to_string(number);

  for (const auto number : found)
    if (!certain_.contains(number)) ++unreported_;
  if (being_cleared_ && found.empty()) cleared_up_to_ = begun_;
  being_cleared_ = false;
  certain_ = std::move(found);
  return {};
}

std::string Witness::judge_answer(long number, const std::string& text) const {
  const auto whole = "Re: " + std::to_string(number);
  if (number > 0 && !text.empty() && whole.starts_with(text)) return {};
  return "the answer to " + std::to_string(number) + " is \"" + text + "\"";
}
