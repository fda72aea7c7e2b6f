#pragma once

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "source_dir.hpp"

namespace fastccg::testing {

inline std::string documentation_page(const std::string& page) {
  std::ifstream file(std::string(FASTCCG_SOURCE_DIR) + "/docs/" + page);
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

/// The first block of that language in a page of docs/, without its fences.
inline std::string documented_block(const std::string& page, const std::string& language) {
  const auto text = documentation_page(page);
  const auto fence = "```" + language + "\n";
  const auto begin = text.find(fence);
  const auto end = text.find("\n```\n", begin);
  if (begin == std::string::npos || end == std::string::npos)
    throw std::runtime_error("no " + language + " in " + page);
  return text.substr(begin + fence.size(), end + 1 - begin - fence.size());
}

/// What stands under a heading of a page of docs/, up to the next heading of the same level.
inline std::string documented_section(const std::string& page, const std::string& heading) {
  const auto text = documentation_page(page);
  const auto begin = text.find(heading + "\n");
  if (begin == std::string::npos) throw std::runtime_error("no \"" + heading + "\" in " + page);
  const auto level = heading.substr(0, heading.find(' ') + 1);
  return text.substr(begin, text.find("\n" + level, begin) - begin);
}

}  // namespace fastccg::testing
