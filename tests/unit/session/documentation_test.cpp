#include <gtest/gtest.h>

#include <set>

#include "documented.hpp"
#include "session/journal.hpp"
#include "session/session.hpp"

namespace fastccg::session {
namespace {

TEST(SessionDocumentation, example_is_what_would_be_saved) {
  const auto example = testing::documented_block("session-format.md", "json");
  EXPECT_EQ(render(parse(example)), example);
}

TEST(SessionDocumentation, example_has_every_kind_of_part) {
  const auto state = parse(testing::documented_block("session-format.md", "json"));
  std::set<std::size_t> kinds;
  for (const auto& turn : state.turns)
    for (const auto& message : turn->messages)
      for (const auto& part : message.parts) kinds.insert(part.index());
  EXPECT_EQ(kinds.size(), std::variant_size_v<Part>);
}

TEST(SessionDocumentation, example_of_a_journal_is_what_would_be_written) {
  const auto example = testing::documented_block("session-format.md", "jsonl");
  const auto found = recover(example);
  ASSERT_EQ(found.image.turns.size(), 1u);
  std::string written;
  render_journal_header(written, found.image.name);
  std::string entry;
  render_entry(entry, SettingsText(found.image.settings));
  render_record(written, 1, entry);
  entry.clear();
  render_entry(entry, found.image.turns[0]);
  render_record(written, 2, entry);
  EXPECT_EQ(written, example);
}

}  // namespace
}  // namespace fastccg::session
