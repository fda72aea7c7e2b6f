#include <utility>

#include "session/format.hpp"

namespace fastccg::session {

namespace {

using json::Field;

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (auto& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

/// The original wrote one spelling and documented another.
std::string provider_of(const Field& root) {
  const auto field = root.at("provider");
  auto name = lower_case(field.text());
  if (name.empty()) field.fail("is empty");
  if (name == "claude") return "anthropic";
  if (name == "google") return "gemini";
  if (name == "gpt") return "openai";
  return name;
}

std::string model_of(const Field& root) {
  const auto field = root.at("model_name");
  auto name = field.text();
  if (name.starts_with("models/")) name.remove_prefix(7);  // as the Gemini SDK of that time spelled names
  if (name.empty()) field.fail("is empty");
  return std::string(name);
}

class Entry {
 public:
  Role role = Role::user;
  std::string content;
};

Entry parse_entry(const Field& field) {
  Entry entry;
  const auto role = field.at("role");
  entry.role = role.one_of<Role>(
      {{"user", Role::user}, {"assistant", Role::assistant}, {"model", Role::assistant}, {"system", Role::system}});
  if (const auto content = field.find("content")) entry.content = content->text();
  return entry;
}

/// Collects entries into turns: an answer joins the question right before it, everything else is a turn of its own.
class History {
 public:
  History(std::string provider, std::string model) : provider_(std::move(provider)), model_(std::move(model)) {}

  void add(Entry entry) {
    if (entry.role == Role::system) {
      if (!system_) system_ = std::move(entry.content);
      return;
    }
    Message message(entry.role, std::move(entry.content));
    const bool is_answer = entry.role == Role::assistant;
    if (is_answer) {
      message.provider = provider_;
      message.model = model_;
    }
    if (!is_answer || !awaits_answer_) turns_.emplace_back();
    turns_.back().messages.push_back(std::move(message));
    awaits_answer_ = !is_answer;
  }

  const std::optional<std::string>& system() const noexcept { return system_; }

  Turns take() {
    Turns turns;
    turns.reserve(turns_.size());
    for (auto& turn : turns_) turns.push_back(std::make_shared<const Turn>(std::move(turn)));
    return turns;
  }

 private:
  std::string provider_;
  std::string model_;
  std::vector<Turn> turns_;
  bool awaits_answer_ = false;
  std::optional<std::string> system_;
};

/// Sets what the original accepted and this library does not, to nothing: a conversation is worth more than a setting.
template <class Use>
void set_if_valid(Use use) {
  try {
    use();
  } catch (const UsageError&) {
  }
}

void parse_settings_of_original(const Field& root, const History& history, Settings& settings) {
  if (history.system()) settings.sys_prompt(*history.system());
  if (const auto prompt = root.find("sys_prompt")) {
    if (prompt->is_text())
      settings.sys_prompt(std::string(prompt->text()));
    else if (const auto content = prompt->find("content"))
      settings.sys_prompt(std::string(content->text()));
  }
  if (const auto field = root.find("temperature")) {
    const auto value = field->number();
    set_if_valid([&] { settings.temperature(value); });
  }
  if (const auto field = root.find("max_tokens")) {
    const auto value = field->integer<std::int64_t>();
    set_if_valid([&] { settings.max_tokens(value); });
  }
}

}  // namespace

State parse_original(const Field& root) {
  const auto provider = provider_of(root);
  const auto model = model_of(root);

  History history(provider, model);
  if (const auto entries = root.find("history"))
    for (std::size_t i = 0; i < entries->items(); ++i) history.add(parse_entry(entries->item(i)));

  State state;
  state.name = provider + "/" + model;
  parse_settings_of_original(root, history, state.settings);
  state.turns = history.take();
  return state;
}

}  // namespace fastccg::session
