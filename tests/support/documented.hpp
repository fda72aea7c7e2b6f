#pragma once

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace fastccg::testing {

/// The first block of that language in a page of docs/, without its fences.
inline std::string documented_block(const std::string& page, const std::string& language) {
  std::ifstream file(std::string(FASTCCG_SOURCE_DIR) + "/docs/" + page);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto fence = "```" + language + "\n";
  const auto begin = text.find(fence);
  const auto end = text.find("\n```\n", begin);
  if (begin == std::string::npos || end == std::string::npos) throw std::runtime_error("no " + language + " in " + page);
  return text.substr(begin + fence.size(), end + 1 - begin - fence.size());
}

}  // namespace fastccg::testing
