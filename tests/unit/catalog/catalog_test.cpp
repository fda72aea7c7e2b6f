#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "fastccg/catalog.hpp"
#include "fastccg/error.hpp"

namespace fastccg {
namespace {

using Sampling = ModelInfo::Sampling;
using Efforts = std::vector<std::string>;

std::string refusal_of(std::string_view name) {
  try {
    find_model(name);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Catalog, listed_model_is_found_with_its_numbers) {
  const auto model = find_model("openai/gpt-5.6-sol");
  EXPECT_TRUE(model.listed);
  EXPECT_EQ(model.provider, "openai");
  EXPECT_EQ(model.id, "gpt-5.6-sol");
  EXPECT_EQ(model.context_tokens, 1'050'000);
  EXPECT_EQ(model.max_output_tokens, 128'000);
  EXPECT_EQ(model.input_price, 5);
  EXPECT_EQ(model.output_price, 30);
  EXPECT_EQ(model.cached_input_price, 0.5);
  EXPECT_EQ(model.cache_write_price, 6.25);
  EXPECT_TRUE(model.images && model.files && model.tools && model.schema_output && model.reasons);
  EXPECT_EQ(model.efforts, (Efforts{"low", "medium", "high", "xhigh", "max"}));
  EXPECT_EQ(model.released, "2026-07-09");
}

TEST(Catalog, every_preset_is_listed) {
  for (const auto preset :
       {models::gpt_4o, models::gpt_4o_mini, models::gpt_3_5_turbo, models::gpt_5_6_sol, models::gpt_5_6_terra,
        models::gpt_5_6_luna, models::gemini_pro_1_5, models::gemini_flash_1_5, models::mistral_tiny,
        models::mistral_small, models::mistral_medium, models::claude_3_sonnet})
    EXPECT_TRUE(find_model(preset.text()).listed) << preset.text();
}

TEST(Catalog, every_retired_preset_has_a_day_and_a_replacement) {
  for (const auto preset : {models::gpt_3_5_turbo, models::gemini_pro_1_5, models::gemini_flash_1_5,
                            models::mistral_tiny, models::mistral_small, models::claude_3_sonnet}) {
    const auto model = find_model(preset.text());
    EXPECT_FALSE(model.retired.empty()) << preset.text();
    EXPECT_FALSE(model.replacement.empty()) << preset.text();
  }
}

TEST(Catalog, replacement_outlives_what_it_replaces) {
  for (const auto& model : list_models()) {
    if (model.replacement.empty()) continue;
    const auto replacement = find_model(model.provider + "/" + model.replacement);
    if (model.retired.empty())
      EXPECT_TRUE(replacement.retired.empty()) << model.id;
    else
      EXPECT_TRUE(replacement.retired.empty() || replacement.retired > model.retired) << model.id;
  }
}

TEST(Catalog, rows_are_consistent) {
  for (const auto& model : list_models()) {
    EXPECT_TRUE(model.listed) << model.id;
    EXPECT_EQ(model.reasons_by_default && !model.reasons, false) << model.id;
    EXPECT_EQ(model.sampling == Sampling::only_without_reasoning && !model.reasons, false) << model.id;
    EXPECT_EQ(model.min_budget && !model.takes_budget, false) << model.id;
    EXPECT_LE(model.cached_input_price.value_or(0), model.input_price.value_or(0)) << model.id;
    EXPECT_EQ(model.dimensions && model.kind != ModelInfo::Kind::embeddings, false) << model.id;
  }
}

TEST(Catalog, models_are_sorted_and_unique) {
  std::vector<std::pair<std::string, std::string>> names;
  for (const auto& model : list_models()) names.emplace_back(model.provider, model.id);
  EXPECT_GT(names.size(), 80u);
  EXPECT_TRUE(std::ranges::is_sorted(names));
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
}

TEST(Catalog, each_listed_model_and_alias_is_found) {
  for (const auto& model : list_models()) {
    EXPECT_TRUE(find_model(model.provider + "/" + model.id).listed) << model.id;
    for (const auto& alias : model.aliases) {
      const auto same = find_model(model.provider + "/" + alias);
      EXPECT_TRUE(same.listed) << alias;
      EXPECT_EQ(same.id, alias);
      EXPECT_EQ(same.context_tokens, model.context_tokens) << alias;
    }
  }
}

TEST(Catalog, snapshot_has_what_is_known_of_its_model) {
  const std::vector<std::pair<std::string, std::string>> snapshots = {
      {"openai/gpt-4o-2024-08-06", "openai/gpt-4o"},
      {"openai/gpt-5-2025-08-07", "openai/gpt-5"},
      {"openai/gpt-5.6-2026-07-09", "openai/gpt-5.6-sol"},
      {"openai/gpt-3.5-turbo-0125", "openai/gpt-3.5-turbo"},
      {"openai/ft:gpt-4o-mini-2024-07-18:acme::abc", "openai/gpt-4o-mini"},
      {"anthropic/claude-haiku-4-5-20251001", "anthropic/claude-haiku-4-5"},
      {"anthropic/claude-sonnet-4-20250514", "anthropic/claude-sonnet-4-0"},
      {"gemini/gemini-2.5-flash-preview-09-2025", "gemini/gemini-2.5-flash"},
      {"gemini/gemini-1.5-pro-002", "gemini/gemini-1.5-pro"}};
  for (const auto& [name, same] : snapshots) {
    const auto snapshot = find_model(name);
    const auto model = find_model(same);
    EXPECT_TRUE(snapshot.listed) << name;
    EXPECT_EQ(snapshot.provider + "/" + snapshot.id, name);
    EXPECT_EQ(snapshot.context_tokens, model.context_tokens) << name;
    EXPECT_EQ(snapshot.retired, model.retired) << name;
    EXPECT_EQ(snapshot.sampling, model.sampling) << name;
  }
}

TEST(Catalog, snapshot_with_a_row_of_its_own_keeps_it) {
  EXPECT_EQ(find_model("openai/gpt-4o-2024-05-13").retired, "2026-10-23");
  EXPECT_EQ(find_model("openai/gpt-4o").retired, "2027-01-14");
}

class Manners {
 public:
  const char* name;
  bool reasons;
  bool by_default;
  bool can_be_off;
  Sampling sampling;
};

TEST(Catalog, openai_models_reason_and_sample_as_their_family_does) {
  const auto allowed = Sampling::allowed;
  const auto only = Sampling::only_without_reasoning;
  const auto rejected = Sampling::rejected;
  const Manners cases[] = {{"gpt-5.6-terra", true, true, true, only},
                           {"gpt-5.5", true, true, true, only},
                           {"gpt-5.5-pro", true, true, false, rejected},
                           {"gpt-5.4-pro", true, true, false, rejected},
                           {"gpt-5.2-pro", true, true, false, rejected},
                           {"gpt-5.4", true, false, true, only},
                           {"gpt-5.4-nano", true, false, true, only},
                           {"gpt-5.3-codex", true, false, true, only},
                           {"gpt-5.1", true, false, true, only},
                           {"gpt-5.3-chat-latest", true, true, false, rejected},
                           {"gpt-5.1-codex-max", true, true, false, rejected},
                           {"gpt-5-chat-latest", false, false, true, allowed},
                           {"gpt-5", true, true, false, rejected},
                           {"gpt-5-mini", true, true, false, rejected},
                           {"gpt-5-codex", true, true, false, rejected},
                           {"o1", true, true, false, rejected},
                           {"o3-mini", true, true, false, rejected},
                           {"o4-mini", true, true, false, rejected},
                           {"gpt-4o", false, false, true, allowed},
                           {"gpt-4.1-mini", false, false, true, allowed},
                           {"gpt-4-turbo", false, false, true, allowed},
                           {"gpt-3.5-turbo", false, false, true, allowed},
                           {"gpt-5.9-new", true, true, true, only},
                           {"gpt-6-luna", true, true, true, only}};
  for (const auto& expected : cases) {
    const auto model = find_model(std::string("openai/") + expected.name);
    EXPECT_EQ(model.reasons, expected.reasons) << expected.name;
    EXPECT_EQ(model.reasons_by_default, expected.by_default) << expected.name;
    EXPECT_EQ(model.reasoning_can_be_off, expected.can_be_off) << expected.name;
    EXPECT_EQ(model.sampling, expected.sampling) << expected.name;
  }
}

TEST(Catalog, anthropic_models_sample_and_think_as_their_generation_does) {
  for (const auto* name :
       {"claude-opus-5", "claude-sonnet-5", "claude-fable-5", "claude-opus-4-8", "claude-opus-4-7"}) {
    const auto model = find_model(std::string("anthropic/") + name);
    EXPECT_EQ(model.sampling, Sampling::rejected) << name;
    EXPECT_TRUE(model.adaptive_reasoning) << name;
    EXPECT_FALSE(model.takes_budget) << name;
    EXPECT_FALSE(model.prefill) << name;
    EXPECT_EQ(model.efforts, (Efforts{"low", "medium", "high", "xhigh", "max"})) << name;
  }
  for (const auto* name : {"claude-opus-4-6", "claude-sonnet-4-6"}) {
    const auto model = find_model(std::string("anthropic/") + name);
    EXPECT_EQ(model.sampling, Sampling::only_without_reasoning) << name;
    EXPECT_TRUE(model.adaptive_reasoning && model.takes_budget) << name;
    EXPECT_FALSE(model.prefill) << name;
    EXPECT_EQ(model.efforts, (Efforts{"low", "medium", "high", "max"})) << name;
  }
  for (const auto* name : {"claude-sonnet-4-5", "claude-haiku-4-5"}) {
    const auto model = find_model(std::string("anthropic/") + name);
    EXPECT_FALSE(model.adaptive_reasoning) << name;
    EXPECT_TRUE(model.takes_budget && model.prefill) << name;
    EXPECT_EQ(model.efforts, Efforts()) << name;
  }
  EXPECT_EQ(find_model("anthropic/claude-opus-4-5").efforts, (Efforts{"low", "medium", "high"}));
  EXPECT_TRUE(find_model("anthropic/claude-sonnet-5").reasons_by_default);
  EXPECT_FALSE(find_model("anthropic/claude-opus-5").reasons_by_default);
  EXPECT_FALSE(find_model("anthropic/claude-fable-5").forced_tools);
  EXPECT_EQ(find_model("anthropic/claude-3-sonnet-20240229").sampling, Sampling::allowed);
}

TEST(Catalog, gemini_models_take_budgets_or_levels) {
  const auto pro = find_model("gemini/gemini-2.5-pro");
  EXPECT_TRUE(pro.takes_budget);
  EXPECT_FALSE(pro.reasoning_can_be_off);
  EXPECT_EQ(pro.min_budget, 128);
  EXPECT_EQ(pro.max_budget, 32768);
  EXPECT_TRUE(find_model("gemini/gemini-2.5-flash").reasoning_can_be_off);
  EXPECT_EQ(find_model("gemini/gemini-2.5-flash-lite").min_budget, 512);
  EXPECT_EQ(find_model("gemini/gemini-3.6-flash").efforts, (Efforts{"minimal", "low", "medium", "high"}));
  EXPECT_EQ(find_model("gemini/gemini-3.7-flash").efforts, (Efforts{"low", "medium", "high"}));
}

TEST(Catalog, unlisted_model_behaves_as_the_newest_of_its_provider) {
  const auto claude = find_model("anthropic/claude-haiku-6");
  EXPECT_FALSE(claude.listed);
  EXPECT_EQ(claude.sampling, Sampling::rejected);
  EXPECT_TRUE(claude.adaptive_reasoning);
  EXPECT_FALSE(claude.efforts);
  const auto gemini = find_model("gemini/gemini-4-flash");
  EXPECT_FALSE(gemini.listed);
  EXPECT_EQ(gemini.efforts, (Efforts{"low", "medium", "high"}));
}

TEST(Catalog, unlisted_model_of_any_other_provider_may_do_everything) {
  for (const auto* name : {"openrouter/vendor/model:free", "xai/grok-9", "cerebras/anything"}) {
    const auto model = find_model(name);
    EXPECT_FALSE(model.listed) << name;
    EXPECT_EQ(model.provider + "/" + model.id, name);
    EXPECT_EQ(model.sampling, Sampling::allowed) << name;
    EXPECT_TRUE(model.images && model.files && model.audio && model.tools && model.schema_output && model.reasons)
        << name;
    EXPECT_FALSE(model.efforts) << name;
    EXPECT_FALSE(model.reasons_by_default) << name;
  }
}

TEST(Catalog, embedding_models_have_dimensions) {
  const auto model = find_model("openai/text-embedding-3-small");
  EXPECT_EQ(model.kind, ModelInfo::Kind::embeddings);
  EXPECT_EQ(model.dimensions, 1536);
  EXPECT_TRUE(model.reducible_dimensions);
  EXPECT_EQ(find_model("gemini/text-embedding-004").replacement, "gemini-embedding-001");
}

TEST(Catalog, bad_names_are_refused) {
  for (const auto* name : {"", "/", "openai", "openai/", "/gpt-4o"})
    EXPECT_NE(refusal_of(name).find("provider/name"), std::string::npos) << name;
  EXPECT_NE(refusal_of("gpt-4o").find("Did you mean \"openai/gpt-4o\"?"), std::string::npos);
  EXPECT_NE(refusal_of("nobody/gpt-4o").find("no provider \"nobody\""), std::string::npos);
  EXPECT_NE(refusal_of("OpenAI/gpt-4o").find("no provider \"OpenAI\""), std::string::npos);
}

}  // namespace
}  // namespace fastccg
