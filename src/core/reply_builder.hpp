#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fastccg/error.hpp"
#include "fastccg/reply.hpp"

namespace fastccg {

/// Puts an answer together from what a protocol's decoder reports, the same for whole answers and for streams.
///
/// It is open until the decoder reports the logical end (`complete`) or a failure (`fail`); what is reported after that
/// is ignored. Views passed in are copied.
class ReplyBuilder {
 public:
  /// Hears of each piece at the moment it is reported. Views are valid during the call only.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_text(std::string_view text) = 0;
    virtual void on_reasoning(std::string_view text) = 0;
    virtual void on_refusal(std::string_view text) = 0;
    virtual void on_tool_call(std::size_t index, std::string_view id, std::string_view name) = 0;
    virtual void on_tool_arguments(std::size_t index, std::string_view fragment) = 0;
  };

  /// `provider` is written into the message and into opaque parts. `listener` may be null and must outlive this object.
  /// `position`: how many messages stand before the answer; it keeps ids that are made up apart from those of other
  /// answers.
  explicit ReplyBuilder(std::string provider, Listener* listener = nullptr, std::size_t position = 0);

  // What decoders report. Empty text, ids and names are accepted and change nothing.

  void id(std::string_view id);
  void model(std::string_view model);
  /// Adds to the text that is being written, or begins a new text part after a part of another kind.
  void text(std::string_view text);
  void reasoning(std::string_view text);
  /// Sets what the provider wants back with the reasoning that is being written: JSON text, kept as it is.
  void reasoning_payload(std::string_view json);
  void refusal(std::string_view text);
  /// Begins the tool call that the provider numbers `key`, or completes id and name of one begun before. A call that has
  /// a name and no id gets one, always the same for the same answer at the same position.
  void tool_call(std::int64_t key, std::string_view id, std::string_view name);
  /// Adds to the arguments of the call numbered `key`, which is begun if it was not.
  void tool_arguments(std::int64_t key, std::string_view fragment);
  /// Adds a part that came whole, such as a picture. Listeners do not hear of it.
  void part(Part part);
  /// Adds a part that is not modelled.
  void opaque(std::string_view kind, std::string_view json);
  /// Ends the part that is being written: the next text or reasoning begins a new one.
  void end_part() noexcept;
  /// A snapshot that replaces the one before.
  void usage(const Usage& usage);
  /// What `Reply::raw` is, in place of what it was.
  void raw(std::string_view json);
  /// The answer came in one piece, which is what `Reply::raw` is.
  void whole(std::string_view json);
  void finish(FinishReason reason, std::string_view raw);
  void warn(Warning warning);
  /// The logical end of the answer.
  void complete() noexcept;
  /// The provider reported a failure, or what it sent cannot be understood.
  void fail(Error error);

  bool is_complete() const noexcept { return complete_; }
  const std::optional<Error>& failure() const noexcept { return failure_; }
  bool is_open() const noexcept { return !complete_ && !failure_; }
  /// Whether any text, reasoning, refusal or tool call was reported.
  bool has_output() const noexcept { return pieces_ > 0; }
  /// How many pieces of text, reasoning, refusal, tool calls and other parts were reported.
  std::uint64_t pieces() const noexcept { return pieces_; }
  bool has_finish_reason() const noexcept { return reply_.finish_reason != FinishReason::unknown; }
  bool has_tool_calls() const noexcept { return !calls_.empty(); }
  FinishReason finish_reason() const noexcept { return reply_.finish_reason; }
  const Usage& usage() const noexcept { return reply_.usage; }
  bool is_whole() const noexcept { return is_whole_; }
  /// The text so far, all parts joined.
  std::string partial_text() const { return reply_.message.text(); }

  /// For decoders whose last event repeats the answer with authority: the message so far, to be mended in place.
  Message& message() noexcept { return reply_.message; }

  /// The reply: ids are minted where the provider gave none or the same one twice, and the finish reason and the sums
  /// that the provider left out are derived from the rest. The builder is spent.
  Reply take();

 private:
  class Call {
   public:
    Call(std::int64_t key_, std::size_t part_) : key(key_), part(part_) {}
    std::int64_t key;
    std::size_t part;  // its place in the message
  };

  std::string mint(std::size_t call, std::uint64_t salt) const;
  void mint_ids();
  std::size_t find_call(std::int64_t key) const noexcept;
  std::size_t call_index(std::int64_t key);
  template <class P>
  P& current();

  Reply reply_;
  Listener* listener_;
  std::size_t position_;
  std::vector<Call> calls_;
  bool part_open_ = false;
  std::uint64_t pieces_ = 0;
  bool is_whole_ = false;
  bool complete_ = false;
  std::optional<Error> failure_;
};

}  // namespace fastccg
