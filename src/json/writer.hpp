#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace fastccg::json {

/// Writes one JSON document, compactly. The caller sees to it that brackets match and that members have names.
///
/// Text may be any bytes: what is not UTF-8 becomes U+FFFD, and NUL, which several servers refuse, is left out.
class Writer {
 public:
  Writer() = default;

  Writer& begin_object();
  Writer& end_object();
  Writer& begin_array();
  Writer& end_array();
  Writer& key(std::string_view name);

  Writer& string(std::string_view text);
  Writer& number(double value);  ///< Not finite: null.
  Writer& integer(std::int64_t value);
  Writer& boolean(bool value);
  Writer& null();
  /// A value that is JSON text already, byte for byte.
  Writer& raw(std::string_view json);

  // A member in one go.
  Writer& member(std::string_view name, std::string_view text) { return key(name).string(text); }
  Writer& member(std::string_view name, const char* text) { return key(name).string(text); }
  Writer& member(std::string_view name, const std::string& text) { return key(name).string(text); }
  Writer& member(std::string_view name, double value) { return key(name).number(value); }
  Writer& member(std::string_view name, std::int64_t value) { return key(name).integer(value); }
  Writer& member(std::string_view name, int value) { return key(name).integer(value); }
  Writer& member(std::string_view name, bool value) { return key(name).boolean(value); }

  void reserve(std::size_t bytes) { out_.reserve(bytes); }
  const std::string& text() const noexcept { return out_; }
  std::string take() noexcept { return std::move(out_); }

 private:
  void separate();

  std::string out_;
  bool need_comma_ = false;
};

/// The text with everything that is not UTF-8 replaced by U+FFFD, one for each byte that fits nowhere, without NULs.
std::string cleaned(std::string_view text);

/// Whether the text is one JSON object.
bool is_object(std::string_view json);
/// Whether the text is one JSON value.
bool is_json(std::string_view json);

}  // namespace fastccg::json
