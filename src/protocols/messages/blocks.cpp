#include "protocols/messages/blocks.hpp"

#include <algorithm>
#include <utility>

#include "json/writer.hpp"
#include "protocols/messages/kinds.hpp"

namespace fastccg::protocols::messages {

namespace {

void append_citation(std::string& list, const json::Node& citation) {
  if (!citation) return;
  if (!list.empty()) list += ',';
  list += citation.serialized();
}

/// The object with one member put in the place of its own.
std::string with_member(std::string_view object, std::string_view member, std::string_view value) {
  json::BorrowedReader reader;
  const auto root = reader->parse(object);
  json::Writer out;
  out.begin_object();
  bool written = false;
  for (const auto& [name, old] : root.value_or(json::Node()).members()) {
    const bool is_it = name == member;
    out.key(name).raw(is_it ? std::string(value) : old.serialized());
    written = written || is_it;
  }
  if (!written) out.key(member).raw(value);
  return out.end_object().take();
}

}  // namespace

void BlockReader::switch_to(std::int64_t index, ReplyBuilder& reply) {
  if (index != last_) reply.end_part();
  last_ = index;
}

BlockReader::Block& BlockReader::block(std::int64_t index, Kind kind, ReplyBuilder& reply) {
  switch_to(index, reply);
  // The block in question is nearly always the last one.
  const auto found = std::ranges::find(open_.rbegin(), open_.rend(), index, &Block::index);
  if (found != open_.rend()) return *found;
  return open_.emplace_back(index, kind, calls_++);
}

void BlockReader::begin(std::int64_t index, const json::Node& node, ReplyBuilder& reply) {
  end(index, reply);
  reply.end_part();
  const auto type = node["type"].text();
  if (type == "text") {
    auto& text = block(index, Kind::text, reply);
    reply.text(node["text"].text());
    for (const auto citation : node["citations"].elements()) append_citation(text.pieces, citation);
  } else if (type == "thinking") {
    block(index, Kind::thinking, reply).pieces = node["signature"].text();
    reply.reasoning(node["thinking"].text());
  } else if (type == "redacted_thinking") {
    reply.reasoning_payload(node.serialized());
    reply.end_part();
  } else if (type == "tool_use") {
    begin_call(index, node, reply);
  } else if (!type.empty()) {
    auto& other = block(index, Kind::other, reply);
    other.type = type;
    other.json = node.serialized();
  }
}

void BlockReader::begin_call(std::int64_t index, const json::Node& node, ReplyBuilder& reply) {
  auto& call = block(index, Kind::tool_use, reply);
  reply.tool_call(call.call, node["id"].text(), node["name"].text());
  call.json = node["input"].is_object() ? node["input"].serialized() : "{}";
  const auto caller = node["caller"];
  if (caller.is_object() && caller["type"].text() != "direct") reply.opaque(kinds::caller, caller.serialized());
}

void BlockReader::add(std::int64_t index, const json::Node& delta, ReplyBuilder& reply) {
  const auto type = delta["type"].text();
  if (type == "text_delta") {
    block(index, Kind::text, reply);
    reply.text(delta["text"].text());
  } else if (type == "input_json_delta") {
    add_input(index, delta["partial_json"].text(), reply);
  } else if (type == "thinking_delta") {
    block(index, Kind::thinking, reply);
    reply.reasoning(delta["thinking"].text());
  } else if (type == "signature_delta") {
    auto& thinking = block(index, Kind::thinking, reply);
    if (thinking.kind == Kind::thinking) thinking.pieces += delta["signature"].text();
  } else if (type == "citations_delta") {
    auto& text = block(index, Kind::text, reply);
    if (text.kind == Kind::text) append_citation(text.pieces, delta["citation"]);
  } else if (delta["content"].is_string()) {
    // Text that grows in a block of a kind that is not modelled, such as a summary of what came before.
    const auto found = std::ranges::find(open_, index, &Block::index);
    if (found == open_.end() || found->kind != Kind::other) return;
    found->growing = "content";
    found->pieces += delta["content"].text();
  }
}

void BlockReader::add_input(std::int64_t index, std::string_view piece, ReplyBuilder& reply) {
  auto& owner = block(index, Kind::tool_use, reply);
  if (owner.kind == Kind::tool_use) {
    owner.has_input = owner.has_input || !piece.empty();
    reply.tool_arguments(owner.call, piece);
  } else if (owner.kind == Kind::other) {
    owner.growing = "input";
    owner.pieces += piece;
  }
}

void BlockReader::end(std::int64_t index, ReplyBuilder& reply) {
  const auto found = std::ranges::find(open_, index, &Block::index);
  if (found == open_.end()) return;
  const auto ended = std::move(*found);
  open_.erase(found);
  finish(ended, reply);
  reply.end_part();
}

void BlockReader::end_all(ReplyBuilder& reply) {
  while (!open_.empty()) end(open_.front().index, reply);
}

void BlockReader::finish(const Block& block, ReplyBuilder& reply) {
  switch (block.kind) {
    case Kind::text:
      if (!block.pieces.empty()) reply.opaque(kinds::citations, '[' + block.pieces + ']');
      return;
    case Kind::thinking:
      if (block.pieces.empty()) return;
      switch_to(block.index, reply);
      reply.reasoning_payload(json::Writer()
                                  .begin_object()
                                  .member("type", "thinking")
                                  .member("signature", block.pieces)
                                  .end_object()
                                  .text());
      return;
    case Kind::tool_use:
      if (!block.has_input) reply.tool_arguments(block.call, block.json.empty() ? "{}" : block.json);
      return;
    case Kind::other: break;
  }
  if (block.growing == "content") {
    const auto text = json::Writer().string(block.pieces).take();
    reply.opaque(block.type, with_member(block.json, "content", text));
  } else {
    const bool has_input = !block.pieces.empty() && json::is_json(block.pieces);
    reply.opaque(block.type, has_input ? with_member(block.json, "input", block.pieces) : block.json);
  }
}

}  // namespace fastccg::protocols::messages
