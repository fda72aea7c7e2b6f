#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <ctime>

#include "chat_helpers.hpp"

using fastccg::Fault;
using fastccg::Simulator;
using fastccg::SimulatorOptions;
using namespace simulator_test;

namespace {

RawAnswer openai(const std::string& fault) {
  const Simulator simulator(SimulatorOptions().fault(Fault(fault)));
  return ask(simulator, chat_body("hi"));
}

RawAnswer anthropic(const std::string& fault, const std::string& more = "") {
  const Simulator simulator(SimulatorOptions().fault(Fault(fault)));
  return RawClient(simulator.port())
      .post("/v1/messages",
            R"({"model":"claude-sonnet-5","max_tokens":9,"messages":[{"role":"user","content":"hi"}])" + more + "}",
            "anthropic-version: 2023-06-01\r\n");
}

RawAnswer gemini(const std::string& fault, const std::string& method = "generateContent") {
  const Simulator simulator(SimulatorOptions().fault(Fault(fault)));
  return RawClient(simulator.port())
      .post("/v1beta/models/gemini-3.6-flash:" + method, R"({"contents":[{"parts":[{"text":"hi"}]}]})");
}

/// Seconds from now until a moment that is written in that format.
double seconds_until(const std::string& text, const char* format) {
  std::tm parts{};
  const auto* end = strptime(text.c_str(), format, &parts);
  if (end == nullptr || *end != '\0') return -1e9;
  return std::difftime(timegm(&parts), std::time(nullptr));
}

}  // namespace

TEST(ComeBack, a_date_can_lie_a_known_time_ahead) {
  const auto wait =
      seconds_until(openai("rate-limit;retry-after=date+30").header("retry-after"), "%a, %d %b %Y %T GMT");
  EXPECT_GE(wait, 28);
  EXPECT_LE(wait, 31);
  EXPECT_GT(seconds_until(openai("rate-limit;retry-after=date").header("retry-after"), "%a, %d %b %Y %T GMT"), 1e9);
}

TEST(ComeBack, anthropic_names_the_moment_of_the_reset) {
  const auto answer = anthropic("rate-limit;reset-requests=1m30s;reset-tokens=2");
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.header("anthropic-ratelimit-requests-remaining"), "0");
  EXPECT_NEAR(seconds_until(answer.header("anthropic-ratelimit-requests-reset"), "%Y-%m-%dT%TZ"), 90, 3);
  EXPECT_NEAR(seconds_until(answer.header("anthropic-ratelimit-tokens-reset"), "%Y-%m-%dT%TZ"), 2, 3);
  EXPECT_EQ(answer.header("x-ratelimit-reset-requests"), "");
  EXPECT_EQ(anthropic("rate-limit;retry-after=7").header("retry-after"), "7");
}

TEST(ComeBack, gemini_says_it_in_the_body_alone) {
  const auto answer = gemini("rate-limit;retry-after=7");
  EXPECT_EQ(answer.header("retry-after"), "");
  EXPECT_EQ(at(answer.body, "/error/details/1/retryDelay"), "7s");
  EXPECT_NE(at(answer.body, "/error/message").find("retry in 7s"), std::string::npos);
  EXPECT_EQ(at(gemini("rate-limit;retry-after-ms=850").body, "/error/details/1/retryDelay"), "0.850s");
  EXPECT_EQ(at(gemini("rate-limit;retry-after=date+3").body, "/error/details/1/retryDelay"), "3s");
  EXPECT_EQ(at(gemini("rate-limit;retry-after=date").body, "/error/details/1/retryDelay"), "");
}

TEST(StreamError, of_gemini_fits_the_kind_of_stream) {
  const auto events = gemini("error-event;code=503", "streamGenerateContent?alt=sse").events();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(at(events.back(), "/error/status"), "UNAVAILABLE");
  const auto list = gemini("error-event;code=503", "streamGenerateContent");
  EXPECT_EQ(at(list.body, "/1/error/status"), "UNAVAILABLE");
}

TEST(StreamError, of_anthropic_is_an_event_of_its_own_name) {
  const auto answer = anthropic("error-event;code=529", R"(,"stream":true)");
  EXPECT_NE(answer.body.find("event: error\n"), std::string::npos);
  EXPECT_EQ(at(answer.events().back(), "/error/type"), "overloaded_error");
}
