#include "session/migrate.hpp"

#include <gtest/gtest.h>

#include <array>
#include <boost/json/value.hpp>
#include <string>

#include "samples.hpp"
#include "session/format.hpp"

namespace fastccg::session {
namespace {

// Two versions before one that is like today's: in the first the model's name was called "model", and in the first two
// the turns stood in an object.

void rename_model(boost::json::object& file) {
  if (const auto* name = file.if_contains("model")) file["name"] = *name;
  file.erase("model");
}

void unwrap_turns(boost::json::object& file) {
  auto* conversation = file.contains("conversation") ? file["conversation"].if_object() : nullptr;
  if (!conversation || !conversation->contains("turns")) return;
  boost::json::value turns = (*conversation)["turns"];
  file["turns"] = std::move(turns);
}

constexpr std::array steps{Migration(1, rename_model), Migration(2, unwrap_turns)};
static_assert(lead_to(steps, 3));
static_assert(!lead_to(steps, 2));
static_assert(!lead_to(std::span(steps).subspan(1), 3));

const std::string turns = R"({"turns": [{"messages": [{"role": "user", "parts": [{"type": "text", "text": "Hi"}]}]}]})";

std::string file(int version, const std::string& members) {
  return R"({"format": "fastccg-session", "version": )" + std::to_string(version) + ", " + members + "}";
}

void expect_whole(const State& state) {
  EXPECT_EQ(state.name, "openai/gpt-4o");
  ASSERT_EQ(state.turns.size(), 1u);
  EXPECT_EQ(state.turns[0]->messages.at(0).text(), "Hi");
}

TEST(Migrate, file_of_the_first_version_goes_through_all_steps) {
  expect_whole(parse_migrated(file(1, R"("model": "openai/gpt-4o", "conversation": )" + turns), steps));
}

TEST(Migrate, file_of_a_later_version_goes_through_the_steps_from_there) {
  expect_whole(parse_migrated(file(2, R"("name": "openai/gpt-4o", "model": "kept", "conversation": )" + turns), steps));
}

TEST(Migrate, file_of_the_current_version_is_left_alone) {
  expect_whole(parse_migrated(
      file(3, R"("name": "openai/gpt-4o", "conversation": {"turns": 5}, )" + turns.substr(1, turns.size() - 2)),
      steps));
}

TEST(Migrate, file_of_a_version_to_come_is_refused) {
  EXPECT_THROW(parse_migrated(file(4, R"("name": "openai/gpt-4o", "turns": [])"), steps), SessionError);
}

TEST(Migrate, damaged_file_of_an_old_version_is_an_error_with_its_field) {
  try {
    parse_migrated(file(1, R"("model": "openai/gpt-4o", "conversation": {"turns": [{"messages": 5}]})"), steps);
    FAIL();
  } catch (const SessionError& error) {
    EXPECT_NE(error.error().message.find("turns[0].messages: must be a list"), std::string::npos) << error.what();
  }
  EXPECT_THROW(parse_migrated(file(1, R"("conversation": [])"), steps), SessionError);
}

TEST(Migrate, today_every_file_that_was_ever_written_loads) {
  EXPECT_EQ(parse(render(samples::full())).turns.size(), samples::full().turns.size());
  static_assert(lead_to(migrations, format_version));
}

}  // namespace
}  // namespace fastccg::session
