#include <array>

#include "personas/openai_families.hpp"

namespace fastccg::sim::openai {
namespace {

// What is known of the families that think. The longest prefix counts.
class Family {
 public:
  constexpr Family(std::string_view prefix_, bool thinks_unasked_, bool may_not_think_, bool takes_sampling_)
      : prefix(prefix_),
        thinks_unasked(thinks_unasked_),
        may_not_think(may_not_think_),
        takes_sampling(takes_sampling_) {}

  std::string_view prefix;
  bool thinks_unasked;
  bool may_not_think;   ///< It takes the effort `none`, with which it takes sampling parameters too.
  bool takes_sampling;  ///< Whatever the effort.
};

constexpr std::array families{
    Family{"gpt-5", true, false, false},
    Family{"gpt-5-chat", false, false, true},
    Family{"gpt-5.1", false, true, false},
    Family{"gpt-5.1-chat", true, false, false},
    Family{"gpt-5.1-codex", true, false, false},
    Family{"gpt-5.2", false, true, false},
    Family{"gpt-5.2-chat", true, false, false},
    Family{"gpt-5.2-pro", true, false, false},
    Family{"gpt-5.3", false, true, false},
    Family{"gpt-5.3-chat", true, false, false},
    Family{"gpt-5.4", false, true, false},
    Family{"gpt-5.4-pro", true, false, false},
    Family{"gpt-5.5", true, true, false},
    Family{"gpt-5.5-pro", true, false, false},
    Family{"gpt-5.6", true, true, false},
    Family{"o1", true, false, false},
    Family{"o3", true, false, false},
    Family{"o4", true, false, false},
};

const Family* family_of(std::string_view model) {
  const Family* best = nullptr;
  for (const auto& family : families)
    if (model.substr(0, family.prefix.size()) == family.prefix &&
        (best == nullptr || family.prefix.size() > best->prefix.size()))
      best = &family;
  return best;
}

}  // namespace

bool takes_sampling_always(std::string_view model) {
  const auto* family = family_of(model);
  return family == nullptr || family->takes_sampling;
}

bool thinks(std::string_view model, std::string_view effort) {
  const auto* family = family_of(model);
  if (family == nullptr || family->takes_sampling) return false;
  if (effort.empty()) return family->thinks_unasked;
  return !(effort == "none" && family->may_not_think);
}

}  // namespace fastccg::sim::openai
