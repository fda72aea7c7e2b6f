#include "fastccg/settings.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "fastccg/error.hpp"

namespace fastccg {
namespace {

TEST(Settings, values_no_provider_could_accept_are_refused) {
  Settings settings;
  EXPECT_THROW(settings.temperature(-99), UsageError);
  EXPECT_THROW(settings.temperature(std::nan("")), UsageError);
  EXPECT_THROW(settings.top_p(0), UsageError);
  EXPECT_THROW(settings.top_p(std::numeric_limits<double>::infinity()), UsageError);
  EXPECT_THROW(settings.top_k(0), UsageError);
  EXPECT_THROW(settings.max_tokens(-5), UsageError);
  EXPECT_THROW(settings.stop({""}), UsageError);
  EXPECT_THROW(settings.frequency_penalty(2.5), UsageError);
  EXPECT_THROW(settings.logprobs(21), UsageError);
  EXPECT_THROW(settings.tools({Tool("", "nameless")}), UsageError);
  EXPECT_THROW(settings.extra_headers({{"X-A", "1\r\nX-B: 2"}}), UsageError);
  EXPECT_THROW(settings.extra_headers({{"X A", "1"}}), UsageError);
  EXPECT_EQ(settings, Settings()) << "a refused value changes nothing";
}

TEST(Settings, error_names_the_setting_and_the_rule) {
  try {
    Settings().temperature(3);
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "temperature must be from 0 to 2");
  }
}

TEST(Settings, overlay_takes_what_is_set_and_leaves_the_rest) {
  const auto below = Settings().temperature(0.5).max_tokens(100).sys_prompt("be brief");
  const auto merged = below.overlaid_with(Settings().temperature(1).seed(7));
  EXPECT_EQ(merged.temperature(), 1.0);
  EXPECT_EQ(merged.seed(), 7);
  EXPECT_EQ(merged.max_tokens(), 100);
  EXPECT_EQ(merged.sys_prompt(), "be brief");
}

TEST(Settings, overlay_reaches_every_setting) {
  const auto all = Settings()
                       .sys_prompt("s")
                       .temperature(1)
                       .top_p(0.5)
                       .top_k(3)
                       .max_tokens(4)
                       .stop({"x"})
                       .seed(5)
                       .frequency_penalty(1)
                       .presence_penalty(-1)
                       .logprobs(2)
                       .tools({Tool("t", "d")})
                       .tool_choice(ToolChoice::required())
                       .parallel_tools(false)
                       .output_format(OutputFormat::json())
                       .reasoning(ReasoningSetting::off())
                       .cache_prompt()
                       .metadata({{"a", "b"}})
                       .extra("{}")
                       .extra_headers({{"X-A", "1"}})
                       .timeouts(Timeouts().idle(std::chrono::seconds(1)))
                       .retries(Retries().attempts(9))
                       .limits(Limits().body(1));
  EXPECT_EQ(Settings().overlaid_with(all), all);
  EXPECT_EQ(all.overlaid_with(Settings()), all);
}

TEST(Timeouts, time_without_end_is_a_year_and_does_not_overflow) {
  EXPECT_EQ(Timeouts().total(Timeouts::Duration::max()).total(), std::chrono::hours(24 * 365));
}

TEST(Timeouts, negative_times_are_refused_and_zero_means_never) {
  EXPECT_THROW(Timeouts().idle(std::chrono::milliseconds(-1)), UsageError);
  EXPECT_EQ(Timeouts().idle(std::chrono::milliseconds(0)).idle().count(), 0);
}

}  // namespace
}  // namespace fastccg
