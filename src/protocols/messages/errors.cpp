#include "protocols/messages/errors.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocols/messages/messages.hpp"
#include "protocols/shared/error_kind.hpp"

namespace fastccg::protocols::messages {

namespace {

/// The statuses that stand for the types of errors, for reports that come without one.
constexpr std::array<std::pair<std::string_view, int>, 9> statuses{{
    {"invalid_request_error", 400},
    {"authentication_error", 401},
    {"billing_error", 402},
    {"permission_error", 403},
    {"not_found_error", 404},
    {"request_too_large", 413},
    {"rate_limit_error", 429},
    {"timeout_error", 504},
    {"overloaded_error", 529},
}};

int status_of(std::string_view type) noexcept {
  const auto found = std::ranges::find(statuses, type, &std::pair<std::string_view, int>::first);
  return found == statuses.end() ? 0 : found->second;
}

/// Limits on spending that the account's owner has set himself come as rate limits, or as bad requests.
bool is_spending_limit(const json::Node& error) {
  return error["details"]["error_code"].text() == "enforced_spend_limit_reached" ||
         error["message"].text().find("API usage limits") != std::string_view::npos;
}

Error error_of(int status, const shared::ErrorBody& report, bool out_of_money, std::string_view body,
               const Dialect& dialect) {
  const auto kind = out_of_money ? ErrorKind::quota_exhausted
                                 : shared::kind_of(status != 0 ? status : status_of(report.type), report);
  auto error = shared::make_error(status, report, body, dialect.provider);
  error.kind = kind;
  error.message = shared::explanation(kind);
  return error;
}

}  // namespace

Error reported_error(const json::Node& root, std::string_view text, const Dialect& dialect) {
  return error_of(0, shared::read_error(root), is_spending_limit(root["error"]), text, dialect);
}

Error reported_error(std::string_view text, const Dialect& dialect) {
  return error_of(0, shared::read_error(text), false, text, dialect);
}

Error Messages::classify(int status, const Headers&, std::string_view body, const Dialect& dialect) const {
  json::BorrowedReader reader;
  const auto root = reader->parse(body);
  const bool out_of_money = root && is_spending_limit((*root)["error"]);
  return error_of(status, shared::read_error(body), out_of_money, body, dialect);
}

}  // namespace fastccg::protocols::messages
