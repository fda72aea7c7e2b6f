#include "core/reply_builder.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "core/short_id.hpp"

namespace fastccg {

ReplyBuilder::ReplyBuilder(std::string provider, Listener* listener, std::size_t position)
    : listener_(listener), position_(position) {
  reply_.message.role = Role::assistant;
  reply_.message.provider = provider;
  reply_.provider = std::move(provider);
}

void ReplyBuilder::id(std::string_view id) {
  if (!id.empty()) reply_.id = id;
}

void ReplyBuilder::model(std::string_view model) {
  if (!model.empty()) reply_.provider_model = model;
}

template <class P>
P& ReplyBuilder::current() {
  auto& parts = reply_.message.parts;
  if (!part_open_ || parts.empty() || !std::holds_alternative<P>(parts.back())) parts.emplace_back(P());
  part_open_ = true;
  return std::get<P>(parts.back());
}

void ReplyBuilder::text(std::string_view text) {
  if (text.empty() || !is_open()) return;
  ++pieces_;
  current<Text>().text += text;
  if (listener_) listener_->on_text(text);
}

void ReplyBuilder::reasoning(std::string_view text) {
  if (text.empty() || !is_open()) return;
  ++pieces_;
  current<Reasoning>().text += text;
  if (listener_) listener_->on_reasoning(text);
}

void ReplyBuilder::reasoning_payload(std::string_view json) {
  if (json.empty() || !is_open()) return;
  auto& reasoning = current<Reasoning>();
  reasoning.payload = json;
  reasoning.provider = reply_.provider;
}

void ReplyBuilder::refusal(std::string_view text) {
  if (text.empty() || !is_open()) return;
  ++pieces_;
  current<Refusal>().text += text;
  if (listener_) listener_->on_refusal(text);
}

std::size_t ReplyBuilder::find_call(std::int64_t key) const noexcept {
  // The call in question is nearly always the last one.
  for (std::size_t i = calls_.size(); i-- > 0;)
    if (calls_[i].key == key) return i;
  return calls_.size();
}

std::size_t ReplyBuilder::call_index(std::int64_t key) {
  const auto index = find_call(key);
  if (index == calls_.size()) {
    calls_.emplace_back(key, reply_.message.parts.size());
    reply_.message.parts.emplace_back(ToolCall());
    part_open_ = false;
    ++pieces_;
  }
  return index;
}

void ReplyBuilder::tool_call(std::int64_t key, std::string_view id, std::string_view name) {
  if (!is_open()) return;
  const bool known = find_call(key) != calls_.size();
  const auto index = call_index(key);
  auto& call = std::get<ToolCall>(reply_.message.parts[calls_[index].part]);
  const bool news = (!id.empty() && call.id != id) || (!name.empty() && call.name != name);
  if (!id.empty()) call.id = id;
  if (!name.empty()) call.name = name;
  // Who listens wants to know it from the beginning.
  if (call.id.empty() && !call.name.empty()) call.id = mint(index, 0);
  if (listener_ && (!known || news)) listener_->on_tool_call(index, call.id, call.name);
}

void ReplyBuilder::tool_arguments(std::int64_t key, std::string_view fragment) {
  if (!is_open()) return;
  const auto index = call_index(key);
  if (fragment.empty()) return;
  ++pieces_;
  std::get<ToolCall>(reply_.message.parts[calls_[index].part]).arguments += fragment;
  if (listener_) listener_->on_tool_arguments(index, fragment);
}

void ReplyBuilder::part(Part part) {
  if (!is_open()) return;
  reply_.message.parts.push_back(std::move(part));
  part_open_ = false;
  ++pieces_;
}

void ReplyBuilder::opaque(std::string_view kind, std::string_view json) {
  if (!is_open()) return;
  reply_.message.parts.emplace_back(Opaque(reply_.provider, std::string(kind), std::string(json)));
  part_open_ = false;
}

void ReplyBuilder::end_part() noexcept { part_open_ = false; }

void ReplyBuilder::usage(const Usage& usage) {
  if (is_open()) reply_.usage = usage;
}

void ReplyBuilder::raw(std::string_view json) {
  if (is_open()) reply_.raw = json;
}

void ReplyBuilder::whole(std::string_view json) {
  raw(json);
  is_whole_ = true;
}

void ReplyBuilder::finish(FinishReason reason, std::string_view raw) {
  if (!is_open()) return;
  reply_.finish_reason = reason;
  reply_.raw_finish_reason = raw;
}

void ReplyBuilder::warn(Warning warning) { reply_.warnings.push_back(std::move(warning)); }

void ReplyBuilder::complete() noexcept {
  if (is_open()) complete_ = true;
}

void ReplyBuilder::fail(Error error) {
  if (is_open()) failure_ = std::move(error);
}

std::string ReplyBuilder::mint(std::size_t call, std::uint64_t salt) const {
  return "call_" + short_id(reply_.id + '#' + std::to_string(position_) + '#' + std::to_string(call), salt, 11);
}

/// Gives every call an id that no other call of the answer has.
void ReplyBuilder::mint_ids() {
  std::set<std::string> given;
  const auto id_of = [this](const Call& call) -> std::string& {
    return std::get<ToolCall>(reply_.message.parts[call.part]).id;
  };
  for (const auto& call : calls_) given.insert(id_of(call));
  std::set<std::string> seen;
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    auto& id = id_of(calls_[i]);
    std::uint64_t salt = 0;
    while (id.empty() || seen.contains(id)) {
      auto minted = mint(i, salt++);
      if (!given.contains(minted)) id = std::move(minted);
    }
    seen.insert(id);
  }
}

Reply ReplyBuilder::take() {
  mint_ids();
  const auto reason = reply_.finish_reason;
  if (!calls_.empty() && reason != FinishReason::length && reason != FinishReason::content_filter)
    reply_.finish_reason = FinishReason::tool_calls;

  auto& usage = reply_.usage;
  if (usage.input && usage.input_cached) usage.input_cached = std::min(*usage.input_cached, *usage.input);
  if (!usage.total && usage.input && usage.output) usage.total = *usage.input + *usage.output;
  reply_.tokens_used = usage.total;

  reply_.content = reply_.message.text();
  return std::move(reply_);
}

}  // namespace fastccg
