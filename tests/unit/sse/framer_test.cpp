#include "sse/framer.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace fastccg::sse {
namespace {

using namespace std::string_literals;

class Seen {
 public:
  std::string event, data, id;
  bool outside_standard = false;
  bool unterminated = false;

  friend bool operator==(const Seen&, const Seen&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Seen& seen) {
    return out << '[' << seen.event << '|' << seen.data << '|' << seen.id << '|' << seen.outside_standard
               << seen.unterminated << ']';
  }
};

class Recorder final : public Handler {
 public:
  void on_event(const Event& event) override {
    Seen one;
    one.event = event.event;
    one.data = event.data;
    one.id = event.id;
    one.outside_standard = event.outside_standard;
    one.unterminated = event.unterminated;
    seen.push_back(one);
  }
  std::vector<std::string> data() const {
    std::vector<std::string> all;
    for (const auto& one : seen) all.push_back(one.data);
    return all;
  }

  std::vector<Seen> seen;
};

std::vector<Seen> frame(const std::vector<std::string_view>& pieces) {
  Framer framer;
  Recorder recorder;
  for (const auto piece : pieces) EXPECT_TRUE(framer.feed(piece, recorder));
  framer.finish(recorder);
  EXPECT_EQ(framer.buffered(), 0u);
  return recorder.seen;
}

/// The events of the input, checked to be the same for every way to cut it in two, and for single bytes.
std::vector<Seen> frame(std::string_view input) {
  const auto whole = frame(std::vector<std::string_view>{input});
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < input.size(); ++i) {
    EXPECT_EQ(frame({input.substr(0, i), input.substr(i)}), whole) << "cut at " << i;
    bytes.push_back(input.substr(i, 1));
  }
  EXPECT_EQ(frame(bytes), whole) << "byte by byte";
  return whole;
}

std::vector<std::string> data(std::string_view input) {
  std::vector<std::string> all;
  for (const auto& one : frame(input)) all.push_back(one.data);
  return all;
}

using Data = std::vector<std::string>;

TEST(Framer, simple_event_is_reported) {
  const auto seen = frame("data: a\n\n");
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].event, "message");
  EXPECT_EQ(seen[0].data, "a");
  EXPECT_EQ(seen[0].id, "");
  EXPECT_FALSE(seen[0].outside_standard);
  EXPECT_FALSE(seen[0].unterminated);
}

TEST(Framer, all_line_ends_are_understood_also_mixed) {
  EXPECT_EQ(data("data: a\r\n\r\n"), Data{"a"});
  EXPECT_EQ(data("data: a\r\r"), Data{"a"});
  EXPECT_EQ(data("data: a\r\n\n"), Data{"a"});
  EXPECT_EQ(data("data: a\n\r"), Data{"a"});
  EXPECT_EQ(data("data: a\r\ndata: b\rdata: c\n\r\ndata: d\r\r\n"), (Data{"a\nb\nc", "d"}));
}

TEST(Framer, carriage_return_ends_the_line_without_waiting_for_the_next_byte) {
  Framer framer;
  Recorder recorder;
  framer.feed("data: a\r", recorder);
  EXPECT_TRUE(recorder.seen.empty());
  framer.feed("\r", recorder);
  EXPECT_EQ(recorder.data(), Data{"a"});
  framer.feed("\n", recorder);
  framer.feed("data: b\n\n", recorder);
  EXPECT_EQ(recorder.data(), (Data{"a", "b"}));
}

TEST(Framer, byte_order_mark_at_the_start_is_dropped) {
  EXPECT_EQ(data("\xEF\xBB\xBF"
                 "data: a\n\n"),
            Data{"a"});
}

TEST(Framer, byte_order_mark_elsewhere_is_data) {
  EXPECT_EQ(data("data: \xEF\xBB\xBF"
                 "a\n\n"),
            Data{"\xEF\xBB\xBF"
                 "a"});
  EXPECT_EQ(data("\n\xEF\xBB\xBF"
                 "data: a\n\n"),
            Data{});
  EXPECT_EQ(data("\xEF\xBB"
                 "data: a\n\n"),
            Data{});
}

TEST(Framer, several_data_lines_are_joined_with_line_feeds) { EXPECT_EQ(data("data: a\ndata: b\n\n"), Data{"a\nb"}); }

TEST(Framer, data_without_colon_is_an_empty_line) {
  EXPECT_EQ(data("data\n\n"), Data{""});
  EXPECT_EQ(data("data\ndata\n\n"), Data{"\n"});
  EXPECT_EQ(data("data:\n\n"), Data{""});
}

TEST(Framer, event_without_data_is_not_reported_and_its_type_is_forgotten) {
  const auto seen = frame("event: x\n\ndata: a\n\n");
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].event, "message");
}

TEST(Framer, comments_are_ignored_wherever_they_stand) {
  EXPECT_EQ(data(": c\ndata: a\n: c2\n\n"), Data{"a"});
  EXPECT_EQ(data(": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\ndata: a\n\n"),
            Data{"a"});
  EXPECT_EQ(data(":\n\n"), Data{});
}

TEST(Framer, one_blank_after_the_colon_is_dropped) {
  EXPECT_EQ(data("data:a\n\n"), Data{"a"});
  EXPECT_EQ(data("data:  a\n\n"), Data{" a"});
  EXPECT_EQ(data("data:\ta\n\n"), Data{"\ta"});
}

TEST(Framer, only_the_three_line_ends_break_lines) {
  EXPECT_EQ(data("data: {\"t\":\"\xE2\x80\xA8 \xE2\x80\xA9 \xC2\x85 \v \f\"}\n\n"),
            Data{"{\"t\":\"\xE2\x80\xA8 \xE2\x80\xA9 \xC2\x85 \v \f\"}"});
}

TEST(Framer, characters_of_several_bytes_survive_any_cut) {
  EXPECT_EQ(data("data: \xF0\x9F\x98\x80!\n\n"), Data{"\xF0\x9F\x98\x80!"});
}

TEST(Framer, done_without_blank_line_is_reported_as_unterminated) {
  for (const auto* input : {"data: [DONE]", "data: [DONE]\n", "data: [DONE]\r\n"}) {
    const auto seen = frame(input);
    ASSERT_EQ(seen.size(), 1u) << input;
    EXPECT_EQ(seen[0].data, "[DONE]");
    EXPECT_TRUE(seen[0].unterminated);
  }
}

TEST(Framer, complete_json_without_blank_line_is_reported_as_unterminated) {
  const auto seen = frame("event: x\ndata: {\"a\":[1,\"}\\\"\"]}\n");
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].event, "x");
  EXPECT_TRUE(seen[0].unterminated);
}

TEST(Framer, cut_json_without_blank_line_is_dropped) {
  for (const auto* input : {"data: {\"a\":1", "data: {\"a\":{\"b\":1}", "data: {\"a\":\"}", "data: {}}", "data: text",
                            "data: \"text\"", "data: [DONE", "data:", "data: }", "event: x"})
    EXPECT_EQ(data(input), Data{}) << input;
}

TEST(Framer, field_named_error_is_reported_when_there_is_no_data) {
  const auto seen = frame("error: {\"error\":{\"message\":\"m\"}}\n\n");
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].event, "error");
  EXPECT_EQ(seen[0].data, "{\"error\":{\"message\":\"m\"}}");
  EXPECT_TRUE(seen[0].outside_standard);
  EXPECT_FALSE(seen[0].unterminated);
}

TEST(Framer, field_named_error_survives_the_end_of_the_stream) {
  const auto seen = frame("error: {\"error\":\"m\"}");
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].event, "error");
  EXPECT_TRUE(seen[0].unterminated);
}

TEST(Framer, data_wins_over_what_stands_beside_it) {
  const auto seen = frame("error: e\n{\"bare\":1}\ndata: a\n\n");
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].data, "a");
  EXPECT_FALSE(seen[0].outside_standard);
}

TEST(Framer, bare_json_is_reported) {
  const auto seen = frame("{\"error\":{\"code\":503}}");
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].event, "message");
  EXPECT_EQ(seen[0].data, "{\"error\":{\"code\":503}}");
  EXPECT_TRUE(seen[0].outside_standard);
}

TEST(Framer, bare_json_over_several_lines_is_reported_whole) {
  const auto seen = frame("data: a\n\n{\n  \"error\": {\n    \"code\": 503\n  }\n}\n\ndata: b\n\n");
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[1].data, "{\n  \"error\": {\n    \"code\": 503\n  }\n}");
  EXPECT_EQ(seen[2].data, "b");
}

TEST(Framer, unknown_fields_are_ignored) {
  EXPECT_EQ(data("DATA: a\n\n"), Data{});
  EXPECT_EQ(data("foo: a\nbar\n data: x\ndata: b\n\n"), Data{"b"});
  EXPECT_EQ(data("retry: 12a\n\nretry: 12\n\n"), Data{});
}

TEST(Framer, id_persists_and_one_with_nul_is_ignored) {
  const auto seen = frame("id: 1\ndata: a\n\nid: 2\0x\ndata: b\n\nid\ndata: c\n\n"s);
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[0].id, "1");
  EXPECT_EQ(seen[1].id, "1");
  EXPECT_EQ(seen[2].id, "");
}

TEST(Framer, last_event_line_wins) {
  const auto seen = frame("event: x\nevent: y\ndata: a\n\n");
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].event, "y");
}

TEST(Framer, empty_feed_changes_nothing) {
  EXPECT_EQ(frame({"", "da", "", "ta: a\r", "", "\n", "", "\n"}), frame("data: a\n\n"));
}

TEST(Framer, whole_event_in_one_feed_is_not_copied) {
  class Pointer final : public Handler {
   public:
    void on_event(const Event& event) override { at = event.data.data(); }
    const char* at = nullptr;
  };
  const std::string input = "event: x\ndata: hello\n\n";
  Framer framer;
  Pointer pointer;
  framer.feed(input, pointer);
  EXPECT_EQ(pointer.at, input.data() + input.find("hello"));
}

TEST(Framer, ten_thousand_comments_hold_no_memory) {
  Framer framer;
  Recorder recorder;
  for (int i = 0; i < 10'000; ++i) framer.feed(": a comment that is thrown away\n", recorder);
  EXPECT_EQ(framer.buffered(), 0u);
  framer.feed("data: a\n\n", recorder);
  EXPECT_EQ(recorder.data(), Data{"a"});
}

double seconds_for_line(std::size_t size) {
  const std::string piece(4096, 'x');
  Framer framer(size + 100);
  Recorder recorder;
  const auto start = std::chrono::steady_clock::now();
  framer.feed("data: ", recorder);
  for (std::size_t sent = 0; sent < size; sent += piece.size()) framer.feed(piece, recorder);
  framer.feed("\n\n", recorder);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(recorder.seen.size(), 1u);
  EXPECT_GE(recorder.seen[0].data.size(), size);
  return elapsed.count();
}

TEST(Framer, huge_line_in_small_pieces_takes_linear_time) {
  // Quadratic time would be minutes.
  EXPECT_LT(seconds_for_line(70 * 1024 * 1024), 20.0);
}

TEST(Framer, many_short_lines_without_line_feed_take_linear_time) {
  std::string input;
  for (int i = 0; i < 200'000; ++i) input += "data: a\r\r";
  Framer framer;
  Recorder recorder;
  const auto start = std::chrono::steady_clock::now();
  framer.feed(input, recorder);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(recorder.seen.size(), 200'000u);
  EXPECT_LT(elapsed.count(), 10.0);
}

/// Feeds piece by piece, and returns whether the last one was still accepted.
bool accepts(std::string_view input, std::size_t piece, Recorder& recorder) {
  Framer framer(10);
  bool good = true;
  for (std::size_t i = 0; i < input.size(); i += piece) good = framer.feed(input.substr(i, piece), recorder);
  EXPECT_EQ(framer.too_large(), !good);
  framer.finish(recorder);
  return good;
}

TEST(Framer, limit_is_met_at_the_same_place_however_the_bytes_are_cut) {
  for (std::size_t piece = 1; piece < 30; ++piece) {
    Recorder recorder;
    EXPECT_TRUE(accepts("data: 1234\n\ndata: 5678\n\n", piece, recorder)) << piece;
    EXPECT_EQ(recorder.data(), (Data{"1234", "5678"})) << piece;

    Recorder too_long_line;
    EXPECT_FALSE(accepts("data: 1\n\ndata: 12345\n\ndata: 2\n\n", piece, too_long_line)) << piece;
    EXPECT_EQ(too_long_line.data(), Data{"1"}) << piece;

    Recorder too_many_lines;
    EXPECT_FALSE(accepts("data: 1\n\ndata:123\ndata:456\ndata:789\n\n", piece, too_many_lines)) << piece;
    EXPECT_EQ(too_many_lines.data(), Data{"1"}) << piece;

    Recorder too_much_outside;
    EXPECT_FALSE(accepts("data: 1\n\n{123\n456\n789\n012\n\n", piece, too_much_outside)) << piece;
    EXPECT_EQ(too_much_outside.data(), Data{"1"}) << piece;
  }
}

TEST(Framer, too_large_stays_so) {
  Framer framer(10);
  Recorder recorder;
  EXPECT_FALSE(framer.feed("data: 12345678\n\n", recorder));
  EXPECT_FALSE(framer.feed("data: a\n\n", recorder));
  framer.finish(recorder);
  EXPECT_TRUE(framer.too_large());
  EXPECT_EQ(framer.buffered(), 0u);
  EXPECT_TRUE(recorder.seen.empty());
}

TEST(Framer, random_input_gives_the_same_events_for_random_cuts) {
  std::mt19937 random(1);
  const std::vector<std::string> words{"data",
                                       "data: ",
                                       "event:",
                                       "error: ",
                                       "id: ",
                                       ":",
                                       "\n",
                                       "\r",
                                       "\r\n",
                                       "\n\n",
                                       " ",
                                       "{",
                                       "}",
                                       "[DONE]",
                                       "\"",
                                       "\\",
                                       "x",
                                       "\xEF\xBB\xBF",
                                       "\xF0\x9F\x98\x80",
                                       "\0"s};
  for (int round = 0; round < 3000; ++round) {
    std::string input;
    for (int i = 0; i < 25; ++i) input += words[random() % words.size()];
    const auto whole = frame(std::vector<std::string_view>{input});
    std::vector<std::string_view> pieces;
    for (std::string_view rest = input; !rest.empty();) {
      const auto size = std::min<std::size_t>(rest.size(), 1 + random() % 7);
      pieces.push_back(rest.substr(0, size));
      rest.remove_prefix(size);
    }
    ASSERT_EQ(frame(pieces), whole) << input;
  }
}

}  // namespace
}  // namespace fastccg::sse
