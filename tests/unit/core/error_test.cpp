#include "fastccg/error.hpp"

#include <gtest/gtest.h>

#include <string>

#include "fastccg/result.hpp"

namespace fastccg {
namespace {

TEST(Error, every_kind_is_thrown_as_its_class_and_as_its_bases) {
  EXPECT_THROW(throw_error(Error(ErrorKind::rate_limited, "")), RateLimited);
  EXPECT_THROW(throw_error(Error(ErrorKind::rate_limited, "")), QuotaExceeded);
  EXPECT_THROW(throw_error(Error(ErrorKind::quota_exhausted, "")), QuotaExceeded);
  EXPECT_THROW(throw_error(Error(ErrorKind::model_unavailable, "")), ModelUnavailable);
  EXPECT_THROW(throw_error(Error(ErrorKind::context_too_long, "")), InvalidRequest);
  EXPECT_THROW(throw_error(Error(ErrorKind::tls, "")), ConnectionFailed);
  EXPECT_THROW(throw_error(Error(ErrorKind::cancelled, "")), Cancelled);
  EXPECT_THROW(throw_error(Error(ErrorKind::missing_key, "")), MissingKey);
  EXPECT_THROW(throw_error(Error(ErrorKind::session, "")), SessionError);
  EXPECT_THROW(throw_error(Error(ErrorKind::usage, "")), UsageError);
  for (const auto kind : {ErrorKind::authentication, ErrorKind::permission, ErrorKind::invalid_request,
                          ErrorKind::content_filtered, ErrorKind::overloaded, ErrorKind::server, ErrorKind::connection,
                          ErrorKind::timeout, ErrorKind::stream_truncated, ErrorKind::protocol})
    EXPECT_THROW(throw_error(Error(kind, "")), APIRequestFailed) << to_string(kind);
}

TEST(Error, exception_keeps_the_kind_it_was_made_from) {
  for (int i = 0; i <= static_cast<int>(ErrorKind::usage); ++i) {
    const auto kind = static_cast<ErrorKind>(i);
    try {
      std::rethrow_exception(make_exception(Error(kind, "text")));
    } catch (const FastCCGError& error) {
      EXPECT_EQ(error.kind(), kind);
      EXPECT_NE(to_string(kind), "unknown");
    }
  }
}

TEST(Error, describe_says_who_what_and_where_to_ask) {
  Error error(ErrorKind::rate_limited, "too many requests for now");
  error.provider = "openai";
  error.model = "gpt-4o";
  error.provider_message = "Slow down.";
  error.status = 429;
  error.code = "rate_limit_exceeded";
  error.request_id = "req_1";
  error.retry_after = std::chrono::milliseconds(1500);
  error.attempts = 3;
  EXPECT_EQ(error.describe(),
            "openai/gpt-4o: too many requests for now: Slow down. (HTTP 429, code rate_limit_exceeded, request req_1, "
            "retry after 1500 ms, 3 attempts)");
  EXPECT_STREQ(FastCCGError(error).what(), error.describe().c_str());
}

TEST(Error, describe_of_an_empty_error_names_its_kind) {
  EXPECT_EQ(Error(ErrorKind::overloaded, "").describe(), "overloaded");
}

TEST(Result, value_of_an_error_throws_its_class) {
  Result<int> result = Error(ErrorKind::timeout, "late");
  EXPECT_FALSE(result);
  EXPECT_THROW(result.value(), Timeout);
  EXPECT_EQ(Result<int>(7).value(), 7);
}

}  // namespace
}  // namespace fastccg
