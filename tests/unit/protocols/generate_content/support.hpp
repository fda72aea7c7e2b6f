#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "../support.hpp"

namespace fastccg::protocols::generate_content {

inline const Protocol& google() { return find(Speaks::generate_content); }
inline constexpr Dialect gemini("gemini", Quirk::none);

inline Outcome whole(std::string_view body) { return decode(body, gemini, google()); }
inline Outcome streamed(std::string_view body) { return decode_stream(body, gemini, google()); }

/// A stream of these events, with the line ends that the provider uses.
inline std::string crlf_events(const std::vector<std::string>& data) {
  std::string all;
  for (const auto& one : data) all += "data: " + one + "\r\n\r\n";
  return all;
}

/// An answer, or an event of a stream, with these parts and, if it is not empty, this finish reason.
inline std::string answer(const std::string& parts, const std::string& finish = {}, const std::string& usage = {}) {
  std::string all = R"({"candidates":[{"content":{"parts":[)" + parts + R"(],"role":"model"},"index":0)";
  if (!finish.empty()) all += R"(,"finishReason":")" + finish + '"';
  all += "}]";
  if (!usage.empty()) all += R"(,"usageMetadata":)" + usage;
  return all + R"(,"modelVersion":"gemini-9","responseId":"r1"})";
}

/// A request to a model of this name, and the messages that it points to.
class Asked {
 public:
  explicit Asked(std::string model = "gemini-3.6-flash") { request.model.id = std::move(model); }

  Asked& say(Message message) {
    kept.push_back(std::make_unique<Message>(std::move(message)));
    request.messages.push_back(kept.back().get());
    return *this;
  }
  Asked& user(const char* text) { return say(Message::user(text)); }
  Asked& assistant(std::vector<Part> parts, std::string provider = "gemini") {
    Message message(Role::assistant, std::move(parts));
    message.provider = std::move(provider);
    return say(std::move(message));
  }
  Asked& results(std::vector<ToolResult> list) { return say(Message::tool_results(std::move(list))); }

  Rendered rendered() const { return google().render(request, gemini); }
  boost::json::value body() const { return boost::json::parse(rendered().body); }
  /// What stands at a JSON pointer of the body, as compact JSON; empty if nothing does.
  std::string at(std::string_view pointer) const {
    const auto root = body();
    boost::json::error_code missing;
    const auto* value = root.find_pointer(pointer, missing);
    return value ? boost::json::serialize(*value) : std::string();
  }
  /// The settings that were warned about, each followed by a blank.
  std::string warned() const {
    std::string all;
    for (const auto& warning : rendered().warnings) all += warning.setting + ' ';
    return all;
  }
  ErrorKind refused_as(std::string_view words) const {
    try {
      (void)rendered();
    } catch (const FastCCGError& failure) {
      EXPECT_NE(failure.error().message.find(words), std::string::npos) << failure.error().message;
      return failure.kind();
    }
    ADD_FAILURE() << "it was not refused";
    return ErrorKind::server;
  }

  Request request;
  std::vector<std::unique_ptr<Message>> kept;
};

/// The opaque parts of a reply, as "kind=json" with a blank after each.
inline std::string opaque_parts(const Reply& reply) {
  std::string all;
  for (const auto& part : reply.message.parts)
    if (const auto* opaque = std::get_if<Opaque>(&part)) all += opaque->kind + '=' + opaque->json + ' ';
  return all;
}

}  // namespace fastccg::protocols::generate_content
