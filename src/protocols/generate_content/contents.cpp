#include "protocols/generate_content/contents.hpp"

#include <algorithm>
#include <set>

#include "fastccg/error.hpp"
#include "json/reader.hpp"
#include "protocols/generate_content/kinds.hpp"
#include "protocols/shared/error_body.hpp"
#include "protocols/shared/tool_results.hpp"

namespace fastccg::protocols::generate_content {

namespace {

/// Tells the provider not to look for the signature of a call that it did not make itself.
constexpr std::string_view no_signature = R"("c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=")";

[[noreturn]] void refuse(std::string why) { throw_error(Error(ErrorKind::invalid_request, std::move(why))); }

std::vector<std::pair<std::string, std::string>> calls_of(const Message& message) {
  std::vector<std::pair<std::string, std::string>> calls;
  for (const auto& part : message.parts)
    if (const auto* call = std::get_if<ToolCall>(&part)) calls.emplace_back(call->id, call->name);
  return calls;
}

bool is_letter(char c) noexcept { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }

bool is_name_character(char c) noexcept {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == ':' || c == '-';
}

/// The name of a tool of an earlier turn, which may come from a provider with other rules.
std::string legal_name(std::string name) {
  for (auto& c : name)
    if (!is_name_character(c)) c = '_';
  if (name.empty() || !is_letter(name.front())) name.insert(0, 1, '_');
  name.resize(std::min<std::size_t>(name.size(), 128));
  return name;
}

}  // namespace

bool is_tool_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= 128 && is_letter(name.front()) && std::ranges::all_of(name, is_name_character);
}

ContentsWriter::ContentsWriter(const Request& request, const Dialect& dialect, const Family& family,
                               std::string_view instructions, json::Writer& out, std::vector<Warning>& warnings)
    : known_(request.messages, [](const Opaque&) { return false; }),
      messages_(known_.messages()),
      model_(request.model.id),
      dialect_(dialect),
      family_(family),
      out_(out),
      warnings_(warnings) {
  const auto add = [this](std::string text) {
    if (!text.empty()) system_.push_back(std::move(text));
  };
  if (const auto& prompt = request.settings.sys_prompt()) add(*prompt);
  while (first_ < messages_.size() && messages_[first_]->role == Role::system) add(messages_[first_++]->text());
  add(std::string(instructions));
}

void ContentsWriter::write_system() {
  out_.begin_object().key("parts").begin_array();
  for (const auto& text : system_) out_.begin_object().member("text", text).end_object();
  out_.end_array().end_object();
}

void ContentsWriter::write_contents() {
  out_.begin_array();
  if (!family_.takes_system)
    for (const auto& text : system_) begin_part("user").member("text", text).end_object();

  std::set<const Message*> answered;  // messages whose results are written already
  for (auto i = first_; i < messages_.size(); ++i) {
    const auto& message = *messages_[i];
    if (shared::has_results(message) && !answered.contains(&message))
      refuse("a tool result stands where no tool call of the assistant precedes it");
    if (message.role != Role::assistant) {
      write_user(message);
      continue;
    }
    write_assistant(message);
    const auto calls = calls_of(message);
    // What the assistant said in several messages goes into one, since a call may only follow the user's words.
    if (calls.empty() && i + 1 < messages_.size() && messages_[i + 1]->role == Role::assistant) continue;
    close();
    if (calls.empty()) continue;
    write_results(i, calls);
    for (auto next = i + 1; next < messages_.size() && shared::has_results(*messages_[next]); ++next)
      answered.insert(messages_[next]);
  }
  close();
  out_.end_array();
  if (!wrote_anything_) refuse("there is nothing to answer: the conversation has no content");
}

void ContentsWriter::open(std::string_view role) {
  if (open_ && role == role_) return;
  close();
  role_ = role;
  out_.begin_object().member("role", role).key("parts").begin_array();
  open_ = wrote_anything_ = true;
  step_has_call_ = false;
}

void ContentsWriter::close() {
  if (open_) out_.end_array().end_object();
  open_ = false;
}

json::Writer& ContentsWriter::begin_part(std::string_view role) {
  open(role);
  return out_.begin_object();
}

void ContentsWriter::end_part(std::string_view signature) {
  if (!signature.empty()) out_.key(kinds::signature).raw(signature);
  out_.end_object();
}

void ContentsWriter::write_user(const Message& message) {
  for (const auto& part : message.parts) {
    const auto* text = std::get_if<Text>(&part);
    const auto* opaque = std::get_if<Opaque>(&part);
    if (opaque && is_replayable(*opaque)) {
      open("user");
      out_.raw(opaque->json);
    } else if (!text) {
      write_media(part, "user", {});
    } else if (!text->text.empty() && message.role == Role::system) {
      // There is no place for instructions within the conversation.
      begin_part("user").member("text", "<system>\n" + text->text + "\n</system>").end_object();
    } else if (!text->text.empty()) {
      begin_part("user").member("text", text->text).end_object();
    }
  }
  // The instructions of a model that has no place for them stand before the first words, in the same content.
  close();
}

void ContentsWriter::write_assistant(const Message& message) {
  for (std::size_t i = 0; i < message.parts.size(); ++i) write_assistant_part(message, i);
}

void ContentsWriter::write_assistant_part(const Message& message, std::size_t index) {
  const auto& part = message.parts[index];
  const auto signature = signature_of(message, index);
  if (const auto* text = std::get_if<Text>(&part)) {
    if (text->text.empty() && signature.empty()) return;
    begin_part("model").member("text", text->text);
    end_part(signature);
  } else if (const auto* refusal = std::get_if<Refusal>(&part)) {
    if (!refusal->text.empty()) begin_part("model").member("text", refusal->text).end_object();
  } else if (const auto* reasoning = std::get_if<Reasoning>(&part)) {
    // Without a signature it is of no use to the provider.
    if (signature.empty()) return;
    begin_part("model").member("text", reasoning->text).member("thought", true);
    end_part(signature);
  } else if (const auto* call = std::get_if<ToolCall>(&part)) {
    write_call(*call, signature);
  } else if (const auto* opaque = std::get_if<Opaque>(&part)) {
    write_replayed(message, *opaque);
  } else {
    write_media(part, "model", signature);
  }
}

std::string_view ContentsWriter::signature_of(const Message& message, std::size_t index) const {
  const auto usable = [&](std::string_view provider, std::string_view json) {
    return is_own(provider) && is_same_model(message) && json.starts_with('"') && json::is_json(json);
  };
  if (const auto* reasoning = std::get_if<Reasoning>(&message.parts[index]))
    return usable(reasoning->provider, reasoning->payload) ? std::string_view(reasoning->payload) : std::string_view();
  if (index + 1 == message.parts.size()) return {};
  const auto* next = std::get_if<Opaque>(&message.parts[index + 1]);
  if (!next || next->kind != kinds::signature || !usable(next->provider, next->json)) return {};
  return next->json;
}

bool ContentsWriter::is_same_model(const Message& message) const noexcept {
  const auto bare = [this](std::string_view model) {
    if (model.starts_with(dialect_.provider) && model.substr(dialect_.provider.size()).starts_with('/'))
      model.remove_prefix(dialect_.provider.size() + 1);
    return bare_model(model);
  };
  return message.model.empty() || model_.empty() || bare(message.model) == bare(model_);
}

void ContentsWriter::write_call(const ToolCall& call, std::string_view signature) {
  begin_part("model").key("functionCall").begin_object();
  if (!call.id.empty()) out_.member("id", call.id);
  out_.member("name", legal_name(call.name)).key("args");
  const auto arguments = shared::trimmed(call.arguments);
  if (arguments.empty())
    out_.begin_object().end_object();
  else if (json::is_object(arguments))
    out_.raw(arguments);
  else
    out_.begin_object().member("arguments", arguments).end_object();  // cut, or not an object: kept as it is
  out_.end_object();
  const bool is_first = !step_has_call_;
  step_has_call_ = true;
  end_part(signature.empty() && is_first && family_.wants_signatures ? no_signature : signature);
}

/// Parts that are not modelled go back as they came, without their signature if another model signed them.
void ContentsWriter::write_replayed(const Message& message, const Opaque& opaque) {
  if (!is_own(opaque.provider) || opaque.kind == kinds::signature || kinds::stands_beside_content(opaque.kind)) return;
  json::BorrowedReader reader;
  const auto root = reader->parse(opaque.json);
  if (!root || !root->is_object() || root->size() == 0) return;
  if (is_same_model(message)) {
    open("model");
    out_.raw(opaque.json);
    return;
  }
  if (opaque.kind == kinds::part) return;
  begin_part("model");
  for (const auto& [name, value] : root->members())
    if (name != kinds::signature) out_.key(name).raw(value.serialized());
  out_.end_object();
}

void ContentsWriter::write_results(std::size_t assistant, const Calls& calls) {
  const auto results = shared::results_of(messages_, assistant, calls);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const auto& [id, name] = calls[i];
    begin_part("user").key("functionResponse").begin_object();
    if (!id.empty()) out_.member("id", id);
    out_.member("name", legal_name(name));
    write_response(*results[i]);
    out_.end_object().end_object();
  }
  // Older models see media beside the results only.
  if (!family_.media_in_results)
    for (const auto* result : results)
      for (const auto& content : result->content) write_content(content);
  close();
}

}  // namespace fastccg::protocols::generate_content
