#include "session/journal.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "samples.hpp"
#include "session/checksum.hpp"
#include "session/format.hpp"

namespace fastccg::session {
namespace {

std::shared_ptr<const Turn> turn_of(const std::string& question, const std::string& answer) {
  Turn turn;
  turn.messages = {Message::user(question), Message::assistant(answer)};
  return std::make_shared<const Turn>(std::move(turn));
}

std::string record(std::uint64_t number, const std::vector<JournalEntry>& entries) {
  std::string list;
  for (const auto& entry : entries) {
    if (!list.empty()) list += ", ";
    render_entry(list, entry);
  }
  std::string text;
  render_record(text, number, list);
  return text;
}

std::string header() {
  std::string text;
  render_journal_header(text, "openai/gpt-4o");
  return text;
}

/// A journal of three turns, each in a record of its own.
class Sample {
 public:
  Sample() {
    records.push_back(header());
    records.push_back(
        record(1, {SettingsText(R"({"sys_prompt": "Be \"crc\" brief."})"), PlacedTurn(0, turn_of("a", "A"))}));
    records.push_back(record(2, {PlacedTurn(1, turn_of("b {\"crc\":\"", "B\n"))}));
    records.push_back(record(3, {PlacedTurn(2, turn_of("c", "C"))}));
    for (const auto& line : records) text += line;
  }

  std::vector<std::string> records;
  std::string text;
};

std::string message_of(const std::string& text) {
  try {
    recover(text);
  } catch (const SessionError& error) {
    return error.error().message;
  }
  return "no error";
}

std::vector<std::string> questions(const RecoveredJournal& journal) {
  std::vector<std::string> texts;
  for (const auto& placed : journal.image.turns) texts.push_back(placed.turn->messages.at(0).text());
  return texts;
}

TEST(Checksum, is_crc_32c) {
  EXPECT_EQ(crc32c(""), 0u);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAu);
}

TEST(Journal, entries_come_back_in_the_order_in_which_things_were_asked) {
  const auto text = header() + record(1, {PlacedTurn(5, turn_of("asked later", ""))}) +
                    record(2, {PlacedTurn(2, turn_of("asked first", ""))});
  EXPECT_EQ(questions(recover(text)), (std::vector<std::string>{"asked first", "asked later"}));
}

TEST(Journal, all_that_a_turn_can_hold_comes_back) {
  const auto full = samples::full();
  std::vector<JournalEntry> entries;
  SettingsText settings("");
  render_settings(settings.json, full.settings, 0);
  entries.emplace_back(settings);
  for (std::size_t i = 0; i < full.turns.size(); ++i) entries.emplace_back(PlacedTurn(i, full.turns[i]));
  const auto found = recover(header() + record(1, entries));
  ASSERT_EQ(found.image.turns.size(), full.turns.size());
  for (std::size_t i = 0; i < full.turns.size(); ++i) {
    EXPECT_TRUE(found.image.turns[i].turn->messages == full.turns[i]->messages) << i;
    EXPECT_EQ(found.image.turns[i].turn->interrupted, full.turns[i]->interrupted);
  }
  EXPECT_EQ(found.image.settings, settings.json);
}

TEST(Journal, cleared_conversation_stays_cleared) {
  const Sample sample;
  const auto text = sample.text + record(4, {Cleared(), PlacedTurn(9, turn_of("new", ""))});
  const auto found = recover(text);
  EXPECT_EQ(questions(found), std::vector<std::string>{"new"});
  EXPECT_EQ(found.image.settings, "{}");
  EXPECT_TRUE(found.settings == Settings());
}

TEST(Journal, each_line_is_json_of_its_own) {
  for (const auto& line : Sample().records) {
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_NO_THROW(json::Document(line, json::Document::Source(ErrorKind::session, "a line", "")));
  }
}

TEST(Journal, cut_at_each_byte_loses_nothing_before_the_cut_and_invents_nothing) {
  const Sample sample;
  std::size_t whole = sample.records[0].size();
  std::size_t turns = 0;
  for (std::size_t i = 1; i < sample.records.size(); ++i) {
    for (std::size_t cut = whole; cut < whole + sample.records[i].size(); ++cut) {
      const auto found = recover(std::string_view(sample.text).substr(0, cut));
      ASSERT_EQ(found.image.turns.size(), turns) << cut;
      ASSERT_EQ(found.warnings.size(), cut == whole ? 0u : 1u) << cut;
      ASSERT_EQ(found.sound_bytes, whole);
    }
    whole += sample.records[i].size();
    ++turns;
  }
}

TEST(Journal, cut_in_the_first_line_is_an_error) {
  const auto text = header();
  for (std::size_t cut = 0; cut < text.size(); ++cut)
    ASSERT_THROW(recover(std::string_view(text).substr(0, cut)), SessionError) << cut;
}

TEST(Journal, flipped_bit_before_the_last_record_is_an_error_with_its_place) {
  const Sample sample;
  const auto last = sample.text.size() - sample.records.back().size();
  for (std::size_t at = 0; at < last; ++at)
    for (const char bit : {'\x01', '\x20', '\x80'}) {
      auto text = sample.text;
      text[at] = static_cast<char>(text[at] ^ bit);
      ASSERT_THROW(recover(text), SessionError) << at;
    }
  auto text = sample.text;
  text[sample.records[0].size() + 50] ^= 1;
  EXPECT_NE(message_of(text).find("line 2, byte " + std::to_string(sample.records[0].size())), std::string::npos)
      << message_of(text);
}

TEST(Journal, flipped_bit_in_the_last_record_costs_that_record_and_is_told) {
  const Sample sample;
  const auto last = sample.text.size() - sample.records.back().size();
  for (std::size_t at = last; at < sample.text.size(); ++at) {
    auto text = sample.text;
    text[at] = static_cast<char>(text[at] ^ 4);
    const auto found = recover(text);
    ASSERT_EQ(found.image.turns.size(), 2u) << at;
    ASSERT_EQ(found.warnings.size(), 1u) << at;
  }
}

TEST(Journal, end_of_zeros_is_a_torn_end) {
  const Sample sample;
  const auto found = recover(sample.text + std::string(5000, '\0'));
  EXPECT_EQ(found.image.turns.size(), 3u);
  ASSERT_EQ(found.warnings.size(), 1u);
  EXPECT_NE(found.warnings[0].message.find("5000 bytes"), std::string::npos);
}

TEST(Journal, lost_or_repeated_line_is_an_error) {
  const Sample sample;
  const auto& lines = sample.records;
  EXPECT_NE(message_of(lines[0] + lines[1] + lines[3]).find("a line was lost or stands twice"), std::string::npos);
  EXPECT_NE(message_of(lines[0] + lines[1] + lines[1] + lines[2]).find("line 3"), std::string::npos);
  EXPECT_NE(message_of(lines[1] + lines[2]).find("line 1"), std::string::npos);
}

TEST(Journal, newer_version_says_to_update) {
  std::string content = R"("n": 0, "format": "fastccg-journal", "version": 7, "name": "a/b"})"
                        "\n";
  char crc[9];
  std::snprintf(crc, sizeof crc, "%08x", crc32c(content));
  const auto text = std::string("{\"crc\":\"") + crc + "\",\"size\":" + std::to_string(content.size()) + "," + content;
  EXPECT_NE(message_of(text).find("version 7"), std::string::npos);
  EXPECT_NE(message_of(text).find("update FastCCG"), std::string::npos);
}

TEST(Journal, many_beginnings_of_records_are_refused_in_little_time) {
  // Each line says of itself that it ends with the line that comes 20,000 lines later.
  std::string text = header();
  while (text.size() < 4'000'000) text += "{\"crc\":\"00000000\",\"size\":679968,}\n";
  EXPECT_NE(message_of(text).find("line 2"), std::string::npos);
}

TEST(Journal, is_told_from_a_session_file) {
  EXPECT_TRUE(is_journal(Sample().text));
  auto damaged = Sample().text;
  damaged[2] = 'X';
  EXPECT_TRUE(is_journal(damaged));
  EXPECT_FALSE(is_journal(render(samples::full())));
  EXPECT_FALSE(is_journal(""));
}

}  // namespace
}  // namespace fastccg::session
