#include "session/writer.hpp"

#include "core/base64.hpp"
#include "json/escape.hpp"

namespace fastccg::session {

void append_text(std::string& out, std::string_view text) {
  if (json::is_utf8(text)) return json::append_quoted(out, text);
  out.append(R"({"base64": ")").append(base64_encode(text)).append("\"}");
}

ListWriter::ListWriter(std::string& out, char open, int indent)
    : out_(out), close_(open == '{' ? '}' : ']'), indent_(indent) {
  out_.push_back(open);
}

std::string& ListWriter::next() {
  if (!empty_) out_.append(indent_ > 0 ? "," : ", ");
  if (indent_ > 0) new_line(indent_);
  empty_ = false;
  return out_;
}

void ListWriter::end() {
  if (indent_ > 0 && !empty_) new_line(indent_ - 2);
  out_.push_back(close_);
}

void ListWriter::new_line(int indent) {
  out_.push_back('\n');
  out_.append(static_cast<std::size_t>(indent), ' ');
}

std::string& ObjectWriter::member(std::string_view key) {
  auto& out = list_.next();
  json::append_quoted(out, key);
  out.append(": ");
  return out;
}

void ObjectWriter::text_if_any(std::string_view key, std::string_view value) {
  if (!value.empty()) text(key, value);
}

void ObjectWriter::bytes_if_any(std::string_view key, std::string_view value) {
  if (!value.empty()) json::append_quoted(member(key), base64_encode(value));
}

void ObjectWriter::boolean(std::string_view key, bool value) { member(key).append(value ? "true" : "false"); }

}  // namespace fastccg::session
