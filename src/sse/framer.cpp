#include "sse/framer.hpp"

#include <algorithm>
#include <cstring>

namespace fastccg::sse {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view blanks = " \t\r\n";
/// Buffers larger than this are given back after the event that needed them.
constexpr std::size_t largest_kept_buffer = 1024 * 1024;

std::string_view trimmed(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Finds the ends of lines. Each byte is looked at once for either kind, also if only one kind occurs.
class LineEnds {
 public:
  explicit LineEnds(std::string_view bytes) noexcept : bytes_(bytes) {}

  std::size_t next(std::size_t from) noexcept {
    return std::min(next(line_feed_, '\n', from), next(return_, '\r', from));
  }

 private:
  std::size_t next(std::size_t& cached, char what, std::size_t from) const noexcept {
    if (cached < from || !searched(cached)) cached = find(what, from);
    return cached;
  }
  static bool searched(std::size_t cached) noexcept { return cached != unknown; }
  std::size_t find(char what, std::size_t from) const noexcept {
    if (from >= bytes_.size()) return bytes_.size();
    const void* found = std::memchr(bytes_.data() + from, what, bytes_.size() - from);
    return found ? static_cast<std::size_t>(static_cast<const char*>(found) - bytes_.data()) : bytes_.size();
  }

  static constexpr std::size_t unknown = static_cast<std::size_t>(-1);
  std::string_view bytes_;
  std::size_t line_feed_ = unknown;
  std::size_t return_ = unknown;
};

/// Whether the text is an object or an array with all its brackets closed, and nothing after it.
bool is_complete_json(std::string_view text) noexcept {
  if (text.empty() || (text.front() != '{' && text.front() != '[')) return false;
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return i + 1 == text.size();
    }
  }
  return false;
}

bool may_begin_bare_json(std::string_view line) noexcept {
  line = trimmed(line);
  return line.starts_with('{') || line.starts_with('[') || line.starts_with("\"error\"");
}

}  // namespace

Framer::Framer(std::size_t max_event) : max_event_(max_event) {}

bool Framer::feed(std::string_view bytes, Handler& handler) {
  if (too_large_) return false;
  if (mark_seen_ < byte_order_mark.size()) bytes = after_byte_order_mark(bytes);
  if (bytes.empty()) return true;
  if (skip_line_feed_) {
    skip_line_feed_ = false;
    if (bytes.front() == '\n') bytes.remove_prefix(1);
  }

  LineEnds ends(bytes);
  std::size_t begin = 0;
  for (auto end = ends.next(begin); end < bytes.size(); end = ends.next(begin)) {
    const auto line = bytes.substr(begin, end - begin);
    begin = end + 1;
    if (bytes[end] == '\r') {
      if (begin == bytes.size())
        skip_line_feed_ = true;
      else if (bytes[begin] == '\n')
        ++begin;
    }
    if (!take_line(line, false, handler)) return false;
  }

  pending_ += bytes.substr(std::min(begin, bytes.size()));
  too_large_ = pending_.size() > max_event_;
  if (data_where_ == Where::feed) keep_data();
  if (too_large_) clear();
  return !too_large_;
}

void Framer::finish(Handler& handler) {
  if (too_large_) return;
  if (mark_seen_ < byte_order_mark.size()) pending_.assign(byte_order_mark, 0, mark_seen_);
  mark_seen_ = byte_order_mark.size();
  if (!pending_.empty() && !take_line({}, true, handler)) return;

  const auto text = trimmed(data_where_ != Where::none ? data() : std::string_view(outside_));
  if (text == "[DONE]" || is_complete_json(text)) dispatch(handler, true);
  clear();
}

std::size_t Framer::buffered() const noexcept {
  return pending_.size() + outside_.size() + (data_where_ == Where::buffer ? data_.size() - data_begin_ : 0);
}

/// Drops the mark if it stands at the very start, wherever it is cut.
std::string_view Framer::after_byte_order_mark(std::string_view bytes) {
  while (!bytes.empty() && mark_seen_ < byte_order_mark.size()) {
    if (bytes.front() != byte_order_mark[mark_seen_]) {
      pending_.assign(byte_order_mark, 0, mark_seen_);
      mark_seen_ = byte_order_mark.size();
      break;
    }
    bytes.remove_prefix(1);
    ++mark_seen_;
  }
  return bytes;
}

/// Takes one line without its end. With `in_pending`, or if there is a pending beginning, the line is `pending_`.
bool Framer::take_line(std::string_view line, bool in_pending, Handler& handler) {
  if (!pending_.empty()) {
    pending_ += line;
    line = pending_;
    in_pending = true;
  }
  if (line.size() > max_event_) {
    too_large_ = true;
  } else if (line.empty()) {
    dispatch(handler, false);
  } else {
    take_field(line, in_pending);
  }
  pending_.clear();
  if (too_large_) clear();
  return !too_large_;
}

void Framer::take_field(std::string_view line, bool in_pending) {
  if (line.front() == ':') return;
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);

  if (name == "data") {
    take_data(value, in_pending);
  } else if (name == "event") {
    event_ = value;
  } else if (name == "id") {
    if (value.find('\0') == std::string_view::npos) id_ = value;
  } else if (name == "error") {
    take_outside(value, true);
  } else if (name != "retry" && ((has_outside_ && !outside_is_error_) || may_begin_bare_json(line))) {
    take_outside(line, false);
  }
}

void Framer::take_data(std::string_view value, bool in_pending) {
  event_size_ += value.size() + 1;
  if (event_size_ - 1 > max_event_) {
    too_large_ = true;
    return;
  }
  if (data_where_ != Where::none) {
    keep_data();
    data_ += '\n';
    data_ += value;
  } else if (in_pending) {
    // The line is a buffer already: take it as it is, however large, instead of copying it.
    data_begin_ = pending_.size() - value.size();
    std::swap(data_, pending_);
    data_where_ = Where::buffer;
  } else {
    data_in_feed_ = value;
    data_where_ = Where::feed;
  }
}

void Framer::take_outside(std::string_view text, bool is_error_field) {
  event_size_ += text.size() + 1;
  if (event_size_ - 1 > max_event_) {
    too_large_ = true;
    return;
  }
  if (is_error_field && !outside_is_error_) outside_.clear();
  if (!is_error_field && outside_is_error_) return;
  if (!outside_.empty()) outside_ += '\n';
  outside_ += text;
  has_outside_ = true;
  outside_is_error_ = is_error_field;
}

void Framer::dispatch(Handler& handler, bool unterminated) {
  if (data_where_ != Where::none || has_outside_) {
    Event event;
    event.outside_standard = data_where_ == Where::none;
    event.data = event.outside_standard ? std::string_view(outside_) : data();
    event.event = event.outside_standard && outside_is_error_ ? std::string_view("error")
                  : event_.empty()                            ? std::string_view("message")
                                                              : std::string_view(event_);
    event.id = id_;
    event.unterminated = unterminated;
    handler.on_event(event);
  }
  clear();
}

std::string_view Framer::data() const noexcept {
  if (data_where_ == Where::feed) return data_in_feed_;
  return std::string_view(data_).substr(data_begin_);
}

/// Makes `data_` own the data, so that the bytes fed may go away.
void Framer::keep_data() {
  if (data_where_ != Where::feed) return;
  data_ = data_in_feed_;
  data_begin_ = 0;
  data_where_ = Where::buffer;
}

/// Forgets the event that was being put together; the last id stays.
void Framer::clear() noexcept {
  event_size_ = 0;
  event_.clear();
  outside_.clear();
  data_.clear();
  data_begin_ = 0;
  data_in_feed_ = {};
  data_where_ = Where::none;
  has_outside_ = outside_is_error_ = false;
  for (auto* buffer : {&event_, &outside_, &data_, &pending_})
    if (buffer->empty() && buffer->capacity() > largest_kept_buffer) std::string().swap(*buffer);
  if (too_large_) std::string().swap(pending_);
}

}  // namespace fastccg::sse
