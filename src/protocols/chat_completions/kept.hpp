#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/reply_builder.hpp"
#include "json/reader.hpp"
#include "protocols/shared/free_text_calls.hpp"

namespace fastccg::protocols::chat_completions {

/// Names of opaque parts that rendering knows how to send back.
namespace kinds {
inline constexpr std::string_view audio = "audio";
inline constexpr std::string_view content = "content";                     ///< An element of a content list.
inline constexpr std::string_view custom_call = shared::free_text_call;    ///< An element of `tool_calls`.
inline constexpr std::string_view call_extra = "tool_call.extra_content";  ///< {"call": which, "extra_content": ...}
inline constexpr std::string_view extra_content = "extra_content";         ///< The same member of a message.
inline constexpr std::string_view reasoning_opaque = "reasoning_opaque";   ///< The same; what seals the reasoning.
inline constexpr std::string_view moderation = "moderation";               ///< Of an answer; never goes back.
inline constexpr std::string_view logprobs = "logprobs";                   ///< Of a choice; never goes back.
}  // namespace kinds

/// What an answer has and the neutral model has not, put together again from its pieces.
class Kept {
 public:
  Kept() = default;

  /// A member of a message. Lists grow with each piece; of anything else the last piece counts.
  void member(std::string_view name, const json::Node& value);
  /// A member that each chunk repeats in full.
  void repeated(std::string_view name, const json::Node& value);
  /// Pieces of reasoning that the provider wants back.
  void reasoning_details(const json::Node& list);
  /// A piece of a call of a free-text tool, numbered `index` by the provider.
  void custom_call(std::int64_t index, const json::Node& call);
  void call_extra(std::int64_t call, const json::Node& extra);
  void audio(const json::Node& audio);
  /// Log probabilities of the tokens in one piece.
  void logprobs(const json::Node& logprobs);

  void give_to(ReplyBuilder& reply);

 private:
  /// An object whose text members arrive in pieces.
  class Pieces {
   public:
    explicit Pieces(std::int64_t index_) : index(index_) {}
    void add(const json::Node& object, std::string_view growing);
    std::string serialized() const;

    std::int64_t index;

   private:
    class Member {
     public:
      Member(std::string_view name_, std::string_view value_, bool is_text_)
          : name(name_), value(value_), is_text(is_text_) {}
      std::string name;
      std::string value;  // text, or JSON text
      bool is_text;
    };
    std::vector<Member> members_;
  };

  class Custom {
   public:
    explicit Custom(std::int64_t index_) : index(index_) {}
    std::int64_t index;
    std::string id, name, input;
  };

  class Member {
   public:
    Member(std::string_view name_, std::string json_, std::size_t count_)
        : name(name_), json(std::move(json_)), count(count_) {}
    std::string name;
    std::string json;   // of a list: its elements, without the brackets
    std::size_t count;  // of elements; 0 for what is not a list

    std::string text() const { return count > 0 ? '[' + json + ']' : json; }
  };

  static Member* find(std::vector<Member>& members, std::string_view name) noexcept;
  static void add(std::vector<Member>& members, std::string_view name, const json::Node& value);

  std::vector<Member> members_;
  std::vector<Pieces> details_;
  std::vector<Pieces> audio_;
  std::vector<Custom> custom_;
  std::vector<std::string> extras_;
  std::vector<Member> logprobs_;
};

}  // namespace fastccg::protocols::chat_completions
