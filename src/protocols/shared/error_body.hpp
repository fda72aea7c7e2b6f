#pragma once

#include <string>
#include <string_view>

#include "json/reader.hpp"

namespace fastccg::protocols::shared {

/// What a provider's report of a failure says, whichever of a dozen shapes it has.
class ErrorBody {
 public:
  ErrorBody() = default;

  std::string message;
  std::string type;
  std::string code;  ///< As text, also where it is a number.
  std::string param;
  std::string details;  ///< More text that may tell the kind of failure, such as what a back end wrote to a router.
  int status = 0;       ///< The HTTP status that the body speaks of; 0 if it speaks of none.
};

/// Whether the document reports a failure, wherever it stands: in a body, or in an event after a status of success.
bool reports_error(const json::Node& root) noexcept;

/// Reads a report in any known shape; what is missing stays empty.
ErrorBody read_error(const json::Node& root);

/// The same for the bytes of a body, which may be HTML or plain text.
ErrorBody read_error(std::string_view body);

/// The text cut to `bytes`, without cutting a character.
std::string_view cut(std::string_view text, std::size_t bytes) noexcept;

std::string_view trimmed(std::string_view text) noexcept;

}  // namespace fastccg::protocols::shared
