#include "providers/resolve.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "fastccg/error.hpp"

namespace fastccg::providers {
namespace {

/// The error that a call throws; kind `cancelled` if it throws none.
template <class Call>
Error error_of(Call call) {
  try {
    call();
  } catch (const FastCCGError& thrown) {
    return thrown.error();
  }
  return Error(ErrorKind::cancelled, "nothing was thrown");
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Each test starts with none of the table's variables set.
class Resolve : public testing::Test {
 protected:
  void SetUp() override {
    for (const auto& row : table) {
      ::unsetenv(std::string(row.base_url_variable).c_str());
      ::unsetenv(std::string(row.key_variable.substr(0, row.key_variable.find(' '))).c_str());
    }
    ::unsetenv("PPLX_API_KEY");
  }
};

const Provider& row(std::string_view name) { return find_or_throw(name); }

TEST_F(Resolve, name_is_split_at_its_first_slash) {
  const auto name = split_name("openai/gpt-4o");
  EXPECT_EQ(name.provider->name, "openai");
  EXPECT_EQ(name.model, "gpt-4o");
  EXPECT_EQ(split_name("openrouter/vendor/model:free").model, "vendor/model:free");
}

TEST_F(Resolve, name_without_known_provider_or_model_is_refused) {
  for (const auto* name : {"", "/", "gpt-4o", "openai/", "/gpt-4o", "nobody/x", "OPENAI/x"})
    EXPECT_EQ(error_of([&] { split_name(name); }).kind, ErrorKind::usage) << name;
  EXPECT_TRUE(contains(error_of([] { split_name("nobody/x"); }).message, "openrouter"));
}

TEST_F(Resolve, every_row_is_found_by_its_name) {
  for (const auto& each : table) EXPECT_EQ(find(each.name), &each);
  EXPECT_EQ(find("openaix"), nullptr);
  EXPECT_EQ(find(""), nullptr);
}

TEST_F(Resolve, base_url_given_wins_over_variable_and_table) {
  ::setenv("OPENAI_BASE_URL", "http://variable/v1/", 1);
  EXPECT_EQ(resolve_base_url(row("openai"), "http://given/v2//"), "http://given/v2");
  EXPECT_EQ(resolve_base_url(row("openai"), ""), "http://variable/v1");
  ::setenv("OPENAI_BASE_URL", "  ", 1);
  EXPECT_EQ(resolve_base_url(row("openai"), ""), "https://api.openai.com/v1");
}

TEST_F(Resolve, variable_gets_the_path_that_the_providers_library_adds) {
  ::setenv("GROQ_BASE_URL", "http://127.0.0.1:9", 1);
  EXPECT_EQ(resolve_base_url(row("groq"), ""), "http://127.0.0.1:9/openai/v1");
  ::setenv("GROQ_BASE_URL", "http://127.0.0.1:9/openai/v1/", 1);
  EXPECT_EQ(resolve_base_url(row("groq"), ""), "http://127.0.0.1:9/openai/v1");
  ::setenv("MISTRAL_BASE_URL", "http://127.0.0.1:9/", 1);
  EXPECT_EQ(resolve_base_url(row("mistral"), ""), "http://127.0.0.1:9/v1");
  EXPECT_EQ(resolve_base_url(row("mistral"), "http://127.0.0.1:9"), "http://127.0.0.1:9");
}

TEST_F(Resolve, provider_without_address_names_the_variable) {
  const auto error = error_of([] { resolve_base_url(row("azure"), ""); });
  EXPECT_EQ(error.kind, ErrorKind::usage);
  EXPECT_TRUE(contains(error.message, "AZURE_OPENAI_ENDPOINT"));
  EXPECT_TRUE(contains(error.message, "Endpoint::base_url"));
  ::setenv("AZURE_OPENAI_ENDPOINT", "https://r.openai.azure.com/", 1);
  EXPECT_EQ(resolve_base_url(row("azure"), ""), "https://r.openai.azure.com/openai/v1");
}

TEST_F(Resolve, key_comes_from_argument_then_added_then_environment) {
  ::setenv("OPENAI_API_KEY", " from-environment\n", 1);
  EXPECT_EQ(resolve_key(row("openai"), "given", "added"), "given");
  EXPECT_EQ(resolve_key(row("openai"), "", "added"), "added");
  EXPECT_EQ(resolve_key(row("openai"), " \n", " "), "from-environment");
}

TEST_F(Resolve, second_variable_counts_where_the_first_is_empty) {
  ::setenv("PERPLEXITY_API_KEY", "", 1);
  ::setenv("PPLX_API_KEY", "second", 1);
  EXPECT_EQ(resolve_key(row("perplexity"), "", ""), "second");
}

TEST_F(Resolve, missing_key_names_variable_and_function) {
  const auto error = error_of([] { resolve_key(row("perplexity"), "", ""); });
  EXPECT_EQ(error.kind, ErrorKind::missing_key);
  EXPECT_EQ(error.provider, "perplexity");
  EXPECT_TRUE(contains(error.message, "PERPLEXITY_API_KEY or PPLX_API_KEY"));
  EXPECT_TRUE(contains(error.message, "add_key(\"perplexity\""));
}

TEST_F(Resolve, local_server_needs_no_key) {
  EXPECT_EQ(resolve_key(row("ollama"), "", ""), "");
  ::setenv("OLLAMA_API_KEY", "k", 1);
  EXPECT_EQ(resolve_key(row("ollama"), "", ""), "k");
}

TEST_F(Resolve, impossible_key_is_refused_and_not_quoted) {
  for (const auto* key : {"se cret", "sec\nret", "secr\xC3\xA9t", "secret\x01"}) {
    const auto error = error_of([&] { resolve_key(row("openai"), key, ""); });
    EXPECT_EQ(error.kind, ErrorKind::usage);
    EXPECT_FALSE(contains(error.message, "sec"));
  }
}

TEST_F(Resolve, good_urls_are_accepted) {
  for (const auto* url : {"https://api.example.com/v1", "http://localhost:8080", "HTTPS://host", "http://[::1]:80/v1",
                          "http://[::1]", "https://h/a%20b", "https://host:443/"})
    EXPECT_EQ(error_of([&] { check_url(url); }).kind, ErrorKind::cancelled) << url;
}

TEST_F(Resolve, bad_urls_are_refused) {
  for (const auto* url : {"",
                          "host/v1",
                          "ftp://host",
                          "//host",
                          "http://",
                          "https:///v1",
                          "http://user:pw@host",
                          "http://user@host",
                          "http://ho st",
                          "http://host\n",
                          "http://host\x7F",
                          "http://host:0",
                          "http://host:70000",
                          "http://host:x",
                          "http://host:",
                          "http://host/?a=1",
                          "http://host#x",
                          "http://host\\@evil",
                          "javascript:alert(1)",
                          "http://h\xC3\xA9st"})
    EXPECT_EQ(error_of([&] { check_url(url); }).kind, ErrorKind::usage) << url;
}

TEST_F(Resolve, url_with_password_is_not_quoted) {
  EXPECT_FALSE(contains(error_of([] { check_url("http://user:hunter2@host"); }).message, "hunter2"));
}

TEST_F(Resolve, loopback_is_told_from_names_that_look_like_it) {
  for (const auto* url : {"http://localhost", "http://LOCALHOST:1/v1", "http://127.0.0.1:8080",
                          "http://127.255.255.254", "http://[::1]:9"})
    EXPECT_TRUE(is_loopback(url)) << url;
  for (const auto* url :
       {"http://localhost.example.com", "http://127.0.0.1.example.com", "http://128.0.0.1", "http://127.1",
        "http://0127.0.0.1", "http://127.0.0.01", "http://127.0.0.256", "http://127.0.0.1.", "http://10.0.0.1",
        "http://0.0.0.0", "http://[::2]", "http://127.0.0.1@evil.example", "", "x"})
    EXPECT_FALSE(is_loopback(url)) << url;
}

TEST_F(Resolve, key_travels_over_plain_http_only_to_loopback_or_if_allowed) {
  EXPECT_EQ(error_of([] { check_key_may_travel("http://api.example.com", false); }).kind, ErrorKind::usage);
  EXPECT_EQ(error_of([] { check_key_may_travel("http://api.example.com", true); }).kind, ErrorKind::cancelled);
  EXPECT_EQ(error_of([] { check_key_may_travel("https://api.example.com", false); }).kind, ErrorKind::cancelled);
  EXPECT_EQ(error_of([] { check_key_may_travel("http://127.0.0.1:1", false); }).kind, ErrorKind::cancelled);
}

}  // namespace
}  // namespace fastccg::providers
