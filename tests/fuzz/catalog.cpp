#include <cstddef>
#include <cstdint>
#include <string_view>

#include "catalog/builtin.hpp"
#include "catalog/index.hpp"
#include "fastccg/error.hpp"

/// Whatever the file: it is refused with a `UsageError`, or every model of the result is found.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fastccg;
  static const auto builtin = [] {
    catalog::Index index;
    index.overlay(catalog::builtin_text(), "the built-in catalogue");
    return index;
  }();
  auto index = builtin;
  try {
    index.overlay(std::string_view(reinterpret_cast<const char*>(data), size), "the catalogue");
  } catch (const UsageError&) {
    return 0;
  }
  for (const auto& model : index.all())
    if (index.provider(model.provider)->find(model.id).id != model.id) __builtin_trap();
  return 0;
}
