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
  bool too_large_ = false;
};

}  // namespace fastccg::sse
