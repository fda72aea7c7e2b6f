#include "fastccg/tool.hpp"

#include <utility>

namespace fastccg {

OutputFormat OutputFormat::json() {
  OutputFormat format;
  format.kind_ = Kind::json;
  return format;
}

OutputFormat OutputFormat::schema(std::string name, std::string schema, bool strict) {
  OutputFormat format;
  format.kind_ = Kind::schema;
  format.name_ = std::move(name);
  format.schema_ = std::move(schema);
  format.strict_ = strict;
  return format;
}

ReasoningSetting ReasoningSetting::off() {
  ReasoningSetting setting;
  setting.off_ = true;
  return setting;
}

ReasoningSetting ReasoningSetting::effort(std::string level) {
  ReasoningSetting setting;
  setting.level_ = std::move(level);
  return setting;
}

ReasoningSetting ReasoningSetting::budget(int tokens) {
  ReasoningSetting setting;
  setting.tokens_ = tokens;
  return setting;
}

}  // namespace fastccg
