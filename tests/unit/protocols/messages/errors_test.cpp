#include <gtest/gtest.h>

#include "support.hpp"

namespace fastccg::protocols::messages {
namespace {

Error classified(int status, const std::string& body) { return protocol().classify(status, {}, body, anthropic); }

std::string report(const std::string& type, const std::string& message, const std::string& more = {}) {
  return R"({"type":"error","error":{"type":")" + type + R"(","message":")" + message + '"' + more +
         R"(},"request_id":"req_1"})";
}

TEST(messages_errors, status_and_type_give_the_kind) {
  const std::tuple<int, const char*, ErrorKind> cases[] = {{400, "invalid_request_error", ErrorKind::invalid_request},
                                                           {401, "authentication_error", ErrorKind::authentication},
                                                           {402, "billing_error", ErrorKind::quota_exhausted},
                                                           {403, "permission_error", ErrorKind::permission},
                                                           {404, "not_found_error", ErrorKind::model_unavailable},
                                                           {413, "request_too_large", ErrorKind::invalid_request},
                                                           {429, "rate_limit_error", ErrorKind::rate_limited},
                                                           {500, "api_error", ErrorKind::server},
                                                           {504, "timeout_error", ErrorKind::server},
                                                           {529, "overloaded_error", ErrorKind::overloaded}};
  for (const auto& [status, type, kind] : cases) {
    const auto error = classified(status, report(type, "words"));
    EXPECT_EQ(error.kind, kind) << status;
    EXPECT_EQ(error.status, status);
    EXPECT_EQ(error.code, type);
    EXPECT_EQ(error.provider_message, "words");
    EXPECT_EQ(error.provider, "anthropic");
    EXPECT_FALSE(error.message.empty());
  }
}

TEST(messages_errors, prompt_beyond_the_window_is_context_too_long) {
  EXPECT_EQ(classified(400, report("invalid_request_error", "prompt is too long: 300000 tokens > 200000 maximum")).kind,
            ErrorKind::context_too_long);
  EXPECT_EQ(
      classified(400, report("invalid_request_error", "input length and `max_tokens` exceed context limit: 1 + 2 > 2"))
          .kind,
      ErrorKind::context_too_long);
}

TEST(messages_errors, spending_limit_is_no_rate_limit) {
  const auto limited =
      report("rate_limit_error", "limit", R"(,"details":{"error_code":"enforced_spend_limit_reached"})");
  const auto error = classified(429, limited);
  EXPECT_EQ(error.kind, ErrorKind::quota_exhausted);
  EXPECT_NE(error.message.find("credit"), std::string::npos);
  EXPECT_EQ(classified(400, report("invalid_request_error", "You have reached your specified API usage limits.")).kind,
            ErrorKind::quota_exhausted);
  EXPECT_EQ(classified(400, report("invalid_request_error", "Your credit balance is too low")).kind,
            ErrorKind::quota_exhausted);
}

TEST(messages_errors, body_of_a_proxy_is_survived) {
  EXPECT_EQ(classified(529, "").kind, ErrorKind::overloaded);
  EXPECT_EQ(classified(413, "<html><title>Too large</title></html>").kind, ErrorKind::invalid_request);
  EXPECT_EQ(classified(502, "{\"error\":").kind, ErrorKind::server);
  EXPECT_EQ(classified(500, "{\"error\":null}").kind, ErrorKind::server);
}

}  // namespace
}  // namespace fastccg::protocols::messages
