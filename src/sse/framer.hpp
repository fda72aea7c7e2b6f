#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fastccg::sse {

/// One dispatched event. The views are valid until the handler returns.
class Event {
 public:
  Event() = default;

  std::string_view event;  ///< The event's type; "message" if none was given, "error" for `error_field` events.
  std::string_view data;   ///< The data lines, joined with line feeds.
  std::string_view id;     ///< The last id seen, in this event or before.
  /// Whether `data` did not stand in data lines: it is the value of a field named "error", or text that has no field
  /// at all, such as bare JSON. Some servers report failures like that.
  bool outside_standard = false;
  /// Whether the stream ended before the blank line that ends the event.
  bool unterminated = false;
};

class Handler {
 public:
  virtual ~Handler() = default;
  virtual void on_event(const Event& event) = 0;
};

/// Cuts the bytes of an event stream into events, by the rules of the WHATWG HTML standard, section 9.2.6, and a few
/// indulgences that real servers need. It gives the same events wherever the bytes are cut. It has no idea of what the
/// events mean, does no I/O, and throws nothing of its own.
class Framer {
 public:
  /// `max_event`: how many bytes one event, and so any of its lines, may have.
  explicit Framer(std::size_t max_event = 64 * 1024 * 1024);

  /// Takes the next bytes and reports each event that they complete. Returns false, now and ever after, once an event
  /// exceeds the limit.
  bool feed(std::string_view bytes, Handler& handler);

  /// The stream has ended. An event without its blank line is reported, marked `unterminated`, if its data is "[DONE]"
  /// or starts and ends as a JSON value does; otherwise it is dropped, as the standard says.
  void finish(Handler& handler);

  bool too_large() const noexcept { return too_large_; }
  /// Bytes that are held for an event that is not complete.
  std::size_t buffered() const noexcept;

 private:
  enum class Where { none, feed, buffer };

  std::string_view after_byte_order_mark(std::string_view bytes);
  bool take_line(std::string_view line, bool in_pending, Handler& handler);
  void take_field(std::string_view line, bool in_pending);
  void take_data(std::string_view value, bool in_pending);
  void take_outside(std::string_view text, bool is_error_field);
  void dispatch(Handler& handler, bool unterminated);
  std::string_view data() const noexcept;
  void keep_data();
  void clear() noexcept;

  std::size_t max_event_;
  std::size_t event_size_ = 0;  // of the lines of the event that are kept
  std::size_t mark_seen_ = 0;   // bytes of a byte-order mark at the very start; 3 once that is settled
  std::string pending_;         // the beginning of a line whose end has not arrived
  std::string event_;
  std::string id_;
  std::string outside_;
  std::string data_;               // used when data lies in several lines or feeds
  std::size_t data_begin_ = 0;     // where the data begins in `data_`
  std::string_view data_in_feed_;  // used when it lies whole in the bytes being fed
  Where data_where_ = Where::none;
  bool has_outside_ = false;
  bool outside_is_error_ = false;
  bool skip_line_feed_ = false;  // the last byte was a carriage return that has ended its line
  bool too_large_ = false;
};

}  // namespace fastccg::sse
