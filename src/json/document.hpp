#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "fastccg/error.hpp"

namespace boost::json {
class object;
class value;
}  // namespace boost::json

namespace fastccg::json {

class Document;

/// A value in a `Document` that knows the way to it, so that whatever is wrong with it can be said with its path:
/// "turns[3].messages[0].role: must be a text".
///
/// A field points to the one that it was taken from: that one must outlive it, and so must the document.
class Field {
 public:
  bool is_null() const noexcept;
  bool is_text() const noexcept;
  bool is_array() const noexcept;
  bool is_object() const noexcept;

  // Each of these fails if the value is of another kind.

  /// Lives as long as the document.
  std::string_view text() const;
  bool boolean() const;
  /// Finite.
  double number() const;

  /// A whole number that fits into `T`.
  template <class T>
  T integer() const {
    if constexpr (std::numeric_limits<T>::is_signed)
      return static_cast<T>(signed_integer(std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
    else
      return static_cast<T>(unsigned_integer(std::numeric_limits<T>::max()));
  }

  /// The value that stands beside the text.
  template <class T>
  T one_of(std::initializer_list<std::pair<std::string_view, T>> choices) const {
    const auto is = text();
    std::string names;
    for (const auto& [name, value] : choices) {
      if (name == is) return value;
      names.append(names.empty() ? "\"" : ", \"").append(name).append("\"");
    }
    fail("must be one of " + names);
  }

  /// The number of an array's items, and each of them.
  std::size_t items() const;
  Field item(std::size_t index) const&;
  Field item(std::size_t index) && = delete;

  /// The number of an object's members, and each of them, in the order in which they stand in the text.
  std::size_t members() const;
  Field member(std::size_t index) const&;
  Field member(std::size_t index) && = delete;

  /// The object's member of that name, which must be there.
  Field at(std::string_view key) const&;
  Field at(std::string_view key) && = delete;
  /// The object's member of that name, if it is there and not null.
  std::optional<Field> find(std::string_view key) const&;
  std::optional<Field> find(std::string_view key) && = delete;

  /// The name under which this value stands in its object. Lives as long as the document.
  std::string_view key() const noexcept { return key_; }
  /// The way to this value, such as "turns[3].messages[0].role"; empty for the document's root.
  std::string path() const;

  /// Throws an error that says what is wrong with this value.
  [[noreturn]] void fail(std::string_view message) const;

  /// Calls `use`; an error of kind `usage` that it throws, such as a setter's, becomes one about this value.
  template <class Use>
  void checked(Use use) const {
    try {
      use();
    } catch (const UsageError& error) {
      fail(error.error().message);
    }
  }

 private:
  friend class Document;

  static constexpr auto no_index = static_cast<std::size_t>(-1);

  Field(const Document& document, const boost::json::value* value) : document_(&document), value_(value) {}
  Field(const Field& parent, const boost::json::value* value, std::string_view key, std::size_t index)
      : document_(parent.document_), value_(value), parent_(&parent), key_(key), index_(index) {}

  std::int64_t signed_integer(std::int64_t low, std::int64_t high) const;
  std::uint64_t unsigned_integer(std::uint64_t high) const;
  const boost::json::value* look_up(std::string_view key) const;

  const Document* document_;
  const boost::json::value* value_;  // null only on the way to the error that it is missing
  const Field* parent_ = nullptr;
  std::string_view key_;
  std::size_t index_ = no_index;
};

/// A JSON text that a person may have written or a crash may have cut, to be taken apart field by field. Everything that
/// is wrong with it is thrown as an `Error` of one kind that names the line and column, or the field.
class Document {
 public:
  /// How errors are to speak of the text.
  class Source {
   public:
    Source(ErrorKind kind_, std::string what_, std::string advice_)
        : kind(kind_), what(std::move(what_)), advice(std::move(advice_)) {}

    ErrorKind kind;
    std::string what;    ///< Such as "the session file".
    std::string advice;  ///< What to do about it, as a sentence without a full stop.
  };

  /// Reads the whole text, which is not needed afterwards. Throws if it is not JSON, or if a key stands twice in an
  /// object.
  Document(std::string_view text, Source source);
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;
  ~Document();

  Field root() const&;
  Field root() && = delete;

  /// What was read, to be changed before fields are taken from it. What is added should take its memory from there.
  boost::json::value& value() noexcept;

 private:
  friend class Field;
  class Storage;

  Source source_;
  std::unique_ptr<Storage> storage_;
};

}  // namespace fastccg::json
