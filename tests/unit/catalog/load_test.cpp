#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "catalog/fields.hpp"
#include "documented.hpp"
#include "fastccg/catalog.hpp"
#include "fastccg/error.hpp"

namespace fastccg {
namespace {

namespace fs = std::filesystem;

class LoadedCatalog : public ::testing::Test {
 protected:
  LoadedCatalog() {
    auto pattern = (fs::temp_directory_path() / "fastccg-catalog-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    path_ = (folder_ / "catalog.json").string();
  }
  ~LoadedCatalog() override {
    load(R"({"format": "fastccg-catalog", "version": 1, "providers": {}})");
    fs::remove_all(folder_);
  }

  void load(const std::string& text) {
    std::ofstream(path_, std::ios::binary) << text;
    load_catalog(path_);
  }
  void load_providers(const std::string& providers) {
    load(R"({"format": "fastccg-catalog", "version": 1, "providers": )" + providers + "}");
  }

  void expect_error(const std::string& text, const std::string& part) {
    try {
      load(text);
      ADD_FAILURE() << text;
    } catch (const UsageError& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  }
  void expect_model_error(const std::string& model, const std::string& part) {
    expect_error(R"({"format": "fastccg-catalog", "version": 1, "providers": {"openai": {"models": {"gpt-4o": )" +
                     model + "}}}}",
                 "providers.openai.models.gpt-4o" + part);
  }

  fs::path folder_;
  std::string path_;
};

TEST_F(LoadedCatalog, model_is_replaced_field_by_field) {
  const auto before = find_model("openai/gpt-4o");
  load_providers(R"({"openai": {"models": {"gpt-4o": {"input_price": 9, "retired": "", "images": false}}}})");
  const auto model = find_model("openai/gpt-4o");
  EXPECT_EQ(model.input_price, 9);
  EXPECT_EQ(model.retired, "");
  EXPECT_FALSE(model.images);
  EXPECT_EQ(model.output_price, before.output_price);
  EXPECT_EQ(model.context_tokens, before.context_tokens);
  EXPECT_EQ(find_model("openai/gpt-4o-2024-08-06").input_price, 9);
  EXPECT_NE(find_model("openai/gpt-4o-mini").input_price, 9);
}

TEST_F(LoadedCatalog, null_makes_a_number_unknown) {
  load_providers(
      R"({"openai": {"models": {"gpt-4o": {"input_price": null, "context_tokens": null, "efforts": null}}}})");
  const auto model = find_model("openai/gpt-4o");
  EXPECT_FALSE(model.input_price);
  EXPECT_FALSE(model.context_tokens);
  EXPECT_FALSE(model.efforts);
}

TEST_F(LoadedCatalog, new_model_begins_as_its_family) {
  load_providers(R"({"openai": {"models": {"gpt-5.7": {"input_price": 1}}}})");
  const auto model = find_model("openai/gpt-5.7");
  EXPECT_TRUE(model.listed);
  EXPECT_EQ(model.input_price, 1);
  EXPECT_TRUE(model.reasons_by_default);
  EXPECT_EQ(model.sampling, ModelInfo::Sampling::only_without_reasoning);
}

TEST_F(LoadedCatalog, entry_for_a_snapshot_begins_as_its_model) {
  load_providers(R"({"openai": {"models": {"gpt-4o-2024-11-20": {"input_price": 1}}}})");
  EXPECT_EQ(find_model("openai/gpt-4o-2024-11-20").output_price, find_model("openai/gpt-4o").output_price);
  EXPECT_EQ(find_model("openai/gpt-4o-2024-11-20").input_price, 1);
  EXPECT_EQ(find_model("openai/gpt-4o").input_price, 2.5);
}

TEST_F(LoadedCatalog, alias_moves_to_another_model) {
  ASSERT_EQ(find_model("gemini/gemini-flash-latest").input_price, 1.5);
  load_providers(R"({"gemini": {"models": {"gemini-3.7-flash": {"aliases": ["gemini-flash-latest"]}}}})");
  EXPECT_EQ(find_model("gemini/gemini-flash-latest").input_price, 0.75);
  EXPECT_TRUE(find_model("gemini/gemini-3.5-flash").aliases.empty());
}

TEST_F(LoadedCatalog, alias_becomes_a_model_of_its_own) {
  load_providers(R"({"openai": {"models": {"gpt-5.6": {"input_price": 7}}}})");
  EXPECT_EQ(find_model("openai/gpt-5.6").input_price, 7);
  EXPECT_EQ(find_model("openai/gpt-5.6").output_price, 30);
  EXPECT_EQ(find_model("openai/gpt-5.6-sol").input_price, 5);
  EXPECT_TRUE(find_model("openai/gpt-5.6-sol").aliases.empty());
}

TEST_F(LoadedCatalog, family_speaks_of_unlisted_models) {
  load_providers(R"({"xai": {"families": [{"prefixes": ["grok-x-mini"], "audio": true},
                                          {"prefixes": ["grok-x", "grok-y"], "audio": false, "context_tokens": 5}]}})");
  EXPECT_EQ(find_model("xai/grok-x1").context_tokens, 5);
  EXPECT_FALSE(find_model("xai/grok-x1").audio);
  EXPECT_FALSE(find_model("xai/grok-y").audio);
  EXPECT_TRUE(find_model("xai/grok-x-mini-1").audio);
  EXPECT_EQ(find_model("xai/grok-x-mini-1").context_tokens, 5);
  EXPECT_FALSE(find_model("xai/grok-x1").listed);
}

TEST_F(LoadedCatalog, provider_of_the_file_is_known) {
  EXPECT_THROW(find_model("in-house/big"), UsageError);
  load_providers(R"({"in-house": {"models": {"big": {"tools": false}}}})");
  EXPECT_FALSE(find_model("in-house/big").tools);
  EXPECT_TRUE(find_model("in-house/other").tools);
}

TEST_F(LoadedCatalog, another_file_forgets_the_one_before) {
  load_providers(R"({"openai": {"models": {"gpt-4o": {"input_price": 9}}}})");
  load_providers(R"({"openai": {"models": {"gpt-4.1": {"input_price": 8}}}})");
  EXPECT_EQ(find_model("openai/gpt-4o").input_price, 2.5);
  EXPECT_EQ(find_model("openai/gpt-4.1").input_price, 8);
}

TEST_F(LoadedCatalog, error_changes_nothing) {
  load_providers(R"({"openai": {"models": {"gpt-4o": {"input_price": 9}}}})");
  expect_error(R"({"format": "fastccg-catalog", "version": 1, "providers":
                  {"openai": {"models": {"gpt-4o": {"input_price": 1}, "gpt-4.1": {"input_price": "x"}}}}})",
               "providers.openai.models.gpt-4.1.input_price: must be a number");
  EXPECT_EQ(find_model("openai/gpt-4o").input_price, 9);
}

TEST_F(LoadedCatalog, broken_json_is_placed_by_line_and_column) {
  expect_error("{\n \"format\" \"x\"}", "line 2, column 11");
  expect_error("", "the text is empty");
  expect_error(R"({"format": "fastccg-catalog", "format": 1})", "stands twice");
}

TEST_F(LoadedCatalog, wrong_form_is_an_error) {
  expect_error("[]", "must be an object");
  expect_error("{}", "format: is missing");
  expect_error(R"({"format": "fastccg-session", "version": 1})", "format: must be \"fastccg-catalog\"");
  expect_error(R"({"format": "fastccg-catalog", "version": 2, "providers": {}})", "version: must be 1");
  expect_error(R"({"format": "fastccg-catalog", "version": 1})", "providers: is missing");
  expect_error(R"({"format": "fastccg-catalog", "version": 1, "models": {}, "providers": {}})", "models: is not known");
  expect_error(R"({"format": "fastccg-catalog", "version": 1, "providers": {"x": {"modles": {}}}})",
               "providers.x.modles: is not known");
  expect_error(R"({"format": "fastccg-catalog", "version": 1, "providers": {"a/b": {}}})", "without a slash");
  expect_error(R"({"format": "fastccg-catalog", "version": 1, "providers": {"x": {"families": [{}]}}})",
               "providers.x.families[0].prefixes: is missing");
  expect_error(R"({"format": "fastccg-catalog", "version": 1, "providers": {"x": {"models": {"": {}}}}})",
               "needs a name");
}

TEST_F(LoadedCatalog, wrong_values_are_placed_by_field) {
  expect_model_error("5", ": must be an object");
  expect_model_error(R"({"contex_tokens": 5})", ".contex_tokens: is not a field");
  expect_model_error(R"({"context_tokens": 0})", ".context_tokens: must be at least 1");
  expect_model_error(R"({"context_tokens": 1.5})", ".context_tokens: must be a whole number");
  expect_model_error(R"({"context_tokens": "many"})", ".context_tokens: must be a whole number");
  expect_model_error(R"({"input_price": -1})", ".input_price: must be zero or more");
  expect_model_error(R"({"input_price": 1e400})", "");
  expect_model_error(R"({"images": "yes"})", ".images: must be true or false");
  expect_model_error(R"({"images": null})", ".images: must be true or false");
  expect_model_error(R"({"sampling": "sometimes"})", ".sampling: must be one of");
  expect_model_error(R"({"kind": 1})", ".kind: must be a text");
  expect_model_error(R"({"retired": "soon"})", ".retired: must be a day");
  expect_model_error(R"({"retired": "2026-13-01"})", ".retired: must be a day");
  expect_model_error(R"({"efforts": ["low", ""]})", ".efforts[1]: is empty");
  expect_model_error(R"({"aliases": ["gpt-4.1"]})", ": the alias \"gpt-4.1\" is the name of a model");
  expect_model_error(R"({"aliases": ["gpt-4o"]})", ": the alias \"gpt-4o\" is the name of a model");
}

TEST_F(LoadedCatalog, unreadable_files_are_errors_that_name_the_path) {
  for (const auto& path : {folder_.string(), (folder_ / "missing").string(), std::string(), std::string("/dev/null")}) {
    try {
      load_catalog(path);
      ADD_FAILURE() << path;
    } catch (const UsageError& error) {
      EXPECT_NE(std::string(error.what()).find("\"" + path + "\""), std::string::npos) << error.what();
    }
  }
}

TEST_F(LoadedCatalog, lookups_go_on_while_files_are_loaded) {
  std::atomic<bool> done{false};
  std::atomic<int> odd{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i)
    readers.emplace_back([&] {
      do {
        const auto price = find_model("openai/gpt-4o").input_price;
        if (price != 2.5 && price != 9) ++odd;
      } while (!done);
    });
  for (int i = 0; i < 20; ++i) load_providers(R"({"openai": {"models": {"gpt-4o": {"input_price": 9}}}})");
  done = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(odd, 0);
}

TEST_F(LoadedCatalog, documented_example_does_what_the_page_says) {
  load(testing::documented_block("catalog.md", "json"));
  EXPECT_EQ(find_model("openai/gpt-4o").input_price, 1.9);
  EXPECT_EQ(find_model("openai/gpt-4o").context_tokens, 128'000);
  EXPECT_EQ(find_model("openai/gpt-5.6-luna").replacement, "gpt-6-luna");
  EXPECT_EQ(find_model("openai/gpt-6-cheap").context_tokens, 2'000'000);
  EXPECT_FALSE(find_model("ollama/llama3").images);
  EXPECT_EQ(find_model("ollama/qwen3:8b").context_tokens, 32768);
  EXPECT_TRUE(find_model("ollama/qwen3:8b").reasons_by_default);
}

TEST_F(LoadedCatalog, documented_fields_are_exactly_those_that_are_read) {
  std::istringstream page(testing::documented_section("catalog.md", "## The fields of a model"));
  std::size_t fields = 0;
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("| `")) continue;
    const auto name = line.substr(3, line.find('`', 3) - 3);
    ++fields;
    expect_model_error("{\"" + name + "\": {}}", "." + name + ": must be ");
  }
  EXPECT_EQ(fields, catalog::field_count());
}

}  // namespace
}  // namespace fastccg
