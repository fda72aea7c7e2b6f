#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace fastccg::json {

class Elements;
class Members;

/// A value in a document that a `Reader` has read; valid until the reader reads the next one. Cheap to copy.
///
/// Asking is always safe: what is missing, null, or of another type than the one asked for is simply absent, since
/// providers leave a field out, set it to null, or change its type from one day to the next.
class Node {
 public:
  Node() = default;

  /// Whether there is a value here, other than null.
  explicit operator bool() const noexcept;
  bool is_object() const noexcept;
  bool is_array() const noexcept;
  bool is_string() const noexcept;
  /// Whether it is a null that stands in the document.
  bool is_null() const noexcept;

  /// The member of that name; absent if there is none, or if this is not an object.
  Node operator[](std::string_view key) const noexcept;
  /// The element of that index; absent if there is none, or if this is not an array.
  Node at(std::size_t index) const noexcept;

  std::optional<std::string_view> string() const noexcept;
  /// The string; empty if this is none.
  std::string_view text() const noexcept;
  /// Also for a number with a fraction of zero.
  std::optional<std::int64_t> integer() const noexcept;
  std::optional<double> number() const noexcept;
  std::optional<bool> boolean() const noexcept;

  /// For loops; empty unless this is an array, or an object.
  Elements elements() const noexcept;
  Members members() const noexcept;
  /// How many elements or members there are; 0 for other values.
  std::size_t size() const noexcept;

  /// The value as compact JSON text; "null" if it is absent.
  std::string serialized() const;

 private:
  friend class Reader;
  friend class Elements;
  friend class Members;
  using Storage = std::array<std::uintptr_t, 2>;
  explicit Node(Storage storage) noexcept : storage_(storage) {}

  Storage storage_{};  // the parser's own handle, all zero for an absent value
};

/// The elements of an array.
class Elements {
 public:
  class Iterator {
   public:
    explicit Iterator(Node::Storage at) noexcept : at_(at) {}
    Node operator*() const noexcept;
    Iterator& operator++() noexcept;
    bool operator==(const Iterator&) const noexcept = default;

   private:
    Node::Storage at_;
  };

  Iterator begin() const noexcept { return Iterator(begin_); }
  Iterator end() const noexcept { return Iterator(end_); }

 private:
  friend class Node;
  Node::Storage begin_{};
  Node::Storage end_{};
};

/// The members of an object: pairs of name and value, in the order of the document.
class Members {
 public:
  class Iterator {
   public:
    explicit Iterator(Node::Storage at) noexcept : at_(at) {}
    std::pair<std::string_view, Node> operator*() const noexcept;
    Iterator& operator++() noexcept;
    bool operator==(const Iterator&) const noexcept = default;

   private:
    Node::Storage at_;
  };

  Iterator begin() const noexcept { return Iterator(begin_); }
  Iterator end() const noexcept { return Iterator(end_); }

 private:
  friend class Node;
  Node::Storage begin_{};
  Node::Storage end_{};
};

/// Reads JSON documents, one after the other, in memory that it keeps.
class Reader {
 public:
  /// Documents that are nested deeper than this are refused.
  static constexpr std::size_t max_depth = 256;

  Reader();
  ~Reader();
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;

  /// The document's root, or nothing if the text is not JSON; `error` says why. White space and a byte-order mark may
  /// stand before it. Numbers that exceed 64 bits become the nearest double, and halves of surrogate pairs U+FFFD.
  std::optional<Node> parse(std::string_view text);

  /// Why the last document was refused, such as "it is nested too deeply".
  const std::string& error() const noexcept { return error_; }
  /// How much memory is held for the next document.
  std::size_t capacity() const noexcept;

 private:
  class State;
  std::unique_ptr<State> state_;
  std::string error_;
};

/// A reader borrowed from the calling thread for as long as this object lives, so that many streams share the memory
/// of few readers. It must be given back by the thread that took it.
class BorrowedReader {
 public:
  BorrowedReader();
  ~BorrowedReader();
  BorrowedReader(const BorrowedReader&) = delete;
  BorrowedReader& operator=(const BorrowedReader&) = delete;

  Reader* operator->() noexcept { return reader_.get(); }

 private:
  std::unique_ptr<Reader> reader_;
};

}  // namespace fastccg::json
