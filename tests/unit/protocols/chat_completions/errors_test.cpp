#include <gtest/gtest.h>

#include "../support.hpp"

namespace fastccg::protocols {
namespace {

Error classify(int status, std::string_view body) { return chat().classify(status, {}, body, plain); }

TEST(ChatError, usual_body_gives_all_fields) {
  const auto error = classify(
      400,
      R"({"error":{"message":"Bad value","type":"invalid_request_error","param":"temperature","code":"decimal_above_max_value"}})");
  EXPECT_EQ(error.kind, ErrorKind::invalid_request);
  EXPECT_EQ(error.provider, "test");
  EXPECT_EQ(error.provider_message, "Bad value");
  EXPECT_EQ(error.status, 400);
  EXPECT_EQ(error.code, "decimal_above_max_value");
  EXPECT_EQ(error.param, "temperature");
  EXPECT_FALSE(error.message.empty());
  EXPECT_TRUE(error.body.starts_with("{\"error\""));
}

TEST(ChatError, code_null_falls_back_to_type_and_numbers_become_text) {
  EXPECT_EQ(classify(401, R"({"error":{"message":"Unauthorized","type":"api_error","param":null,"code":null}})").code,
            "api_error");
  EXPECT_EQ(classify(400, R"({"error":{"code":400,"message":"m"}})").code, "400");
}

class Shape {
 public:
  const char* body;
  const char* message;
};

TEST(ChatError, message_is_found_in_every_shape_of_body) {
  const Shape shapes[] = {
      {R"({"detail":"Invalid API Key"})", "Invalid API Key"},
      {R"({"message":"Unauthorized","request_id":"r"})", "Unauthorized"},
      {R"({"detail":[{"type":"extra_forbidden","loc":["body","seed"],"msg":"Not permitted","input":1},{"loc":["body",0],"msg":"Bad"}]})",
       "body.seed: Not permitted; body.0: Bad"},
      {R"({"object":"error","message":{"detail":[{"loc":["body","n"],"msg":"Wrong"}]},"type":"invalid_request_error"})",
       "body.n: Wrong"},
      {R"({"object":"error","message":"Tool call id was x","type":"invalid_function_call","param":null,"code":"3280"})",
       "Tool call id was x"},
      {R"({"error":"Specified model not found: m"})", "Specified model not found: m"},
      {R"({"code":"invalid-argument","error":"Incorrect API key provided"})", "Incorrect API key provided"},
      {R"({"code":400,"message":"Validation failed","type":"Bad Request"})", "Validation failed"},
      {R"([{"error":{"code":404,"message":"not there","status":"NOT_FOUND"}}])", "not there"},
      {R"({"error":{"error":{"message":"nested"}}})", "nested"},
      {"<html><head><title> 502 Bad Gateway </title></head><body>x</body></html>", "502 Bad Gateway"},
      {"<html><body><h1>Sign in</h1></body></html>", "Sign in"},
      {"upstream connect error\n", "upstream connect error"},
      {"", ""},
  };
  for (const auto& shape : shapes) EXPECT_EQ(classify(400, shape.body).provider_message, shape.message) << shape.body;
}

TEST(ChatError, long_plain_text_is_shortened_in_the_message) {
  EXPECT_EQ(classify(500, std::string(100'000, 'x')).provider_message.size(), 500u);
  EXPECT_EQ(classify(500, std::string(100'000, 'x')).body.size(), 16u * 1024);
}

TEST(ChatError, status_decides_where_the_body_says_nothing) {
  const std::pair<int, ErrorKind> kinds[] = {
      {301, ErrorKind::protocol},        {400, ErrorKind::invalid_request}, {401, ErrorKind::authentication},
      {402, ErrorKind::quota_exhausted}, {403, ErrorKind::permission},      {404, ErrorKind::model_unavailable},
      {405, ErrorKind::invalid_request}, {408, ErrorKind::server},          {409, ErrorKind::server},
      {413, ErrorKind::invalid_request}, {422, ErrorKind::invalid_request}, {429, ErrorKind::rate_limited},
      {498, ErrorKind::overloaded},      {500, ErrorKind::server},          {502, ErrorKind::server},
      {503, ErrorKind::overloaded},      {504, ErrorKind::server},          {520, ErrorKind::server},
      {529, ErrorKind::overloaded},
  };
  for (const auto& [status, kind] : kinds)
    for (const auto* body : {"", "{}", "null", "<html>", "{\"error\":null}", "{\"error\":{\"message\":null}}"}) {
      EXPECT_EQ(classify(status, body).kind, kind) << status << ' ' << body;
      EXPECT_EQ(classify(status, body).status, status);
    }
}

TEST(ChatError, quota_is_told_from_rate_limit) {
  EXPECT_EQ(
      classify(
          429,
          R"({"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}})")
          .kind,
      ErrorKind::quota_exhausted);
  EXPECT_EQ(
      classify(429, R"({"error":{"message":"Rate limit reached","type":"requests","code":"rate_limit_exceeded"}})")
          .kind,
      ErrorKind::rate_limited);
  EXPECT_EQ(
      classify(429, R"({"object":"error","message":"Rate limit exceeded","type":"rate_limited","code":"1300"})").kind,
      ErrorKind::rate_limited);
  EXPECT_EQ(classify(402, R"({"error":{"message":"Insufficient Balance","code":"invalid_request_error"}})").kind,
            ErrorKind::quota_exhausted);
}

TEST(ChatError, context_length_is_found_by_code_or_by_words) {
  for (
      const auto* body : {
          R"({"error":{"message":"m","code":"context_length_exceeded"}})",
          R"({"error":{"message":"This model's maximum context length is 10 tokens","code":"invalid_request_error"}})",
          R"({"error":{"message":"prompt too long; exceeded max context length by 5 tokens","code":null}})",
          R"({"error":{"message":"The total length is too long","type":"too_many_prompt_tokens","code":400}})",
          R"({"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}})",
          R"({"error":{"code":400,"message":"Provider returned error","metadata":{"raw":"Prompt is too long"}}})",
      })
    EXPECT_EQ(classify(400, body).kind, ErrorKind::context_too_long) << body;
  EXPECT_EQ(classify(500, R"({"error":{"message":"input exceeds the context window"}})").kind,
            ErrorKind::context_too_long);
  EXPECT_EQ(classify(429, R"({"error":{"message":"Too many tokens per minute"}})").kind, ErrorKind::rate_limited);
}

TEST(ChatError, bad_key_is_found_behind_other_statuses) {
  EXPECT_EQ(
      classify(400, R"({"code":"invalid-argument","error":"Incorrect API key provided: xx***. You can obtain one."})")
          .kind,
      ErrorKind::authentication);
  EXPECT_EQ(classify(400, R"({"error":{"message":"m","code":"invalid_api_key"}})").kind, ErrorKind::authentication);
}

TEST(ChatError, unknown_model_is_found_behind_other_statuses) {
  EXPECT_EQ(
      classify(400, R"({"object":"error","message":"Invalid model: x","type":"invalid_model","code":"1500"})").kind,
      ErrorKind::model_unavailable);
  EXPECT_EQ(classify(400, R"({"error":{"code":400,"message":"x is not a valid model ID"}})").kind,
            ErrorKind::model_unavailable);
}

TEST(ChatError, content_policy_is_told_from_missing_permission) {
  EXPECT_EQ(
      classify(
          400,
          R"({"error":{"message":"m","code":"content_filter","innererror":{"code":"ResponsibleAIPolicyViolation"}}})")
          .kind,
      ErrorKind::content_filtered);
  EXPECT_EQ(
      classify(403, R"({"error":{"code":403,"message":"Your input was flagged","metadata":{"reasons":["x"]}}})").kind,
      ErrorKind::content_filtered);
  EXPECT_EQ(classify(403, R"({"error":{"message":"Forbidden","code":"forbidden"}})").kind, ErrorKind::permission);
}

TEST(ChatError, hostile_bodies_are_survived) {
  for (const auto& body : {std::string(50'000, '['), std::string("\xFF\xFE\x00x", 4), std::string("{\"error\":[[[]]]}"),
                           std::string("{\"error\":{\"message\":{\"message\":{\"message\":[]}}}}"), std::string("[[]]"),
                           std::string("{\"detail\":[1,null,{\"loc\":5}]}"), std::string("<title>")})
    EXPECT_EQ(classify(500, body).kind, ErrorKind::server);
}

}  // namespace
}  // namespace fastccg::protocols
