#include "json/reader.hpp"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <type_traits>
#include <vector>

#include "json/repair.hpp"

namespace fastccg::json {

namespace dom = simdjson::dom;

namespace {

template <class T>
concept Handle = std::is_trivially_copyable_v<T> && sizeof(T) == sizeof(std::array<std::uintptr_t, 2>);
static_assert(Handle<dom::element> && Handle<dom::array::iterator> && Handle<dom::object::iterator>,
              "the header keeps the parser's handles as two words, so that nobody else includes the parser");

template <Handle T>
T as(const std::array<std::uintptr_t, 2>& storage) noexcept {
  return std::bit_cast<T>(storage);
}

template <Handle T>
std::array<std::uintptr_t, 2> store(const T& handle) noexcept {
  return std::bit_cast<std::array<std::uintptr_t, 2>>(handle);
}

constexpr std::array<std::uintptr_t, 2> nothing{};

std::string reason(simdjson::error_code code) {
  switch (code) {
    case simdjson::EMPTY: return "it is empty";
    case simdjson::UTF8_ERROR: return "it is not valid UTF-8";
    case simdjson::DEPTH_ERROR: return "it is nested too deeply";
    case simdjson::CAPACITY: return "it is too large";
    case simdjson::MEMALLOC: return "there is not enough memory";
    case simdjson::UNCLOSED_STRING: return "a string has no end";
    default: return "it is malformed";
  }
}

/// Whether the text may be legal JSON all the same; which code stands for what differs between versions of the parser.
bool may_be_repaired(simdjson::error_code code) {
  return code && code != simdjson::EMPTY && code != simdjson::UTF8_ERROR && code != simdjson::DEPTH_ERROR &&
         code != simdjson::CAPACITY && code != simdjson::MEMALLOC;
}

}  // namespace

Node::operator bool() const noexcept { return storage_ != nothing && !as<dom::element>(storage_).is_null(); }
bool Node::is_object() const noexcept { return storage_ != nothing && as<dom::element>(storage_).is_object(); }
bool Node::is_array() const noexcept { return storage_ != nothing && as<dom::element>(storage_).is_array(); }
bool Node::is_string() const noexcept { return storage_ != nothing && as<dom::element>(storage_).is_string(); }
bool Node::is_null() const noexcept { return storage_ != nothing && as<dom::element>(storage_).is_null(); }

Node Node::operator[](std::string_view key) const noexcept {
  dom::object object;
  dom::element found;
  if (storage_ == nothing || as<dom::element>(storage_).get(object) || object.at_key(key).get(found)) return {};
  return Node(store(found));
}

Node Node::at(std::size_t index) const noexcept {
  dom::array array;
  dom::element found;
  if (storage_ == nothing || as<dom::element>(storage_).get(array) || array.at(index).get(found)) return {};
  return Node(store(found));
}

std::optional<std::string_view> Node::string() const noexcept {
  std::string_view value;
  if (storage_ == nothing || as<dom::element>(storage_).get(value)) return std::nullopt;
  return value;
}

std::string_view Node::text() const noexcept {
  std::string_view value;
  if (storage_ == nothing || as<dom::element>(storage_).get(value)) return {};
  return value;
}

std::optional<std::int64_t> Node::integer() const noexcept {
  if (storage_ == nothing) return std::nullopt;
  const auto element = as<dom::element>(storage_);
  std::int64_t value = 0;
  if (!element.get(value)) return value;
  double number = 0;
  constexpr double limit = 9223372036854775808.0;  // 2^63
  if (element.get(number) || std::trunc(number) != number || number < -limit || number >= limit) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

std::optional<double> Node::number() const noexcept {
  double value = 0;
  if (storage_ == nothing || as<dom::element>(storage_).get(value)) return std::nullopt;
  return value;
}

std::optional<bool> Node::boolean() const noexcept {
  bool value = false;
  if (storage_ == nothing || as<dom::element>(storage_).get(value)) return std::nullopt;
  return value;
}

Elements Node::elements() const noexcept {
  Elements range;
  dom::array array;
  if (storage_ == nothing || as<dom::element>(storage_).get(array)) return range;
  range.begin_ = store(array.begin());
  range.end_ = store(array.end());
  return range;
}

Members Node::members() const noexcept {
  Members range;
  dom::object object;
  if (storage_ == nothing || as<dom::element>(storage_).get(object)) return range;
  range.begin_ = store(object.begin());
  range.end_ = store(object.end());
  return range;
}

std::size_t Node::size() const noexcept {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto element : elements()) ++count;
  for ([[maybe_unused]] const auto& member : members()) ++count;
  return count;
}

std::string Node::serialized() const {
  if (storage_ == nothing) return "null";
  return simdjson::minify(as<dom::element>(storage_));
}

Node Elements::Iterator::operator*() const noexcept { return Node(store(*as<dom::array::iterator>(at_))); }

Elements::Iterator& Elements::Iterator::operator++() noexcept {
  auto iterator = as<dom::array::iterator>(at_);
  ++iterator;
  at_ = store(iterator);
  return *this;
}

std::pair<std::string_view, Node> Members::Iterator::operator*() const noexcept {
  const auto iterator = as<dom::object::iterator>(at_);
  return {iterator.key(), Node(store(iterator.value()))};
}

Members::Iterator& Members::Iterator::operator++() noexcept {
  auto iterator = as<dom::object::iterator>(at_);
  ++iterator;
  at_ = store(iterator);
  return *this;
}

class Reader::State {
 public:
  /// Parses a copy, since the parser reads beyond the end of what it is given.
  simdjson::error_code parse(std::string_view text, dom::element& root) {
    buffer_.assign(text).append(simdjson::SIMDJSON_PADDING, ' ');
    if (parser_.capacity() < text.size() || parser_.max_depth() != max_depth) {
      // In powers of two, so that documents that grow do not each cost an allocation.
      const auto error = parser_.allocate(std::bit_ceil(std::max<std::size_t>(text.size(), 1024)), max_depth);
      if (error) return error;
    }
    return parser_.parse(buffer_.data(), text.size(), false).get(root);
  }
  std::size_t capacity() const noexcept { return parser_.capacity() + buffer_.capacity(); }

 private:
  dom::parser parser_;
  std::string buffer_;
};

Reader::Reader() : state_(std::make_unique<State>()) {}
Reader::~Reader() = default;
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;

std::optional<Node> Reader::parse(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  dom::element root;
  auto error = state_->parse(text, root);
  if (may_be_repaired(error)) error = state_->parse(repaired(text), root);
  if (error) {
    error_ = reason(error);
    return std::nullopt;
  }
  error_.clear();
  return Node(store(root));
}

std::size_t Reader::capacity() const noexcept { return state_->capacity(); }

namespace {

/// Readers beyond this size are not kept for the next borrower.
constexpr std::size_t largest_kept_reader = 1024 * 1024;

std::vector<std::unique_ptr<Reader>>& idle_readers() {
  thread_local std::vector<std::unique_ptr<Reader>> readers;
  return readers;
}

}  // namespace

BorrowedReader::BorrowedReader() {
  auto& idle = idle_readers();
  if (idle.empty()) {
    idle.reserve(4);
    reader_ = std::make_unique<Reader>();
  } else {
    reader_ = std::move(idle.back());
    idle.pop_back();
  }
}

BorrowedReader::~BorrowedReader() {
  auto& idle = idle_readers();
  if (reader_->capacity() <= largest_kept_reader && idle.size() < idle.capacity()) idle.push_back(std::move(reader_));
}

}  // namespace fastccg::json
