#include "json/parse_value.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>
#include <deque>
#include <unordered_set>
#include <utility>
#include <vector>

namespace fastccg::json {

namespace {

using boost::json::error_code;
using View = boost::json::string_view;

/// The keys of the objects that are open, to find those that stand twice.
class Keys {
 public:
  explicit Keys(std::string_view text) : text_(text) {}

  void open() { starts_.push_back(keys_.size()); }

  void close() {
    keys_.resize(starts_.back());
    starts_.pop_back();
    if (!large_.empty() && large_.back().first == starts_.size()) large_.pop_back();
  }

  /// False if the innermost object has the key already.
  bool add(std::string_view key) {
    const auto begin = keys_.begin() + static_cast<std::ptrdiff_t>(starts_.back());
    if (auto* large = large_of_innermost()) {
      if (!large->insert(std::string(key)).second) return false;
    } else if (std::find(begin, keys_.end(), key) != keys_.end()) {
      return false;
    }
    keys_.push_back(lasting(key));
    if (keys_.size() - starts_.back() == linear_limit) make_large();
    return true;
  }

 private:
  using Large = std::unordered_set<std::string>;
  static constexpr std::size_t linear_limit = 32;

  Large* large_of_innermost() {
    return !large_.empty() && large_.back().first == starts_.size() - 1 ? &large_.back().second : nullptr;
  }

  void make_large() {
    Large set;
    for (std::size_t i = starts_.back(); i < keys_.size(); ++i) set.emplace(keys_[i]);
    large_.emplace_back(starts_.size() - 1, std::move(set));
  }

  /// Keys without escapes are views of the text itself; others are in a buffer of the parser's.
  std::string_view lasting(std::string_view key) {
    const std::less_equal<const char*> before;
    if (before(text_.data(), key.data()) && before(key.data() + key.size(), text_.data() + text_.size())) return key;
    return unescaped_.emplace_back(key);
  }

  std::string_view text_;
  std::vector<std::string_view> keys_;
  std::vector<std::size_t> starts_;
  std::vector<std::pair<std::size_t, Large>> large_;  // depth, keys
  std::deque<std::string> unescaped_;
};

/// What the parser calls for each thing that it reads.
class Handler {
 public:
  static constexpr std::size_t max_object_size = boost::json::object::max_size();
  static constexpr std::size_t max_array_size = boost::json::array::max_size();
  static constexpr std::size_t max_key_size = boost::json::string::max_size();
  static constexpr std::size_t max_string_size = boost::json::string::max_size();

  Handler(std::string_view text, boost::json::storage_ptr storage) : keys_(text) { values_.reset(std::move(storage)); }

  boost::json::value release() { return values_.release(); }
  const std::optional<std::string>& duplicate() const noexcept { return duplicate_; }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) {
    keys_.open();
    return true;
  }
  bool on_object_end(std::size_t size, error_code&) {
    keys_.close();
    values_.push_object(size);
    return true;
  }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t size, error_code&) {
    values_.push_array(size);
    return true;
  }

  bool on_key_part(View part, std::size_t, error_code&) {
    key_ += part;
    values_.push_chars(part);
    return true;
  }

  bool on_key(View part, std::size_t, error_code& error) {
    const bool whole = key_.empty();
    if (!whole) key_ += part;
    const std::string_view key = whole ? std::string_view(part.data(), part.size()) : std::string_view(key_);
    if (!keys_.add(key)) {
      duplicate_ = std::string(key);
      error = boost::json::error::syntax;
      return false;
    }
    key_.clear();
    values_.push_key(part);
    return true;
  }

  bool on_string_part(View part, std::size_t, error_code&) {
    values_.push_chars(part);
    return true;
  }
  bool on_string(View part, std::size_t, error_code&) {
    values_.push_string(part);
    return true;
  }
  bool on_number_part(View, error_code&) { return true; }
  bool on_int64(std::int64_t value, View, error_code&) {
    values_.push_int64(value);
    return true;
  }
  bool on_uint64(std::uint64_t value, View, error_code&) {
    values_.push_uint64(value);
    return true;
  }

  bool on_double(double value, View text, error_code&) {
    // The library's own conversion is off by a bit for some numbers, which would then change with every save.
    double exact = value;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), exact);
    values_.push_double(failure == std::errc() && end == text.data() + text.size() ? exact : value);
    return true;
  }

  bool on_bool(bool value, error_code&) {
    values_.push_bool(value);
    return true;
  }
  bool on_null(error_code&) {
    values_.push_null();
    return true;
  }
  bool on_comment_part(View, error_code&) { return true; }
  bool on_comment(View, error_code&) { return true; }

 private:
  boost::json::value_stack values_;
  Keys keys_;
  std::string key_;
  std::optional<std::string> duplicate_;
};

SyntaxError locate(std::string_view text, std::size_t offset, std::string message) {
  const auto before = text.substr(0, offset);
  const auto line = 1 + std::ranges::count(before, '\n');
  const auto line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  const auto is_first_byte = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  const auto column = 1 + std::ranges::count_if(before.substr(line_start), is_first_byte);
  return SyntaxError(static_cast<std::size_t>(line), static_cast<std::size_t>(column), std::move(message));
}

std::string describe_byte(std::string_view text, std::size_t offset) {
  if (offset >= text.size()) return "the text ends too early: it was probably cut off";
  const auto byte = static_cast<unsigned char>(text[offset]);
  if (byte == 0) return "a zero byte: the file is damaged";
  if (byte >= 0x80 || byte < 0x20) return "a byte that cannot stand here (" + std::to_string(byte) + ")";
  return std::string("unexpected '") + static_cast<char>(byte) + "'";
}

std::string describe(const error_code& error, const Handler& handler, std::string_view text, std::size_t offset) {
  if (handler.duplicate()) return "the key \"" + shown(*handler.duplicate()) + "\" stands twice in one object";
  if (error == boost::json::error::too_deep) return "more than " + std::to_string(max_depth) + " levels of nesting";
  if (error == boost::json::error::incomplete) return describe_byte(text, text.size());
  if (error == boost::json::error::syntax) return describe_byte(text, offset);
  if (error == boost::json::error::extra_data) return describe_byte(text, offset) + " after the end of the JSON value";
  return error.message();
}

std::size_t skip_blanks(std::string_view text, std::size_t offset) {
  const auto next = text.find_first_not_of(" \t\r\n", offset);
  return next == std::string_view::npos ? text.size() : next;
}

}  // namespace

std::string shown(std::string_view name) {
  constexpr std::size_t longest = 64;
  std::string text(name.substr(0, longest));
  if (name.size() > longest) {
    const auto is_inside_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
    for (auto end = longest; is_inside_character(name[end]) && !text.empty(); --end) text.pop_back();
    text += "...";
  }
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  return text;
}

std::optional<SyntaxError> parse_value(std::string_view text, boost::json::storage_ptr storage,
                                       boost::json::value& value) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    return SyntaxError(1, 1, "the text is UTF-16, not UTF-8: save it as UTF-8");
  if (skip_blanks(text, 0) == text.size()) return SyntaxError(1, 1, "the text is empty");

  boost::json::parse_options options;
  options.max_depth = max_depth;
  boost::json::basic_parser<Handler> parser(options, text, std::move(storage));
  error_code error;
  auto offset = parser.write_some(false, text.data(), text.size(), error);
  if (!error) {
    offset = skip_blanks(text, offset);
    if (offset < text.size()) error = boost::json::error::extra_data;
  }
  if (error) return locate(text, offset, describe(error, parser.handler(), text, offset));
  value = parser.handler().release();
  return std::nullopt;
}

}  // namespace fastccg::json
