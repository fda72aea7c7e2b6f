#include "fastccg/catalog.hpp"

#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <utility>

#include "catalog/builtin.hpp"
#include "catalog/index.hpp"
#include "providers/table.hpp"

namespace fastccg {

namespace {

using catalog::Index;
using IndexPointer = std::shared_ptr<const Index>;

Index read_builtin() {
  Index index;
  index.overlay(catalog::builtin_text(), "the built-in catalogue");
  return index;
}

/// The catalogue in use. Whoever looks something up keeps the one that he found, whatever is loaded meanwhile.
class Current {
 public:
  IndexPointer get() {
    const std::lock_guard lock(mutex_);
    return index_;
  }

  void set(IndexPointer index) {
    const std::lock_guard lock(mutex_);
    index_.swap(index);
  }

 private:
  std::mutex mutex_;
  IndexPointer index_ = std::make_shared<const Index>(read_builtin());
};

Current& current() {
  static Current instance;
  return instance;
}

[[noreturn]] void refuse(const std::string& message) { throw_error(Error(ErrorKind::usage, message)); }

[[noreturn]] void refuse_name(const Index& index, std::string_view name) {
  auto message = "\"" + std::string(name) + "\" is not the name of a model: write \"provider/name\", such as " +
                 "\"openai/gpt-4o\"";
  if (const auto names = index.full_names(name); !names.empty()) message += ". Did you mean \"" + names.front() + "\"?";
  refuse(message);
}

std::string read_file(const std::string& path) {
  constexpr std::uintmax_t largest = 16 * 1024 * 1024;
  const auto place = "cannot read the catalogue \"" + path + "\": ";
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    refuse(place + (error ? error.message() : "it is no regular file"));
  if (std::filesystem::file_size(path, error) > largest || error)
    refuse(place + (error ? error.message() : "it has over 16 MiB"));
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file.is_open() || file.bad()) refuse(place + "it cannot be opened or read");
  return text;
}

}  // namespace

ModelInfo find_model(std::string_view name) {
  const auto index = current().get();
  const auto slash = name.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == name.size()) refuse_name(*index, name);
  const auto provider = name.substr(0, slash);
  const auto id = name.substr(slash + 1);
  if (const auto* models = index->provider(provider)) return models->find(id);
  if (!providers::find(provider))
    refuse("there is no provider \"" + std::string(provider) + "\" (asked for \"" + std::string(name) + "\")");
  auto info = index->defaults();
  info.provider = provider;
  info.id = id;
  return info;
}

std::vector<ModelInfo> list_models() { return current().get()->all(); }

void load_catalog(const std::string& path) {
  auto index = read_builtin();
  index.overlay(read_file(path), "the catalogue \"" + path + "\"");
  current().set(std::make_shared<const Index>(std::move(index)));
}

}  // namespace fastccg
