#include "tables.hpp"

#include <algorithm>
#include <functional>

#include "fastccg/error.hpp"
#include "json/reader.hpp"
#include "options.hpp"
#include "providers/table.hpp"

namespace fastccg::protocols::contract {

namespace {

using Names = std::vector<std::string>;

const char* const columns[] = {"openai", "openai (Responses)", "anthropic", "gemini", "mistral"};

std::string in_quotes(std::string_view text) { return "`" + std::string(text) + "`"; }

std::string joined(const Names& names) {
  std::string all;
  for (const auto& name : names) all += (all.empty() ? "" : ", ") + name;
  return all;
}

void add(Names& names, std::string name) {
  if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
}

std::string head(std::string first) {
  std::string line = "| " + std::move(first) + " |";
  std::string rule = "|---|";
  for (const std::string column : columns) {
    line += " " + column + " |";
    rule += "---|";
  }
  return line + '\n' + rule + '\n';
}

/// The members by which two documents differ, down to where one of them has nothing; in an object whose members are
/// settings, down to those.
void differences(const json::Node& before, const json::Node& after, const std::string& path, Names& out) {
  if (before.serialized() == after.serialized()) return;
  if (after.is_object() && (before.is_object() || path == "generationConfig")) {
    for (const auto& [name, value] : after.members())
      differences(before[name], value, path.empty() ? std::string(name) : path + '.' + std::string(name), out);
    for (const auto& [name, value] : before.members())
      if (!after[name]) add(out, path.empty() ? std::string(name) : path + '.' + std::string(name));
  } else {
    add(out, path);
  }
}

Names changed_members(const std::string& before, const std::string& after) {
  json::BorrowedReader first, second;
  const auto old_root = first->parse(before);
  const auto new_root = second->parse(after);
  Names names;
  differences(old_root.value_or(json::Node()), new_root.value_or(json::Node()), {}, names);
  return names;
}

/// What a setting is called; empty if nothing of it is sent.
std::string wire_names(const Speaker& speaker, const std::string& setting) {
  Names names;
  for (const auto& option : options()) {
    if (option.setting != setting) continue;
    try {
      auto settings = usual_settings();
      option.set(settings);
      const std::vector<Message> messages{Message::user("q")};
      const auto plain = speaker.render(messages, usual_settings()).body;
      const auto rendered = speaker.render(messages, settings);
      for (const auto& name : changed_members(plain, rendered.body))
        if (setting == "tools" || name != "tools") add(names, setting == "extra" ? "*its members*" : in_quotes(name));
    } catch (const FastCCGError&) {
      continue;
    }
  }
  return joined(names);
}

Names settings() {
  Names names;
  for (const auto& option : options()) add(names, option.setting);
  return names;
}

/// A part of a message, and what stands before it if that is needed.
class Sample {
 public:
  Sample(std::string name_, Role role_, std::function<Part(std::string_view provider)> part_)
      : name(std::move(name_)), role(role_), part(std::move(part_)) {}
  std::string name;
  Role role;
  std::function<Part(std::string_view)> part;
};

template <class T>
auto always(T part) {
  return [part = std::move(part)](std::string_view) { return Part(part); };
}

Part result_with(Content content) {
  ToolResult result("call_1", "seen");
  result.content.push_back(std::move(content));
  return result;
}

const std::vector<Sample>& samples() {
  const auto image = Image::from_bytes("\x89PNG", "image/png");
  static const std::vector<Sample> all{
      {"text", Role::user, always(Text("more"))},
      {"image, by content", Role::user, always(image)},
      {"image, by address", Role::user, always(Image::from_url("https://example.com/a.png"))},
      {"audio", Role::user, always(Audio("RIFF", "wav"))},
      {"PDF, by content", Role::user, always(File::from_bytes("%PDF-1.7", "application/pdf", "a.pdf"))},
      {"PDF, by address", Role::user, always(File::from_url("https://example.com/a.pdf", "application/pdf"))},
      {"text file", Role::user, always(File::from_bytes("a,b", "text/csv", "a.csv"))},
      {"file, by id", Role::user, always(File::from_id("file-1"))},
      {"opaque, of the provider", Role::user,
       [](std::string_view provider) { return Part(Opaque(std::string(provider), "x", R"({"type":"its own"})")); }},
      {"opaque, of another", Role::user, always(Opaque("nobody", "x", R"({"type":"its own"})"))},
      {"cache point", Role::user, always(cache_point())},
      {"tool call", Role::assistant, always(ToolCall("call_2", "look_up", "{}"))},
      {"refusal", Role::assistant, always(Refusal("I will not."))},
      {"reasoning, of another", Role::assistant, always(Reasoning("Hm."))},
      {"image of the assistant", Role::assistant, always(image)},
      {"tool result: image", Role::tool, always(result_with(image))},
      {"tool result: PDF", Role::tool, always(result_with(File::from_bytes("%PDF-1.7", "application/pdf", "a.pdf")))},
      {"tool result: audio", Role::tool, always(result_with(Audio("RIFF", "wav")))},
      {"tool result: failed", Role::tool, always(ToolResult("call_1", "seen", true))},
  };
  return all;
}

std::vector<Message> conversation(const Speaker& speaker, const Sample* sample) {
  Message question(Role::user, std::vector<Part>{Text("q"), Text("and more")});
  Message answer(Role::assistant, std::vector<Part>{Text("so"), ToolCall("call_1", "look_up", "{}")});
  answer.provider = speaker.dialect.provider;
  Message results = Message::tool_results({ToolResult("call_1", "seen")});
  if (sample) {
    auto part = sample->part(speaker.dialect.provider);
    if (sample->role == Role::user) question.parts.push_back(part);
    if (sample->role == Role::assistant) answer.parts.push_back(part);
    if (sample->role == Role::tool) results.parts = {part};
    if (const auto* call = std::get_if<ToolCall>(&part)) results.parts.emplace_back(ToolResult(call->id, "seen"));
  }
  return {question, answer, results};
}

/// All values of members called `type`, and in a protocol that has none, the names of members.
void words(const json::Node& node, bool of_types, Names& out) {
  for (const auto element : node.elements()) words(element, of_types, out);
  for (const auto& [name, value] : node.members()) {
    if (of_types && name == "type" && value.is_string()) out.emplace_back(value.text());
    if (!of_types || name == "is_error" || name == "refusal" || name == "cache_control") out.emplace_back(name);
    words(value, of_types, out);
  }
}

Names words_of(const Speaker& speaker, const std::string& body) {
  json::BorrowedReader reader;
  Names names;
  const auto root = reader->parse(body);
  if (root) words(*root, speaker.speaks != Speaks::generate_content, names);
  return names;
}

std::string form_of(const Speaker& speaker, const Sample& sample) {
  const auto plain = speaker.render(conversation(speaker, nullptr));
  try {
    const auto rendered = speaker.render(conversation(speaker, &sample));
    if (!rendered.warnings.empty()) return "left out, with a warning";
    if (rendered.body == plain.body) return "kept back";
    auto news = words_of(speaker, rendered.body);
    for (const auto& word : words_of(speaker, plain.body))
      if (const auto same = std::ranges::find(news, word); same != news.end()) news.erase(same);
    Names names;
    for (const auto& word : news) add(names, in_quotes(word));
    return names.empty() ? "in words" : joined(names);
  } catch (const FastCCGError&) {
    return "refused";
  }
}

std::string_view name_of(Speaks speaks) {
  switch (speaks) {
    case Speaks::chat_completions: return "chat completions";
    case Speaks::responses: return "Responses";
    case Speaks::messages: return "messages";
    case Speaks::generate_content: return "generateContent";
  }
  return "";
}

/// The settings of which some value is warned of at the provider, and what cannot be sent of them.
std::string not_taken(const Speaker& speaker) {
  Names names;
  for (const auto& setting : settings())
    if (wire_names(speaker, setting).empty()) names.push_back(in_quotes(setting));
  return joined(names);
}

std::string variables_of(const providers::Provider& row) {
  Names names;
  if (!row.base_url_variable.empty()) names.push_back(in_quotes(row.base_url_variable));
  const std::string keys(row.key_variable);
  for (std::size_t at = 0, end = 0; at < keys.size(); at = end + 1) {
    end = std::min(keys.find(' ', at), keys.size());
    names.push_back(in_quotes(keys.substr(at, end - at)));
  }
  return joined(names);
}

}  // namespace

std::string providers_table() {
  std::string all =
      "| provider | protocol | address | variables for address and key | settings left out, with a warning |\n"
      "|---|---|---|---|---|\n";
  for (const auto& row : providers::table) {
    const auto address = row.base_url.empty()               ? "yours"
                         : row.base_url.starts_with("http") ? in_quotes(row.base_url)
                                                            : std::string("in the process itself");
    const auto variables = variables_of(row);
    all += "| `" + std::string(row.name) + "` | " + std::string(name_of(row.speaks)) + " | " + address + " | " +
           variables + " | " + not_taken(speaker(row.name)) + " |\n";
  }
  return all;
}

std::string settings_table() {
  auto all = head("setting");
  for (const auto& setting : settings()) {
    all += "| `" + setting + "` |";
    for (const auto* column : columns) {
      const auto names = wire_names(speaker(column), setting);
      all += " " + (names.empty() ? "left out, with a warning" : names) + " |";
    }
    all += '\n';
  }
  return all;
}

std::string parts_table() {
  auto all = head("part");
  for (const auto& sample : samples()) {
    all += "| " + sample.name + " |";
    for (const auto* column : columns) all += " " + form_of(speaker(column), sample) + " |";
    all += '\n';
  }
  return all;
}

}  // namespace fastccg::protocols::contract
