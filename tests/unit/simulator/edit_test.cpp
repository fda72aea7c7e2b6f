#include <gtest/gtest.h>

#include <algorithm>

#include "chat_helpers.hpp"

using fastccg::Fault;
using fastccg::Simulator;
using fastccg::SimulatorOptions;
using namespace simulator_test;
using namespace std::chrono_literals;

namespace {

RawAnswer answer_with(const std::string& fault, bool stream) {
  const Simulator simulator(SimulatorOptions().faults(Fault::parse_list(fault)));
  return ask(simulator, chat_body("count to 30", stream ? R"(,"stream":true)" : ""));
}

RawAnswer faultless(bool stream) {
  const Simulator simulator;
  return ask(simulator, chat_body("count to 30", stream ? R"(,"stream":true)" : ""));
}

std::string bytes_of_endless(const std::string& fault, bool stream, std::size_t enough) {
  const Simulator simulator(SimulatorOptions().fault(Fault(fault)));
  RawClient client(simulator.port());
  client.send(post_request(chat_path, chat_body("count to 5", stream ? R"(,"stream":true)" : "")));
  std::string bytes;
  while (bytes.size() < enough) {
    const auto some = client.read_some().bytes;
    if (some.empty()) return "ended after " + bytes;
    bytes += some;
  }
  client.close();
  EXPECT_TRUE(simulator.wait_for_open_connections(0));
  return bytes;
}

}  // namespace

TEST(EditedEvents, one_can_come_twice) {
  const auto good = faultless(true).events();
  const auto events = answer_with("duplicate-event;events=3", true).events();
  ASSERT_EQ(events.size(), good.size() + 1);
  EXPECT_EQ(events[3], good[3]);
  EXPECT_EQ(events[4], good[3]);
  EXPECT_EQ(events[5], good[4]);
}

TEST(EditedEvents, two_can_change_places) {
  const auto good = faultless(true).events();
  const auto events = answer_with("swap-events;events=3", true).events();
  ASSERT_EQ(events.size(), good.size());
  EXPECT_EQ(events[3], good[4]);
  EXPECT_EQ(events[4], good[3]);
  EXPECT_EQ(events[5], good[5]);
}

TEST(EditedEvents, places_beyond_the_end_change_nothing) {
  EXPECT_EQ(answer_with("duplicate-event;events=5000,swap-events;events=5000", true).bytes, faultless(true).bytes);
  EXPECT_EQ(answer_with("duplicate-event,swap-events,unknown-event", false).bytes, faultless(false).bytes);
}

TEST(EditedEvents, one_of_an_unknown_kind_can_stand_between) {
  const auto good = faultless(true).events();
  auto events = answer_with("unknown-event;events=2", true).events();
  ASSERT_EQ(events.size(), good.size() + 1);
  EXPECT_EQ(at(events[2], "/type"), "simulator.novelty");
  events.erase(events.begin() + 2);
  EXPECT_EQ(events, good);
}

TEST(EditedText, can_hold_bytes_that_are_no_utf8) {
  const auto stream = answer_with("invalid-utf8;events=2", true);
  EXPECT_NE(stream.events()[2].find("\"content\":\"\xC3\x28\xFF"), std::string::npos);
  EXPECT_EQ(stream.events().size(), faultless(true).events().size());
  EXPECT_NE(answer_with("invalid-utf8", false).body.find("\"content\":\"\xC3\x28\xFF"), std::string::npos);
  EXPECT_NE(answer_with("500,invalid-utf8", false).body.find("\"message\":\"\xC3\x28\xFF"), std::string::npos);
}

TEST(EditedText, a_huge_line_is_a_comment) {
  const auto stream = answer_with("huge-line;bytes=2000000", true);
  EXPECT_EQ(stream.body.rfind(": xxx", 0), 0U);
  EXPECT_GT(stream.body.find('\n'), 2'000'000U);
  EXPECT_EQ(stream.events(), faultless(true).events());
  const auto whole = answer_with("huge-line;bytes=2000000", false);
  EXPECT_GT(whole.body.size(), 2'000'000U);
  EXPECT_EQ(content(whole), content(faultless(false)));
}

TEST(EditedBody, can_end_with_the_connection_alone) {
  const auto stream = answer_with("close-delimited", true);
  EXPECT_EQ(stream.header("content-length") + stream.header("transfer-encoding"), "");
  EXPECT_TRUE(stream.closed);
  EXPECT_EQ(stream.events(), faultless(true).events());
  const auto whole = answer_with("close-delimited", false);
  EXPECT_EQ(whole.header("content-length"), "");
  EXPECT_TRUE(whole.closed);
  EXPECT_EQ(content(whole), content(faultless(false)));
}

TEST(EditedBody, can_be_cut_without_a_length_that_tells) {
  const auto whole = answer_with("close-delimited,truncate;bytes=20", false);
  EXPECT_TRUE(whole.closed);
  EXPECT_EQ(whole.body, faultless(false).body.substr(0, 20));
}

TEST(EditedBody, a_whole_answer_can_be_endless) {
  const auto bytes = bytes_of_endless("endless", false, 500'000);
  EXPECT_NE(bytes.find("chat.completion"), std::string::npos);
  EXPECT_NE(bytes.find(std::string(1000, ' ')), std::string::npos);
}

TEST(Heartbeats, can_be_all_that_comes) {
  const auto stream = bytes_of_endless("heartbeats-only;delay-ms=1", true, 1000);
  EXPECT_NE(stream.find(": keep-alive\n\n"), std::string::npos);
  EXPECT_EQ(stream.find("data:"), std::string::npos);
  const auto whole = bytes_of_endless("heartbeats-only;delay-ms=1", false, 1000);
  EXPECT_NE(whole.find("1\r\n\n\r\n1\r\n\n\r\n"), std::string::npos);
  EXPECT_EQ(whole.find("chat.completion"), std::string::npos);
}

TEST(ErrorPages, name_their_status) {
  const auto page = answer_with("status;code=504;html=1", false);
  EXPECT_EQ(page.header("content-type"), "text/html");
  EXPECT_NE(page.body.find("<title>504 Gateway Timeout</title>"), std::string::npos);
}
