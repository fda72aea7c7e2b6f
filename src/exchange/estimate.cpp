#include "exchange/estimate.hpp"

#include <variant>

namespace fastccg {

namespace {

constexpr std::size_t bytes_per_token = 4;
constexpr std::size_t medium_bytes = 1000 * bytes_per_token;

/// Counts the bytes of a part, or what they stand for.
class PartBytes {
 public:
  std::size_t operator()(const Text& part) const { return part.text.size(); }
  std::size_t operator()(const Reasoning& part) const { return part.text.size(); }
  std::size_t operator()(const Refusal& part) const { return part.text.size(); }
  std::size_t operator()(const ToolCall& part) const { return part.name.size() + part.arguments.size(); }
  std::size_t operator()(const ToolResult& part) const {
    std::size_t bytes = 0;
    for (const auto& content : part.content) bytes += std::visit(*this, content);
    return bytes;
  }
  std::size_t operator()(const Opaque& part) const { return part.json.size(); }
  template <class Other>
  std::size_t operator()(const Other&) const {
    return medium_bytes;
  }
};

}  // namespace

std::int64_t estimate_tokens(const Request& request) {
  std::size_t bytes = 0;
  for (const auto* message : request.messages)
    for (const auto& part : message->parts) bytes += std::visit(PartBytes(), part);
  const auto& settings = request.settings;
  if (settings.sys_prompt()) bytes += settings.sys_prompt()->size();
  if (settings.tools())
    for (const auto& tool : *settings.tools()) bytes += tool.description.size() + tool.parameters.size();
  return static_cast<std::int64_t>(bytes / bytes_per_token) + settings.max_tokens().value_or(0);
}

std::int64_t estimate_tokens(std::span<const std::string> texts) {
  std::size_t bytes = 0;
  for (const auto& text : texts) bytes += text.size();
  return static_cast<std::int64_t>(bytes / bytes_per_token);
}

}  // namespace fastccg
