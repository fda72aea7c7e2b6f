// The tables of docs/providers.md say what the code does. With FASTCCG_UPDATE_DOCS=1 they are written anew.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "documented.hpp"
#include "tables.hpp"

namespace fastccg::protocols::contract {
namespace {

constexpr const char* page = "providers.md";

/// Where the table of that name stands in the page, between two marks.
std::pair<std::size_t, std::size_t> place_of(const std::string& text, const std::string& name) {
  const auto mark = "<!-- table: " + name + " -->\n";
  const auto begin = text.find(mark);
  const auto end = text.find("<!-- end -->", begin);
  if (begin == std::string::npos || end == std::string::npos) throw std::runtime_error("no table " + name);
  return {begin + mark.size(), end};
}

void check(const std::string& name, const std::string& table) {
  auto text = testing::documentation_page(page);
  const auto [begin, end] = place_of(text, name);
  if (std::getenv("FASTCCG_UPDATE_DOCS")) {
    text.replace(begin, end - begin, table);
    std::ofstream(std::string(FASTCCG_SOURCE_DIR) + "/docs/" + page) << text;
    return;
  }
  EXPECT_EQ(text.substr(begin, end - begin), table) << "run `make tables` to write docs/" << page << " anew";
}

TEST(ProvidersPage, table_of_providers_says_what_the_code_does) { check("providers", providers_table()); }
TEST(ProvidersPage, table_of_settings_says_what_the_code_does) { check("settings", settings_table()); }
TEST(ProvidersPage, table_of_parts_says_what_the_code_does) { check("parts", parts_table()); }

}  // namespace
}  // namespace fastccg::protocols::contract
