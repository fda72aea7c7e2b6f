#pragma once

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>

namespace fastccg::session {

/// Appends a text. JSON cannot hold a text that is not UTF-8: such a one becomes an object with its base64.
void append_text(std::string& out, std::string_view text);

/// Appends the shortest text that reads back as the same number, which must be finite.
template <class T>
requires std::integral<T> || std::floating_point<T>
void append_number(std::string& out, T number) {
  char digits[32];
  const auto result = std::to_chars(digits, digits + sizeof digits, number);
  out.append(digits, static_cast<std::size_t>(result.ptr - digits));
}

/// Appends an object or a list, item by item: in one line, or, with an indent, each item in a line of its own.
class ListWriter {
 public:
  ListWriter(std::string& out, char open, int indent = 0);

  /// Begins the next item; the caller appends it.
  std::string& next();
  void end();

 private:
  void new_line(int indent);

  std::string& out_;
  char close_;
  int indent_;
  bool empty_ = true;
};

/// Appends an object, member by member.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out, int indent = 0) : list_(out, '{', indent) {}

  /// Begins the next member; the caller appends its value. `key` must be UTF-8.
  std::string& member(std::string_view key);

  void text(std::string_view key, std::string_view value) { append_text(member(key), value); }
  /// An empty text is left out: reading gives an empty one for a member that is not there.
  void text_if_any(std::string_view key, std::string_view value);
  void bytes_if_any(std::string_view key, std::string_view value);
  template <class T>
  void number(std::string_view key, T value) {
    append_number(member(key), value);
  }
  void boolean(std::string_view key, bool value);
  void end() { list_.end(); }

 private:
  ListWriter list_;
};

}  // namespace fastccg::session
