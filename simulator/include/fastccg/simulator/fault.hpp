#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fastccg {

/// Something that goes wrong on purpose. Its text form is `name;parameter=value;parameter=value`, the same here, on the
/// command line of fastccg-sim (`--fault`) and in the request header `x-fastccg-fault`; a comma separates several.
/// In a value, `%2C`, `%3B` and the like stand for the characters that have a meaning here.
///
///     Fault("rate-limit;retry-after=2;first=1")
///     Fault("stall-mid-stream").with("events", 3)
///     Fault("503")                                       // short for "status;code=503"
///
/// Every fault takes the parameters that choose its requests: `first=n` (the first n), `skip=n` (not the first n),
/// `every=n` (each nth) and `path=text` (those whose path contains it). Without them it strikes every request.
class Fault {
 public:
  /// Throws `std::invalid_argument`, with what would be accepted, for an unknown name, parameter or value.
  explicit Fault(std::string_view text);
  explicit Fault(const char* text) : Fault(std::string_view(text)) {}

  /// Sets a parameter. Throws as the constructor does.
  Fault& with(std::string_view parameter, std::string_view value) &;
  Fault& with(std::string_view parameter, std::int64_t value) &;
  Fault&& with(std::string_view parameter, std::string_view value) &&;
  Fault&& with(std::string_view parameter, std::int64_t value) &&;

  const std::string& name() const noexcept { return name_; }
  bool has(std::string_view parameter) const;
  /// The value of a parameter, or its default; empty if it has neither.
  std::string text(std::string_view parameter) const;
  /// The same as a number; 0 if it has neither value nor default.
  std::int64_t number(std::string_view parameter) const;
  std::string to_string() const;

  /// Several faults, separated by commas.
  static std::vector<Fault> parse_list(std::string_view text);
  /// One line for each fault there is: name, parameters with their defaults, and what it does.
  static std::string help();

 private:
  void set(std::string_view parameter, std::string_view value);

  std::string name_;
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace fastccg
