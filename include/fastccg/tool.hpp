#pragma once

#include <optional>
#include <string>

namespace fastccg {

/// A tool that the model may call.
class Tool {
 public:
  Tool() = default;
  /// `parameters` is a JSON Schema object as text; empty means that the tool takes no arguments.
  Tool(std::string name_, std::string description_, std::string parameters_ = {})
      : name(std::move(name_)), description(std::move(description_)), parameters(std::move(parameters_)) {}

  std::string name;  ///< Letters, digits, `_` and `-`, at most 64: what every provider accepts.
  std::string description;
  std::string parameters;
  /// Whether the provider shall hold the model to the schema; unset leaves it to the provider.
  std::optional<bool> strict;

  friend bool operator==(const Tool&, const Tool&) = default;
};

/// Whether, and which, tools the model is to call.
class ToolChoice {
 public:
  enum class Mode { automatic, none, required, named };

  ToolChoice() = default;
  static ToolChoice automatic() { return {}; }
  static ToolChoice none() { return ToolChoice(Mode::none, {}); }
  static ToolChoice required() { return ToolChoice(Mode::required, {}); }
  static ToolChoice named(std::string tool) { return ToolChoice(Mode::named, std::move(tool)); }

  Mode mode() const noexcept { return mode_; }
  const std::string& name() const noexcept { return name_; }

  friend bool operator==(const ToolChoice&, const ToolChoice&) = default;

 private:
  ToolChoice(Mode mode, std::string name) : mode_(mode), name_(std::move(name)) {}

  Mode mode_ = Mode::automatic;
  std::string name_;
};

/// The form that the answer shall have.
class OutputFormat {
 public:
  enum class Kind { text, json, schema };

  OutputFormat() = default;
  static OutputFormat text() { return {}; }
  /// Any JSON value. Most providers demand that the prompt mentions JSON.
  static OutputFormat json();
  /// JSON that obeys `schema` (JSON Schema as text). `name`: letters, digits, `_` and `-`, at most 64.
  static OutputFormat schema(std::string name, std::string schema, bool strict = true);

  Kind kind() const noexcept { return kind_; }
  const std::string& name() const noexcept { return name_; }
  const std::string& schema_text() const noexcept { return schema_; }
  bool strict() const noexcept { return strict_; }

  friend bool operator==(const OutputFormat&, const OutputFormat&) = default;

 private:
  Kind kind_ = Kind::text;
  std::string name_;
  std::string schema_;
  bool strict_ = true;
};

/// How much the model shall think before it answers: an effort by name, a budget in tokens, or not at all.
class ReasoningSetting {
 public:
  ReasoningSetting() = default;
  static ReasoningSetting off();
  /// "minimal", "low", "medium", "high", "xhigh" or "max", as the model understands it.
  static ReasoningSetting effort(std::string level);
  static ReasoningSetting budget(int tokens);

  bool is_off() const noexcept { return off_; }
  const std::string& level() const noexcept { return level_; }
  std::optional<int> tokens() const noexcept { return tokens_; }

  friend bool operator==(const ReasoningSetting&, const ReasoningSetting&) = default;

 private:
  bool off_ = false;
  std::string level_;
  std::optional<int> tokens_;
};

}  // namespace fastccg
