#include "exchange/rate_limits.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "exchange/header_time.hpp"
#include "exchange/rate_headers.hpp"

namespace fastccg {

namespace {

using namespace std::chrono;

/// One header: which limit it is about, and what it says of it.
class Field {
 public:
  enum class What { none, limit, remaining, reset };
  What what = What::none;
  std::string_view name;
};

using What = Field::What;
constexpr std::array<std::pair<std::string_view, What>, 3> words{
    {{"limit", What::limit}, {"remaining", What::remaining}, {"reset", What::reset}}};

Field field_of(std::string_view header) {
  Field field;
  const bool word_is_last = header.starts_with("anthropic-");
  if (word_is_last) header.remove_prefix(10);
  if (header.starts_with("x-")) header.remove_prefix(2);
  constexpr std::string_view subject = "ratelimit-";
  if (!header.starts_with(subject)) return field;
  header.remove_prefix(subject.size());
  for (const auto& [word, what] : words) {
    const bool found = word_is_last ? header.ends_with(word) : header.starts_with(word);
    if (!found) continue;
    auto name = word_is_last ? header.substr(0, header.size() - word.size()) : header.substr(word.size());
    const bool parted = word_is_last ? name.ends_with('-') : name.starts_with('-');
    if (!name.empty() && !parted) continue;
    if (!name.empty()) name = word_is_last ? name.substr(0, name.size() - 1) : name.substr(1);
    field.what = what;
    field.name = name;
  }
  return field;
}

std::optional<std::int64_t> count(const std::string& text) {
  const auto number = header_time::number(text);
  if (!number || *number < 0 || *number > 9e15) return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

bool may_be_limit(std::string_view header) {
  constexpr std::string_view first_letters = "AaXxRr";
  return header.size() > 9 && first_letters.find(header.front()) != std::string_view::npos;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

}  // namespace

std::vector<RateLimit> rate_limits(const Headers& headers, system_clock::time_point now) {
  constexpr std::size_t most = 32;  // of one answer; no provider has half as many
  std::optional<system_clock::time_point> server_now;
  std::vector<RateLimit> limits;
  for (const auto& [header, value] : headers) {
    // Most headers are seen not to be one without a copy.
    if (!may_be_limit(header)) continue;
    const auto lower = lowered(header);
    const auto field = field_of(lower);
    if (field.what == What::none) continue;
    auto known = std::ranges::find(limits, field.name, &RateLimit::name);
    if (known == limits.end() && limits.size() == most) continue;
    if (known == limits.end()) {
      known = limits.insert(limits.end(), RateLimit());
      known->name = field.name;
    }
    if (field.what == What::limit) known->limit = count(value);
    if (field.what == What::remaining) known->remaining = count(value);
    if (field.what == What::reset) {
      if (!server_now) server_now = server_clock(headers, now);
      known->reset = rate_reset(value, *server_now);
    }
  }
  std::erase_if(limits, [](const RateLimit& l) { return !l.limit && !l.remaining && !l.reset; });
  return limits;
}

}  // namespace fastccg
