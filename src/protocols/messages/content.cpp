#include <algorithm>
#include <optional>
#include <utility>

#include "core/base64.hpp"
#include "fastccg/error.hpp"
#include "json/reader.hpp"
#include "json/repair.hpp"
#include "protocols/messages/conversation.hpp"
#include "protocols/messages/kinds.hpp"
#include "protocols/shared/cache_mark.hpp"
#include "protocols/shared/error_body.hpp"
#include "protocols/shared/media.hpp"

namespace fastccg::protocols::messages {

namespace {

[[noreturn]] void refuse(const char* why) { throw_error(Error(ErrorKind::invalid_request, why)); }

bool is_blank(std::string_view text) noexcept { return shared::trimmed(text).empty(); }

std::string_view right_trimmed(std::string_view text) noexcept {
  return text.substr(0, text.find_last_not_of(" \t\r\n") + 1);  // npos + 1 is 0
}

/// A URL that is its own content.
class DataUrl {
 public:
  std::string mime;
  std::string base64;
};

std::optional<DataUrl> read_data_url(std::string_view url) {
  constexpr std::string_view scheme = "data:";
  constexpr std::string_view encoding = ";base64";
  const auto comma = url.find(',');
  if (!url.starts_with(scheme) || comma == std::string_view::npos) return std::nullopt;
  auto head = url.substr(scheme.size(), comma - scheme.size());
  if (!head.ends_with(encoding)) refuse("a data URL must be encoded as base64");
  head.remove_suffix(encoding.size());
  DataUrl data;
  data.mime = head.substr(0, head.find(';'));
  data.base64 = url.substr(comma + 1);
  std::erase_if(data.base64, [](char c) { return c == '\n' || c == '\r' || c == ' ' || c == '\t'; });
  return data;
}

void write_block(json::Writer& out, std::string_view type, std::string_view source, std::string_view member,
                 std::string_view value, std::string_view mime) {
  out.begin_object().member("type", type).key("source").begin_object().member("type", source);
  if (!mime.empty()) out.member("media_type", mime);
  out.member(member, value).end_object();
}

/// What the model wrote as arguments, as the object that it has to be.
std::string input_of(std::string_view arguments) {
  if (is_blank(arguments)) return "{}";
  if (!json::is_object(arguments))
    return json::Writer().begin_object().member("raw_arguments", arguments).end_object().take();
  // Escaped halves of surrogate pairs are refused; all else goes back as it came.
  const bool has_surrogates =
      arguments.find("\\ud") != std::string_view::npos || arguments.find("\\uD") != std::string_view::npos;
  return has_surrogates ? json::repaired(arguments) : std::string(shared::trimmed(arguments));
}

/// The name in characters that are accepted; other providers accept more.
std::string name_of(std::string_view name) {
  constexpr std::size_t longest = 128;
  std::string out(name.substr(0, longest));
  std::ranges::replace_if(
      out,
      [](char c) {
        return !((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-');
      },
      '_');
  return out.empty() ? "unknown" : out;
}

}  // namespace

void Conversation::write_part(Role role, const Message& message, std::size_t at) {
  const auto& part = message.parts[at];
  if (const auto* text = std::get_if<Text>(&part)) {
    const auto visible = &part == last_part_ ? right_trimmed(text->text) : std::string_view(text->text);
    write_text(role, visible, follower(message, at, kinds::citations));
  } else if (const auto* refusal = std::get_if<Refusal>(&part)) {
    write_text(role, refusal->text, nullptr);
  } else if (const auto* opaque = std::get_if<Opaque>(&part)) {
    write_opaque(role, *opaque);
  } else if (const auto* call = std::get_if<ToolCall>(&part)) {
    if (role == Role::assistant) write_call(*call, follower(message, at, kinds::caller));
  } else if (const auto* reasoning = std::get_if<Reasoning>(&part)) {
    if (role == Role::assistant) write_reasoning(*reasoning);
  } else if (std::holds_alternative<ToolResult>(part)) {
    return;  // written with its call
  } else if (role != Role::user) {
    warn("messages", "only the user's messages can hold pictures, files and sounds; others were left out");
  } else if (const auto* image = std::get_if<Image>(&part)) {
    write_image(*image, turn(role).blocks);
  } else if (const auto* file = std::get_if<File>(&part)) {
    write_file(*file, turn(role).blocks);
  } else {
    warn("messages", "the provider takes no sounds; they were left out");
  }
}

void Conversation::write_text(Role role, std::string_view text, const Opaque* citations) {
  if (is_blank(text)) return;  // refused, wherever it stands
  auto& out = turn(role).blocks;
  out.begin_object().member("type", "text").member("text", text);
  if (citations) out.key("citations").raw(citations->json);
  out.end_object();
}

const Opaque* Conversation::follower(const Message& message, std::size_t at, std::string_view kind) const {
  if (at + 1 >= message.parts.size()) return nullptr;
  const auto* opaque = std::get_if<Opaque>(&message.parts[at + 1]);
  return opaque && opaque->kind == kind && is_own(*opaque) && json::is_json(opaque->json) ? opaque : nullptr;
}

void Conversation::write_image(const Image& image, json::Writer& out) {
  if (!image.detail.empty()) warn("detail", "the provider knows no detail of pictures; it was left out");
  if (const auto data = read_data_url(image.url)) {
    write_block(out, "image", "base64", "data", data->base64, data->mime);
  } else if (!image.url.empty()) {
    write_block(out, "image", "url", "url", image.url, {});
  } else {
    const auto mime = shared::image_mime(image);
    if (image.bytes.empty()) refuse("an image has neither an address nor content");
    if (mime.empty()) refuse("an image has no type; give one, such as image/png");
    write_block(out, "image", "base64", "data", base64_encode(image.bytes), mime);
  }
  out.end_object();
}

void Conversation::write_file(const File& file, json::Writer& out) {
  const auto data = read_data_url(file.url);
  const auto mime = file.mime.empty() && data ? std::string_view(data->mime) : shared::file_mime(file);
  const auto type = mime.starts_with("image/") ? "image" : "document";
  if (!file.id.empty()) {
    write_block(out, type, "file", "file_id", file.id, {});
    names_files_ = true;
  } else if (data) {
    write_block(out, type, "base64", "data", data->base64, mime);
  } else if (!file.url.empty()) {
    write_block(out, type, "url", "url", file.url, {});
  } else if (file.bytes.empty()) {
    refuse("a file has neither id, address nor content");
  } else if (mime.empty()) {
    refuse("a file has no type; give one, such as application/pdf");
  } else if (shared::is_text_mime(mime)) {
    write_block(out, type, "text", "data", file.bytes, "text/plain");
  } else {
    write_block(out, type, "base64", "data", base64_encode(file.bytes), mime);
  }
  if (!file.name.empty() && type == std::string_view("document")) out.member("title", file.name);
  out.end_object();
}

/// Only what the provider has signed goes back: it refuses all other thinking.
void Conversation::write_reasoning(const Reasoning& reasoning) {
  if (reasoning.provider != dialect_.provider) return;
  json::BorrowedReader reader;
  const auto payload = reader->parse(reasoning.payload);
  if (!payload) return;
  if ((*payload)["type"].text() == "redacted_thinking") {
    turn(Role::assistant).blocks.raw(reasoning.payload);
  } else if (const auto signature = (*payload)["signature"].text(); !signature.empty()) {
    turn(Role::assistant)
        .blocks.begin_object()
        .member("type", "thinking")
        .member("thinking", reasoning.text)
        .member("signature", signature)
        .end_object();
  } else {
    return;
  }
  turns_.back().has_thinking = true;
  turns_.back().takes_mark = false;
}

void Conversation::write_call(const ToolCall& call, const Opaque* caller) {
  auto& out = turn(Role::assistant).blocks;
  out.begin_object().member("type", "tool_use").member("id", ids_[call.id]).member("name", name_of(call.name));
  out.key("input").raw(input_of(call.arguments));
  if (caller) out.key("caller").raw(caller->json);
  out.end_object();
}

void Conversation::write_opaque(Role role, const Opaque& opaque) {
  const auto& kind = opaque.kind;
  if (shared::is_cache_point(opaque)) return mark(opaque);
  if (!is_own(opaque) || kind == kinds::citations || kind == kinds::caller || kind == kinds::container) return;
  if (!json::is_object(opaque.json) || is_abandoned(opaque)) return;
  turn(role).blocks.raw(opaque.json);
}

/// Marks the last block. Before the first one there is nothing to cache, and thinking cannot be marked.
void Conversation::mark(const Opaque& cache_point) {
  if (marks_to_skip_ > 0) {
    --marks_to_skip_;
    return;
  }
  if (turns_.empty() || !std::exchange(turns_.back().takes_mark, false)) return;
  auto& blocks = turns_.back().blocks;
  auto text = blocks.take();
  text.pop_back();
  text += R"(,"cache_control":)" + shared::cache_control(shared::lifetime_of(cache_point)) + '}';
  blocks = json::Writer();
  blocks.raw(text);
}

/// Whether this is a call of one of the provider's own tools that never got a result, in a turn that is over: such as
/// in an answer that was broken off.
bool Conversation::is_abandoned(const Opaque& block) const {
  if (current_ >= last_question_ || !block.kind.ends_with("tool_use")) return false;
  json::BorrowedReader reader;
  const auto root = reader->parse(block.json);
  return root && !answered_.contains((*root)["id"].text());
}

void Conversation::write_result(const ToolResult& result) {
  auto& user = turn(Role::user);
  user.has_results = true;
  auto& out = user.blocks;
  out.begin_object().member("type", "tool_result").member("tool_use_id", ids_[result.call_id]).key("content");
  write_result_content(result, out);
  if (result.is_error) out.member("is_error", true);
  out.end_object();
}

void Conversation::write_result_content(const ToolResult& result, json::Writer& out) {
  const bool is_text =
      std::ranges::all_of(result.content, [](const Content& c) { return std::holds_alternative<Text>(c); });
  if (is_text) {
    std::string text;
    for (const auto& piece : result.content) text += std::get<Text>(piece).text;
    out.string(text);
    return;
  }
  json::Writer blocks;
  blocks.begin_array();
  for (const auto& piece : result.content) {
    if (const auto* image = std::get_if<Image>(&piece)) {
      write_image(*image, blocks);
    } else if (const auto* file = std::get_if<File>(&piece)) {
      write_file(*file, blocks);
    } else if (const auto* opaque = std::get_if<Opaque>(&piece)) {
      if (is_own(*opaque) && json::is_object(opaque->json)) blocks.raw(opaque->json);
    } else if (const auto* text = std::get_if<Text>(&piece)) {
      if (!is_blank(text->text)) blocks.begin_object().member("type", "text").member("text", text->text).end_object();
    } else {
      warn("tool_result", "the provider takes no sounds; they were left out");
    }
  }
  blocks.end_array();
  // An empty list is refused, an empty text is not.
  if (blocks.text() == "[]")
    out.string("");
  else
    out.raw(blocks.text());
}

}  // namespace fastccg::protocols::messages
