#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace fastccg::json {

/// Where and why a text is not JSON.
class SyntaxError {
 public:
  SyntaxError(std::size_t line_, std::size_t column_, std::string message_)
      : line(line_), column(column_), message(std::move(message_)) {}

  std::size_t line;    ///< Counted from 1.
  std::size_t column;  ///< Counted from 1, in characters.
  std::string message;
};

/// How deeply arrays and objects may stand in each other. The parser is recursive, so this bounds its stack.
inline constexpr std::size_t max_depth = 256;

/// Reads one JSON value into `value`, whose memory comes from `storage`. Stricter than the JSON library alone: a key that
/// stands twice in an object is an error, and numbers are rounded correctly. A byte order mark is skipped.
std::optional<SyntaxError> parse_value(std::string_view text, boost::json::storage_ptr storage,
                                       boost::json::value& value);

/// A name from the text as it can stand in an error: whatever it is, it stays short and in one line.
std::string shown(std::string_view name);

}  // namespace fastccg::json
