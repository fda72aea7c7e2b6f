#include "protocols/chat_completions/chat_completions.hpp"
#include "protocols/shared/error_kind.hpp"

namespace fastccg::protocols::chat_completions {

Error ChatCompletions::classify(int status, const Headers&, std::string_view body, const Dialect& dialect) const {
  return shared::make_error(status, shared::read_error(body), body, dialect.provider);
}

}  // namespace fastccg::protocols::chat_completions
