#include "protocols/generate_content/path.hpp"

#include "fastccg/error.hpp"
#include "protocols/generate_content/family.hpp"

namespace fastccg::protocols::generate_content {

namespace {

void append_escaped(std::string& path, std::string_view segment) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view plain = "-._~";
  for (const char c : segment) {
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                          plain.find(c) != std::string_view::npos;
    if (is_plain) {
      path += c;
    } else {
      path += '%';
      path += digits[static_cast<unsigned char>(c) >> 4];
      path += digits[static_cast<unsigned char>(c) & 15];
    }
  }
}

}  // namespace

std::string model_path(std::string_view model) {
  constexpr std::string_view tuned = "tunedModels/";
  model = bare_model(model);
  std::string path = "/v1beta/";
  path += model.starts_with(tuned) ? tuned : std::string_view("models/");
  if (model.starts_with(tuned)) model.remove_prefix(tuned.size());
  if (model.empty()) throw_error(Error(ErrorKind::usage, "the model has no name"));
  append_escaped(path, model);
  return path;
}

}  // namespace fastccg::protocols::generate_content
