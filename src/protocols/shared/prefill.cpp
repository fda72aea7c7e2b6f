#include "protocols/shared/prefill.hpp"

#include <algorithm>

#include "fastccg/error.hpp"
#include "protocols/shared/error_body.hpp"

namespace fastccg::protocols::shared {

void check_prefill(const Request& request, const Dialect& dialect) {
  if (request.model.prefill || request.messages.empty()) return;
  const auto& last = *request.messages.back();
  const auto is_own = [&](const Part& part) {
    const auto* opaque = std::get_if<Opaque>(&part);
    return opaque && opaque->provider == dialect.provider;
  };
  if (last.role != Role::assistant || trimmed(last.text()).empty() || std::ranges::any_of(last.parts, is_own)) return;
  throw_error(
      Error(ErrorKind::invalid_request,
            "the model goes on with no answer that is begun: the last message must be the user's; say there how "
            "the answer is to begin, or ask for a format"));
}

}  // namespace fastccg::protocols::shared
