// Every setting, in every protocol, at every provider: it is sent, warned of, or refused, and never dropped in silence.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "options.hpp"
#include "source_dir.hpp"

namespace fastccg::protocols::contract {
namespace {

/// The names of all setters of `Settings`, as its header declares them.
std::set<std::string> declared_settings() {
  std::ifstream file(std::string(FASTCCG_SOURCE_DIR) + "/include/fastccg/settings.hpp");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const std::regex setter(R"(\n  Settings& (\w+)\()");
  std::set<std::string> names;
  for (std::sregex_iterator at(text.begin(), text.end(), setter), end; at != end; ++at) names.insert((*at)[1]);
  return names;
}

ModelInfo that_takes_little(const Speaker& speaker) {
  auto model = speaker.model();
  model.listed = true;
  model.reasons = model.reasons_by_default = model.takes_stop = model.forced_tools = model.schema_output = false;
  model.later_system = false;
  model.sampling = ModelInfo::Sampling::rejected;
  model.efforts.emplace();
  return model;
}

ModelInfo that_always_reasons(const Speaker& speaker) {
  auto model = speaker.model();
  model.listed = model.adaptive_reasoning = true;
  model.reasoning_can_be_off = model.temperature_with_top_p = false;
  model.sampling = ModelInfo::Sampling::only_without_reasoning;
  model.efforts = {"low", "high"};
  model.max_output_tokens = 4000;
  return model;
}

ModelInfo that_takes_budgets(const Speaker& speaker) {
  auto model = speaker.model();
  model.listed = model.takes_budget = true;
  model.min_budget = 1024;
  model.max_budget = 4096;
  if (speaker.speaks == Speaks::generate_content) model.id = "gemini-2.5-flash";
  return model;
}

/// A model that does not reason does as it is told by not reasoning, without a word.
bool goes_without_saying(const Option& option, const ModelInfo& model) {
  return option.setting == "reasoning" && option.value == "off" && !model.reasons;
}

TEST(SettingsContract, walks_every_setting_that_there_is) {
  std::set<std::string> walked(settings_of_the_call().begin(), settings_of_the_call().end());
  for (const auto& option : options()) walked.insert(option.setting);
  EXPECT_EQ(walked, declared_settings())
      << "a setting was added: give it values in options.cpp, or name it as one that "
         "the call obeys";
}

TEST(SettingsContract, nothing_is_dropped_in_silence) {
  for (const auto& speaker : speakers())
    for (const auto& model :
         {speaker.model(), that_takes_little(speaker), that_always_reasons(speaker), that_takes_budgets(speaker)})
      for (const auto& option : options()) {
        if (goes_without_saying(option, model)) continue;
        EXPECT_NE(fate_of(speaker, option, model), Fate::dropped)
            << option.setting << " (" << option.value << ") at " << speaker.name << ", "
            << (model.listed ? model.reasons ? "a model that reasons" : "a model that takes little" : "any model");
      }
}

TEST(SettingsContract, extra_that_is_no_object_is_refused_by_all) {
  const auto& wrong = *std::ranges::find(options(), "no object", &Option::value);
  for (const auto& speaker : speakers())
    EXPECT_EQ(fate_of(speaker, wrong, speaker.model()), Fate::refused) << speaker.name;
}

TEST(SettingsContract, settings_alone_are_never_a_reason_to_warn) {
  for (const auto& speaker : speakers()) {
    const auto rendered = speaker.render({Message::user("q")}, usual_settings());
    EXPECT_TRUE(rendered.warnings.empty()) << speaker.name << ": " << rendered.warnings.front().message;
  }
}

}  // namespace
}  // namespace fastccg::protocols::contract
