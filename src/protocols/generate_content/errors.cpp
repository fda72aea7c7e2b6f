#include "protocols/generate_content/errors.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <optional>

#include "protocols/generate_content/generate_content.hpp"
#include "protocols/shared/error_kind.hpp"

namespace fastccg::protocols::generate_content {

namespace {

using Milliseconds = std::chrono::milliseconds;

class Name {
 public:
  std::string_view text;
  ErrorKind kind;
};

/// The codes of google.rpc.Code.
constexpr auto codes = std::to_array<Name>({
    {"INVALID_ARGUMENT", ErrorKind::invalid_request},
    {"FAILED_PRECONDITION", ErrorKind::permission},  // the region, or billing that was not set up
    {"OUT_OF_RANGE", ErrorKind::invalid_request},
    {"UNIMPLEMENTED", ErrorKind::invalid_request},
    {"UNAUTHENTICATED", ErrorKind::authentication},
    {"PERMISSION_DENIED", ErrorKind::permission},
    {"NOT_FOUND", ErrorKind::model_unavailable},
    {"RESOURCE_EXHAUSTED", ErrorKind::rate_limited},
    {"CANCELLED", ErrorKind::server},
    {"UNKNOWN", ErrorKind::server},
    {"ABORTED", ErrorKind::server},
    {"INTERNAL", ErrorKind::server},
    {"DATA_LOSS", ErrorKind::server},
    {"DEADLINE_EXCEEDED", ErrorKind::server},
    {"UNAVAILABLE", ErrorKind::overloaded},
});

bool contains(std::string_view text, std::string_view word) noexcept {
  return text.find(word) != std::string_view::npos;
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Takes digits, with or without a fraction, from the front of the text.
std::optional<double> take_number(std::string_view& text) {
  constexpr std::size_t longest = 32;
  std::size_t length = 0;
  while (length < text.size() && length < longest && (is_digit(text[length]) || text[length] == '.')) ++length;
  const std::string digits(text.substr(0, length));
  if (digits.empty() || !is_digit(digits.front()) || std::ranges::count(digits, '.') > 1) return std::nullopt;
  text.remove_prefix(length);
  double value = 0;
  double scale = 1;
  bool in_fraction = false;
  for (const char c : digits) {
    if (c == '.')
      in_fraction = true;
    else if (!in_fraction)
      value = value * 10 + (c - '0');
    else
      value += (c - '0') * (scale /= 10);
  }
  return value;
}

std::optional<double> take_unit(std::string_view& text) noexcept {
  constexpr std::array<std::pair<std::string_view, double>, 4> units{{{"ms", 1}, {"s", 1e3}, {"m", 6e4}, {"h", 3.6e6}}};
  for (const auto& [name, milliseconds] : units) {
    if (!text.starts_with(name)) continue;
    text.remove_prefix(name.size());
    return milliseconds;
  }
  return std::nullopt;
}

/// Reads "48s", "34.4s" or "1h2m3.5s" from the front of the text; `whole` demands that nothing follows.
std::optional<Milliseconds> duration(std::string_view text, bool whole) {
  constexpr double longest = 365 * 24 * 3.6e6;
  std::optional<double> total;
  while (!text.empty() && is_digit(text.front())) {
    const auto number = take_number(text);
    const auto unit = number ? take_unit(text) : std::nullopt;
    if (!unit) return std::nullopt;
    total = total.value_or(0) + *number * *unit;
  }
  if (!total || (whole && !text.empty())) return std::nullopt;
  return Milliseconds(static_cast<Milliseconds::rep>(std::ceil(std::min(*total, longest))));
}

/// The delay in "Please retry in 48.9s.": more exact than the one in the details, but only prose.
std::optional<Milliseconds> delay_in_words(std::string_view message) {
  constexpr std::string_view words = "retry in ";
  const auto at = message.find(words);
  if (at == std::string_view::npos) return std::nullopt;
  return duration(message.substr(at + words.size()), false);
}

/// What the list of details says; its entries come in any order, and any of them may be missing.
class Details {
 public:
  explicit Details(const json::Node& list) {
    for (const auto detail : list.elements()) {
      const auto type = detail["@type"].text();
      if (type.ends_with("ErrorInfo")) {
        reason = detail["reason"].text();
      } else if (type.ends_with("RetryInfo")) {
        delay = duration(detail["retryDelay"].text(), true);
      } else if (type.ends_with("BadRequest")) {
        field = detail["fieldViolations"].at(0)["field"].text();
      } else if (type.ends_with("QuotaFailure")) {
        for (const auto violation : detail["violations"].elements())
          long_quota = long_quota || contains(violation["quotaId"].text(), "PerDay") ||
                       contains(violation["quotaId"].text(), "PerMonth");
      }
    }
  }

  std::string_view reason;
  std::string_view field;
  std::optional<Milliseconds> delay;
  bool long_quota = false;
};

ErrorKind kind_of(ErrorKind otherwise, std::string_view code, const Details& details, std::string_view message) {
  if (details.reason == "API_KEY_INVALID" || contains(message, "reported as leaked")) return ErrorKind::authentication;
  if (code == "INVALID_ARGUMENT" && contains(message, "token count") && contains(message, "exceeds"))
    return ErrorKind::context_too_long;
  // "limit: 0" is a quota that the account does not have at all.
  if (code == "RESOURCE_EXHAUSTED" && (details.long_quota || contains(message, "limit: 0,") ||
                                       contains(message, "credits are depleted") || contains(message, "spending cap")))
    return ErrorKind::quota_exhausted;
  if (code == "INVALID_ARGUMENT" && otherwise != ErrorKind::server) return otherwise;
  const auto* known = std::ranges::find(codes, code, &Name::text);
  return known == codes.end() ? otherwise : known->kind;
}

}  // namespace

Error read_failure(int status, const json::Node& root, std::string_view body, std::string_view provider) {
  auto error = shared::make_error(status, shared::read_error(root), body, provider);
  const auto document = root.is_array() ? root.at(0) : root;
  const auto report = document["error"];
  const auto code = report["status"].text();
  const Details details(report["details"]);

  error.kind = kind_of(error.kind, code, details, error.provider_message);
  error.message = shared::explanation(error.kind);
  if (!code.empty()) error.code = code;
  if (!details.field.empty()) error.param = details.field;
  const auto in_words = delay_in_words(error.provider_message);
  error.retry_after = details.delay && in_words ? std::max(*details.delay, *in_words) : details.delay;
  if (!error.retry_after) error.retry_after = in_words;
  return error;
}

Error GenerateContent::classify(int status, const Headers&, std::string_view body, const Dialect& dialect) const {
  json::BorrowedReader reader;
  const auto root = reader->parse(body);
  if (root && (root->is_object() || root->is_array())) return read_failure(status, *root, body, dialect.provider);
  return shared::make_error(status, shared::read_error(body), body, dialect.provider);
}

}  // namespace fastccg::protocols::generate_content
