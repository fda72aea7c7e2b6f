#include "protocols/chat_completions/kept.hpp"

#include <algorithm>

#include "json/writer.hpp"

namespace fastccg::protocols::chat_completions {

namespace {

/// Whether there is anything in it but nulls, empty texts and empty lists: some servers send all members of a message
/// all the time.
bool has_content(const json::Node& value) {
  if (const auto text = value.string()) return !text->empty();
  if (value.is_array()) return value.size() > 0;
  if (!value.is_object()) return value.boolean().value_or(false) || value.number().value_or(0) != 0;
  for (const auto& [name, member] : value.members())
    if (has_content(member)) return true;
  return false;
}

std::string elements_of(const json::Node& list) {
  const auto text = list.serialized();
  return text.substr(1, text.size() - 2);
}

}  // namespace

Kept::Member* Kept::find(std::vector<Member>& members, std::string_view name) noexcept {
  const auto found = std::ranges::find(members, name, &Member::name);
  return found == members.end() ? nullptr : &*found;
}

void Kept::add(std::vector<Member>& members, std::string_view name, const json::Node& value) {
  if (!has_content(value)) return;
  auto* known = find(members, name);
  if (!value.is_array()) {
    if (known)
      known->json = value.serialized();
    else
      members.emplace_back(name, value.serialized(), 0);
  } else if (known && known->count > 0) {
    known->json += ',' + elements_of(value);
    known->count += value.size();
  } else {
    members.emplace_back(name, elements_of(value), value.size());
  }
}

void Kept::member(std::string_view name, const json::Node& value) { add(members_, name, value); }

void Kept::logprobs(const json::Node& logprobs) {
  for (const auto& [name, value] : logprobs.members()) add(logprobs_, name, value);
}

void Kept::repeated(std::string_view name, const json::Node& value) {
  const auto count = value.size();
  if (count == 0 || !value.is_array()) return;
  auto* known = find(members_, name);
  if (!known) {
    members_.emplace_back(name, elements_of(value), count);
  } else if (known->count != count) {
    known->json = elements_of(value);
    known->count = count;
  }
}

void Kept::Pieces::add(const json::Node& object, std::string_view growing) {
  for (const auto& [name, value] : object.members()) {
    const auto text = value.string();
    const auto known = std::ranges::find(members_, name, &Member::name);
    if (known == members_.end()) {
      members_.emplace_back(name, text ? std::string(*text) : value.serialized(), text.has_value());
    } else if (text && known->is_text && growing.find("," + std::string(name) + ",") != std::string_view::npos) {
      known->value += *text;
    } else if (value) {
      known->value = text ? std::string(*text) : value.serialized();
      known->is_text = text.has_value();
    }
  }
}

std::string Kept::Pieces::serialized() const {
  json::Writer writer;
  writer.begin_object();
  for (const auto& member : members_) {
    writer.key(member.name);
    if (member.is_text)
      writer.string(member.value);
    else
      writer.raw(member.value);
  }
  writer.end_object();
  return writer.take();
}

void Kept::reasoning_details(const json::Node& list) {
  for (const auto detail : list.elements()) {
    if (!detail.is_object()) continue;
    const auto index = detail["index"].integer();
    // Without an index nothing tells which pieces belong together.
    const auto known = index ? std::ranges::find(details_, *index, &Pieces::index) : details_.end();
    auto& pieces = known != details_.end() ? *known : details_.emplace_back(index.value_or(-1));
    pieces.add(detail, ",text,summary,data,signature,");
  }
}

void Kept::audio(const json::Node& audio) {
  if (!has_content(audio)) return;
  if (audio_.empty()) audio_.emplace_back(0);
  audio_.front().add(audio, ",data,transcript,");
}

void Kept::custom_call(std::int64_t index, const json::Node& call) {
  const auto known = std::ranges::find(custom_, index, &Custom::index);
  auto& custom = known != custom_.end() ? *known : custom_.emplace_back(index);
  if (custom.id.empty()) custom.id = call["id"].text();
  if (custom.name.empty()) custom.name = call["custom"]["name"].text();
  custom.input += call["custom"]["input"].text();
}

void Kept::call_extra(std::int64_t call, const json::Node& extra) {
  if (!has_content(extra)) return;
  json::Writer writer;
  writer.begin_object().member("call", call).key("extra_content").raw(extra.serialized()).end_object();
  extras_.push_back(writer.take());
}

void Kept::give_to(ReplyBuilder& reply) {
  if (!details_.empty()) {
    std::string list;
    for (const auto& detail : details_) list += (list.empty() ? '[' : ',') + detail.serialized();
    list += ']';
    auto& parts = reply.message().parts;
    const auto first =
        std::ranges::find_if(parts, [](const Part& part) { return std::holds_alternative<Reasoning>(part); });
    if (first == parts.end()) {
      reply.reasoning_payload(list);
    } else {
      auto& reasoning = std::get<Reasoning>(*first);
      reasoning.payload = list;
      reasoning.provider = reply.message().provider;
    }
  }
  for (const auto& custom : custom_) {
    json::Writer writer;
    writer.begin_object().member("id", custom.id).member("type", "custom").key("custom").begin_object();
    writer.member("name", custom.name).member("input", custom.input).end_object().end_object();
    reply.opaque(kinds::custom_call, writer.text());
  }
  for (const auto& extra : extras_) reply.opaque(kinds::call_extra, extra);
  for (const auto& audio : audio_) reply.opaque(kinds::audio, audio.serialized());
  for (const auto& member : members_) reply.opaque(member.name, member.text());
  if (logprobs_.empty()) return;
  json::Writer writer;
  writer.begin_object();
  for (const auto& member : logprobs_) writer.key(member.name).raw(member.text());
  reply.opaque(kinds::logprobs, writer.end_object().text());
}

}  // namespace fastccg::protocols::chat_completions
