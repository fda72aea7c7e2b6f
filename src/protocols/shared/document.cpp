#include "protocols/shared/document.hpp"

#include "protocols/shared/error_body.hpp"

namespace fastccg::protocols::shared {

Document::Document(std::string_view body) {
  const auto text = trimmed(body);
  if (text.empty()) {
    problem_ = "it is empty";
  } else if (text.starts_with('<')) {
    problem_ = "it is a web page, not JSON; check the base URL and any proxy between";
  } else if (const auto root = reader_->parse(text)) {
    root_ = *root;
  } else {
    problem_ = "as JSON " + reader_->error();
  }
}

}  // namespace fastccg::protocols::shared
