#include <gtest/gtest.h>

#include "support.hpp"

namespace fastccg::protocols::generate_content {
namespace {

using std::chrono::milliseconds;

Error classify(int status, std::string_view body) { return google().classify(status, {}, body, gemini); }

std::string report(int code, const std::string& status, const std::string& message, const std::string& details = "[]") {
  return R"({"error":{"code":)" + std::to_string(code) + R"(,"message":")" + message + R"(","status":")" + status +
         R"(","details":)" + details + "}}";
}

std::string retry_info(const std::string& delay) {
  return R"([{"@type":"type.googleapis.com/google.rpc.Help"},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":")" +
         delay + R"("}])";
}

TEST(GenerateContentError, kind_follows_the_status_name) {
  const std::pair<const char*, ErrorKind> rows[] = {
      {"UNAUTHENTICATED", ErrorKind::authentication}, {"PERMISSION_DENIED", ErrorKind::permission},
      {"NOT_FOUND", ErrorKind::model_unavailable},    {"INVALID_ARGUMENT", ErrorKind::invalid_request},
      {"FAILED_PRECONDITION", ErrorKind::permission}, {"RESOURCE_EXHAUSTED", ErrorKind::rate_limited},
      {"UNAVAILABLE", ErrorKind::overloaded},         {"INTERNAL", ErrorKind::server},
      {"DEADLINE_EXCEEDED", ErrorKind::server},       {"CANCELLED", ErrorKind::server}};
  for (const auto& [name, kind] : rows) EXPECT_EQ(classify(400, report(400, name, "words")).kind, kind) << name;
}

TEST(GenerateContentError, fields_are_filled) {
  const auto error = classify(400, report(400, "INVALID_ARGUMENT", "bad",
                                          R"([{"@type":"type.googleapis.com/google.rpc.BadRequest",)"
                                          R"("fieldViolations":[{"field":"contents","description":"x"}]}])"));
  EXPECT_EQ(error.provider, "gemini");
  EXPECT_EQ(error.provider_message, "bad");
  EXPECT_EQ(error.status, 400);
  EXPECT_EQ(error.code, "INVALID_ARGUMENT");
  EXPECT_EQ(error.param, "contents");
  EXPECT_FALSE(error.body.empty());
}

TEST(GenerateContentError, wrong_key_is_authentication_though_it_is_a_bad_request) {
  const auto error =
      classify(400, report(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.",
                           R"([{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}])"));
  EXPECT_EQ(error.kind, ErrorKind::authentication);
  EXPECT_EQ(classify(400, report(400, "INVALID_ARGUMENT", "API key not valid.")).kind, ErrorKind::authentication);
}

TEST(GenerateContentError, too_long_a_prompt_is_told_apart) {
  const auto error =
      classify(400, report(400, "INVALID_ARGUMENT",
                           "The input token count (2000000) exceeds the maximum number of tokens allowed (1048576)."));
  EXPECT_EQ(error.kind, ErrorKind::context_too_long);
}

TEST(GenerateContentError, quota_of_a_day_is_not_a_rate) {
  const auto details = [](const std::string& id) {
    return R"([{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":")" + id + R"("}]}])";
  };
  EXPECT_EQ(classify(429, report(429, "RESOURCE_EXHAUSTED", "x", details("TokensPerMinute"))).kind,
            ErrorKind::rate_limited);
  EXPECT_EQ(classify(429, report(429, "RESOURCE_EXHAUSTED", "x", details("RequestsPerDayPerModel"))).kind,
            ErrorKind::quota_exhausted);
  EXPECT_EQ(classify(429, report(429, "RESOURCE_EXHAUSTED", "Quota exceeded for metric m, limit: 0, model: x")).kind,
            ErrorKind::quota_exhausted);
}

TEST(GenerateContentError, delay_is_read_from_the_details) {
  const auto after = [](const std::string& delay) {
    return classify(429, report(429, "RESOURCE_EXHAUSTED", "x", retry_info(delay))).retry_after;
  };
  EXPECT_EQ(after("48s"), milliseconds(48'000));
  EXPECT_EQ(after("0.5s"), milliseconds(500));
  EXPECT_EQ(after("34.4s"), milliseconds(34'400));
  EXPECT_EQ(after("0s"), milliseconds(0));
  for (const auto* bad : {"", "s", "48", "1.5e1s", "-3s", "1.2.3s", ".5s", "48s!", "forever"})
    EXPECT_FALSE(after(bad)) << bad;
  EXPECT_TRUE(after(std::string(400, '9') + "s").value_or(milliseconds(0)) >= milliseconds(0));
}

TEST(GenerateContentError, delay_in_the_words_counts_when_it_is_longer_or_alone) {
  const auto words = "Quota exceeded. Please retry in 48.939935699s.";
  EXPECT_EQ(classify(429, report(429, "RESOURCE_EXHAUSTED", words, retry_info("48s"))).retry_after,
            milliseconds(48'940));
  EXPECT_EQ(classify(429, report(429, "RESOURCE_EXHAUSTED", words)).retry_after, milliseconds(48'940));
  EXPECT_EQ(classify(429, report(429, "RESOURCE_EXHAUSTED", "Please retry in 1h2m3.5s.")).retry_after,
            milliseconds(3'723'500));
  EXPECT_EQ(classify(429, report(429, "RESOURCE_EXHAUSTED", "Please retry in 517.3ms.")).retry_after,
            milliseconds(518));
  EXPECT_FALSE(classify(429, report(429, "RESOURCE_EXHAUSTED", "Please retry in a while")).retry_after);
}

TEST(GenerateContentError, list_of_one_is_unwrapped) {
  const auto error = classify(503, "[" + report(503, "UNAVAILABLE", "busy", retry_info("2s")) + "\n]");
  EXPECT_EQ(error.kind, ErrorKind::overloaded);
  EXPECT_EQ(error.provider_message, "busy");
  EXPECT_EQ(error.retry_after, milliseconds(2000));
}

TEST(GenerateContentError, bodies_of_proxies_are_understood_by_status) {
  EXPECT_EQ(classify(502, "<html><title>Bad Gateway</title></html>").kind, ErrorKind::server);
  EXPECT_EQ(classify(502, "<html><title>Bad Gateway</title></html>").provider_message, "Bad Gateway");
  EXPECT_EQ(classify(429, "").kind, ErrorKind::rate_limited);
  EXPECT_EQ(classify(403, R"("no")").kind, ErrorKind::permission);
  EXPECT_EQ(classify(500, R"({"error":"plain"})").provider_message, "plain");
}

TEST(GenerateContentError, details_of_the_wrong_shape_do_no_harm) {
  const auto error = classify(429, report(429, "RESOURCE_EXHAUSTED", "x",
                                          R"([null,7,{"@type":3},{"@type":"RetryInfo","retryDelay":5},)"
                                          R"({"@type":"QuotaFailure","violations":{"a":1}},{"@type":"BadRequest"}])"));
  EXPECT_EQ(error.kind, ErrorKind::rate_limited);
  EXPECT_FALSE(error.retry_after);
}

}  // namespace
}  // namespace fastccg::protocols::generate_content
