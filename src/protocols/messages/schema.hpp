#pragma once

#include <string>
#include <string_view>

namespace fastccg::protocols::messages {

/// A JSON Schema in the subset that the provider can enforce, and whether anything had to be given up for it.
class EnforcedSchema {
 public:
  /// Throws `FastCCGError` (usage) if the text is not a JSON object; `whose` says what it belongs to.
  EnforcedSchema(std::string_view schema, std::string_view whose);

  std::string text;
  bool loosened = false;  ///< Limits were moved into descriptions, where they are but advice.
};

/// A tool's schema as it may always be sent: an object's. Throws like the constructor above.
std::string tool_schema(std::string_view schema, std::string_view whose);

}  // namespace fastccg::protocols::messages
