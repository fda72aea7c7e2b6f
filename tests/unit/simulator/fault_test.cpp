#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include "chat_helpers.hpp"
#include "source_dir.hpp"

using fastccg::Fault;
using fastccg::Simulator;
using fastccg::SimulatorOptions;
using namespace simulator_test;
using namespace std::chrono_literals;

namespace {

// Asks "count to 30", streamed or whole, of a simulator with that fault.
RawAnswer streamed(const std::string& fault, const std::string& more = "") {
  const Simulator simulator(SimulatorOptions().faults(Fault::parse_list(fault)));
  return ask(simulator, chat_body("count to 30", R"(,"stream":true)" + more));
}

RawAnswer whole(const std::string& fault) {
  const Simulator simulator(SimulatorOptions().faults(Fault::parse_list(fault)));
  return ask(simulator, chat_body("count to 30"));
}

RawAnswer faultless(bool stream) {
  const Simulator simulator;
  return ask(simulator, chat_body("count to 30", stream ? R"(,"stream":true)" : ""));
}

}  // namespace

TEST(FaultText, survives_being_written_and_read) {
  const auto fault = Fault("status;code=503").with("message", "a, b; c=d 100%").with("first", 2);
  EXPECT_EQ(Fault(fault.to_string()).text("message"), "a, b; c=d 100%");
  EXPECT_EQ(Fault(fault.to_string()).to_string(), fault.to_string());
  EXPECT_EQ(Fault("503").to_string(), "status;code=503");
  EXPECT_EQ(Fault::parse_list(" split;max=2 , 500 ").size(), 2U);
}

TEST(FaultText, mistakes_are_explained) {
  const auto complaint = [](const std::string& text) {
    try {
      const Fault fault(text);
      return std::string();
    } catch (const std::invalid_argument& error) {
      return std::string(error.what());
    }
  };
  EXPECT_NE(complaint("stal").find("stall-mid-stream"), std::string::npos);
  EXPECT_NE(complaint("").find("there is no fault ''"), std::string::npos);
  EXPECT_NE(complaint("split;mix=2").find("it has max"), std::string::npos);
  EXPECT_NE(complaint("split;max=two").find("whole number"), std::string::npos);
  EXPECT_NE(complaint("split;max").find("name=value"), std::string::npos);
  EXPECT_NE(complaint("status;code=99").find("between 200 and 599"), std::string::npos);
  EXPECT_NE(complaint("early-response;code=100").find("between 200 and 599"), std::string::npos);
  EXPECT_NE(complaint("content-type;value=a%0D%0Ab").find("control characters"), std::string::npos);
}

TEST(FaultText, help_names_every_fault) { EXPECT_NE(Fault::help().find("  garbage;bytes=256"), std::string::npos); }

TEST(FaultText, the_manual_has_a_row_for_every_fault) {
  std::ifstream file(FASTCCG_SOURCE_DIR "/docs/simulator.md");
  const std::string manual((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  ASSERT_FALSE(manual.empty());
  std::istringstream help(Fault::help());
  for (std::string line; std::getline(help, line);) {
    if (line.rfind("   ", 0) == 0) continue;  // what the fault does
    const auto name = line.substr(2, line.find(';') - 2);
    EXPECT_NE(manual.find("| `" + name + "` |"), std::string::npos) << name;
  }
}

TEST(FaultChoice, first_skip_and_every_count_requests) {
  const auto statuses = [](const std::string& fault) {
    const Simulator simulator(SimulatorOptions().fault(Fault(fault)));
    std::string result;
    RawClient client(simulator.port());
    for (int i = 0; i < 6; ++i) result += client.post(chat_path, chat_body("hi")).status == 200 ? '.' : 'X';
    return result;
  };
  EXPECT_EQ(statuses("500"), "XXXXXX");
  EXPECT_EQ(statuses("500;first=2"), "XX....");
  EXPECT_EQ(statuses("500;skip=1;first=2"), ".XX...");
  EXPECT_EQ(statuses("500;every=3"), "..X..X");
  EXPECT_EQ(statuses("500;path=/embeddings"), "......");
}

TEST(FaultChoice, a_request_can_ask_for_one) {
  const Simulator simulator;
  EXPECT_EQ(ask(simulator, chat_body("hi"), "x-fastccg-fault: 503\r\n").status, 503);
  EXPECT_EQ(ask(simulator, chat_body("hi")).status, 200);
  const auto mistaken = ask(simulator, chat_body("hi"), "x-fastccg-fault: nonsense\r\n");
  EXPECT_EQ(mistaken.status, 400);
  EXPECT_NE(mistaken.body.find("there is no fault 'nonsense'"), std::string::npos);
}

TEST(FaultChoice, faults_can_be_replaced_at_run_time) {
  Simulator simulator(SimulatorOptions().fault(Fault("500")));
  EXPECT_EQ(ask(simulator, chat_body("hi")).status, 500);
  simulator.set_faults({});
  EXPECT_EQ(ask(simulator, chat_body("hi")).status, 200);
  simulator.set_faults({Fault("502;first=1")});
  EXPECT_EQ(ask(simulator, chat_body("hi")).status, 502);
  EXPECT_EQ(ask(simulator, chat_body("hi")).status, 200);
}

class StatusFault : public testing::TestWithParam<int> {};

TEST_P(StatusFault, is_the_providers_error_and_leaves_the_connection_usable) {
  const Simulator simulator(SimulatorOptions().fault(Fault("status").with("code", GetParam()).with("first", 1)));
  RawClient client(simulator.port());
  const auto answer = client.post(chat_path, chat_body("hi", R"(,"stream":true)"));
  EXPECT_EQ(answer.status, GetParam());
  EXPECT_TRUE(answer.complete);
  if (GetParam() == 502) {
    EXPECT_EQ(answer.header("content-type"), "text/html");
    EXPECT_EQ(answer.body.front(), '<');
  } else {
    EXPECT_NE(at(answer.body, "/error/message"), "");
    EXPECT_NE(at(answer.body, "/error/type"), "");
  }
  EXPECT_EQ(client.post(chat_path, chat_body("hi")).status, 200);
}

INSTANTIATE_TEST_SUITE_P(Codes, StatusFault,
                         testing::Values(400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504, 529));

TEST(RateLimit, says_when_to_come_back_in_every_way) {
  const auto seconds = whole("rate-limit;retry-after=2");
  EXPECT_EQ(seconds.status, 429);
  EXPECT_EQ(seconds.header("retry-after"), "2");
  EXPECT_EQ(at(seconds.body, "/error/code"), "rate_limit_exceeded");
  EXPECT_EQ(whole("rate-limit;retry-after-ms=850").header("retry-after-ms"), "850");
  EXPECT_NE(whole("rate-limit;retry-after=date").header("retry-after").find("GMT"), std::string::npos);
  const auto reset = whole("rate-limit;reset-tokens=6m0s");
  EXPECT_EQ(reset.header("x-ratelimit-reset-tokens"), "6m0s");
  EXPECT_EQ(reset.header("x-ratelimit-remaining-tokens"), "0");
  EXPECT_EQ(whole("rate-limit").header("retry-after"), "");
}

TEST(RateLimit, quota_is_another_matter) {
  const auto answer = whole("quota");
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(at(answer.body, "/error/code"), "insufficient_quota");
}

TEST(StatusFault, can_redirect_and_choose_its_words) {
  const auto redirect = whole("status;code=307;location=http://127.0.0.1:1/");
  EXPECT_EQ(redirect.status, 307);
  EXPECT_EQ(redirect.header("location"), "http://127.0.0.1:1/");
  const auto worded = whole("status;code=400;error-code=content_filter;message=No.");
  EXPECT_EQ(at(worded.body, "/error/code"), "content_filter");
  EXPECT_EQ(at(worded.body, "/error/message"), "No.");
  EXPECT_EQ(at(whole("context-length").body, "/error/code"), "context_length_exceeded");
}

TEST(Stall, before_the_headers_nothing_comes) {
  const Simulator simulator(SimulatorOptions().fault(Fault("stall-before-headers")));
  RawClient client(simulator.port());
  client.send(post_request(chat_path, chat_body("hi")));
  ASSERT_TRUE(simulator.wait_for_requests(1));
  const auto answer = client.read(50ms);
  EXPECT_EQ(answer.bytes, "");
  EXPECT_FALSE(answer.closed);
  client.close();
  EXPECT_TRUE(simulator.wait_for_open_connections(0));
}

TEST(Stall, before_the_headers_can_end) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(whole("stall-before-headers;ms=80").bytes, faultless(false).bytes);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 80ms);
}

TEST(Stall, mid_stream_stops_after_so_many_events) {
  const Simulator simulator(SimulatorOptions().fault(Fault("stall-mid-stream;events=3")));
  RawClient client(simulator.port());
  client.send(post_request(chat_path, chat_body("count to 30", R"(,"stream":true)")));
  const auto answer = client.read(50ms);
  EXPECT_EQ(answer.events().size(), 3U);
  EXPECT_FALSE(answer.complete);
  EXPECT_FALSE(answer.closed);
  client.close();
  EXPECT_TRUE(simulator.wait_for_open_connections(0));
}

TEST(Stall, mid_stream_can_end) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(streamed("stall-mid-stream;events=3;ms=80").bytes, faultless(true).bytes);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 80ms);
}

TEST(Reset, before_the_headers) {
  const auto answer = streamed("reset-before-headers");
  EXPECT_EQ(answer.bytes, "");
  EXPECT_TRUE(answer.reset);
}

TEST(Reset, inside_of_the_body) {
  const auto stream = streamed("reset-in-body;events=2");
  EXPECT_TRUE(stream.reset);
  EXPECT_EQ(stream.events().size(), 2U);
  const auto answer = whole("reset-in-body;bytes=10");
  EXPECT_TRUE(answer.reset);
  EXPECT_EQ(answer.body.size(), 10U);
}

TEST(Truncate, closes_without_the_end_that_was_promised) {
  const auto stream = streamed("truncate;events=2");
  EXPECT_TRUE(stream.closed);
  EXPECT_FALSE(stream.complete);
  EXPECT_EQ(stream.events().size(), 2U);
  const auto answer = whole("truncate");
  EXPECT_TRUE(answer.closed);
  EXPECT_EQ(answer.body.size(), faultless(false).body.size() / 2);
  const auto lie = whole("long-content-length;bytes=7");
  EXPECT_TRUE(lie.closed);
  EXPECT_FALSE(lie.complete);
  EXPECT_EQ(lie.header("content-length"), std::to_string(faultless(false).body.size() + 7));
  EXPECT_EQ(lie.body, faultless(false).body);
  EXPECT_FALSE(streamed("long-content-length").complete);
}

TEST(Split, the_bytes_are_the_same_in_many_pieces) {
  const auto pieces = streamed("split;max=5;delay-ms=1,truncate;bytes=300");
  EXPECT_GT(pieces.reads, 20U);
  EXPECT_EQ(faultless(true).bytes.rfind(pieces.bytes, 0), 0U);
  EXPECT_EQ(streamed("split;max=3").bytes, faultless(true).bytes);
  EXPECT_EQ(whole("split;max=1").bytes, faultless(false).bytes);
}

TEST(Split, drip_is_slow_and_whole) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(whole("drip;bytes=100;delay-ms=5").bytes, faultless(false).bytes);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 40ms);
}

TEST(Events, a_malformed_one_is_no_json) {
  const auto events = streamed("malformed-event;events=2").events();
  const auto good = faultless(true).events();
  ASSERT_EQ(events.size(), good.size());
  EXPECT_EQ(at(events[2], "").rfind("not JSON", 0), 0U);
  EXPECT_EQ(events[3], good[3]);
  EXPECT_EQ(at(whole("malformed-event").body, "").rfind("not JSON", 0), 0U);
}

TEST(Events, an_error_ends_a_stream_that_began_well) {
  const auto answer = streamed("error-event;events=3;error-code=overloaded;message=Busy.");
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.complete);
  const auto events = answer.events();
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(at(events.back(), "/error/code"), "overloaded");
  EXPECT_EQ(at(events.back(), "/error/message"), "Busy.");
  const auto body = whole("error-event");
  EXPECT_EQ(body.status, 200);
  EXPECT_NE(at(body.body, "/error/message"), "");
}

TEST(Events, the_terminator_can_be_missing) {
  const auto answer = streamed("missing-terminator");
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(at(answer.events().back(), "/choices/0/finish_reason"), "stop");
}

TEST(Events, heartbeats_come_before_every_event) {
  const auto answer = streamed("heartbeats;count=2;text=OPENROUTER PROCESSING");
  EXPECT_EQ(answer.events(), faultless(true).events());
  EXPECT_EQ(answer.body.rfind(": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\ndata: ", 0), 0U);
}

TEST(Events, a_huge_one_comes_first) {
  const auto events = streamed("huge-event;bytes=3000000").events();
  EXPECT_GE(events.front().size(), 3'000'000U);
  EXPECT_EQ(events.size(), faultless(true).events().size() + 1);
  EXPECT_GE(whole("huge-event;bytes=100000").body.size(), 100'000U);
  EXPECT_EQ(whole("huge-header;bytes=50000").header("x-huge").size(), 50'000U);
}

TEST(Events, an_endless_stream_repeats_its_text_until_the_client_leaves) {
  const Simulator simulator(SimulatorOptions().fault(Fault("endless")));
  RawClient client(simulator.port());
  client.send(post_request(chat_path, chat_body("count to 5", R"(,"stream":true)")));
  RawAnswer answer;
  std::string bytes;
  while (bytes.size() < 1'000'000) {
    answer = client.read_some();
    ASSERT_FALSE(answer.bytes.empty());
    bytes += answer.bytes;
  }
  EXPECT_EQ(bytes.find("[DONE]"), std::string::npos);
  EXPECT_EQ(bytes.find("finish_reason\":\"stop"), std::string::npos);
  EXPECT_EQ(bytes.find("\"role\""), bytes.rfind("\"role\""));
  client.close();
  EXPECT_TRUE(simulator.wait_for_open_connections(0));
}

TEST(Events, an_endless_stream_can_be_slow) {
  const Simulator simulator(SimulatorOptions().fault(Fault("endless;delay-ms=1")));
  RawClient client(simulator.port());
  client.send(post_request(chat_path, chat_body("say a", R"(,"stream":true)")));
  std::string bytes;
  while (bytes.size() < 5'000) {
    const auto some = client.read_some().bytes;
    ASSERT_FALSE(some.empty());
    bytes += some;
  }
  client.close();
  EXPECT_TRUE(simulator.wait_for_open_connections(0));
}

TEST(Answers, can_have_the_wrong_type_or_no_body_or_be_no_http) {
  EXPECT_EQ(streamed("content-type;value=text/html").header("content-type"), "text/html");
  const auto empty = streamed("empty-body");
  EXPECT_EQ(empty.status, 200);
  EXPECT_TRUE(empty.complete);
  EXPECT_EQ(empty.body, "");
  const auto garbage = whole("garbage;bytes=99");
  EXPECT_EQ(garbage.bytes.size(), 99U);
  EXPECT_TRUE(garbage.closed);
}

TEST(Closing, is_announced_unless_silent) {
  const Simulator simulator(SimulatorOptions().fault(Fault("close")));
  RawClient client(simulator.port());
  EXPECT_EQ(client.post(chat_path, chat_body("hi")).header("connection"), "close");
  EXPECT_TRUE(client.read().closed);
  const Simulator silent(SimulatorOptions().fault(Fault("close;silent=1")));
  RawClient other(silent.port());
  EXPECT_EQ(other.post(chat_path, chat_body("hi")).header("connection"), "");
  EXPECT_TRUE(other.read().closed);
}

TEST(EarlyResponse, comes_before_the_body_was_sent) {
  const Simulator simulator(SimulatorOptions().fault(Fault("early-response")));
  RawClient client(simulator.port());
  const auto request = post_request(chat_path, std::string(20'000'000, ' '));
  client.send(request.substr(0, 1000));
  const auto answer = client.read();
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.header("connection"), "close");
  EXPECT_TRUE(answer.complete);
  client.send(request.substr(1000));
  EXPECT_TRUE(client.read().closed);
  ASSERT_EQ(simulator.requests().size(), 1U);
  EXPECT_EQ(simulator.requests()[0].body, "");
}

TEST(Refusing, connections_are_refused_until_it_ends) {
  Simulator simulator;
  RawClient before(simulator.port());
  EXPECT_EQ(before.post(chat_path, chat_body("hi")).status, 200);
  simulator.refuse_connections(true);
  EXPECT_FALSE(RawClient(simulator.port()).connected());
  EXPECT_EQ(before.post(chat_path, chat_body("hi")).status, 200);
  simulator.refuse_connections(false);
  EXPECT_EQ(ask(simulator, chat_body("hi")).status, 200);
}
