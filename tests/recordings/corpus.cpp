#include "corpus.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "providers/table.hpp"
#include "source_dir.hpp"

namespace recordings {

namespace fs = std::filesystem;

namespace {

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

Json parse(const std::string& text) {
  boost::json::parse_options options;
  options.max_depth = 512;
  return boost::json::parse(text, {}, options);
}

Exchange exchange_of(const boost::json::object& from, const std::string& file, const std::string& provider) {
  const auto& response = from.at("response").as_object();
  Exchange exchange;
  exchange.id = file + "#" + boost::json::serialize(from.at("seq"));
  exchange.provider = provider;
  if (const auto* request = from.if_contains("request")) exchange.request = *request;
  exchange.status = boost::json::value_to<int>(response.at("status"));
  if (const auto* headers = response.if_contains("headers"); headers && headers->is_object())
    for (const auto& [name, value] : headers->as_object())
      if (value.is_string()) exchange.headers.emplace_back(name, value.as_string());
  exchange.body = text(response, "body");
  exchange.expected = from.at("expected").as_object();
  return exchange;
}

}  // namespace

std::string text(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

boost::json::object object(const boost::json::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value && value->is_object() ? value->as_object() : boost::json::object();
}

fastccg::protocols::Dialect dialect_of(const std::string& provider) {
  using fastccg::protocols::Dialect;
  if (const auto* row = fastccg::providers::find(provider)) return Dialect(row->name, row->quirks);
  return Dialect(provider, fastccg::protocols::Quirk::none);
}

fs::path find_folder() {
  const char* variable = std::getenv("FASTCCG_RECORDINGS");
  const fs::path folder =
      variable && *variable ? fs::path(variable) : fs::path(FASTCCG_SOURCE_DIR).parent_path() / "shared" / "recordings";
  return fs::is_directory(folder) ? folder : fs::path();
}

std::vector<Exchange> load(const fs::path& folder, std::string_view api) {
  std::vector<Exchange> exchanges;
  if (!fs::is_directory(folder / api)) return exchanges;
  for (const auto& entry : fs::directory_iterator(folder / api)) {
    if (entry.path().extension() != ".json") continue;
    const auto document = parse(read(entry.path()));
    const auto& root = document.as_object();
    for (const auto& exchange : root.at("exchanges").as_array())
      exchanges.push_back(exchange_of(exchange.as_object(), entry.path().stem().string(), text(root, "provider")));
  }
  std::ranges::sort(exchanges, {}, &Exchange::id);
  return exchanges;
}

std::map<std::string, std::string> load_known() {
  std::map<std::string, std::string> known;
  std::ifstream file(fs::path(FASTCCG_SOURCE_DIR) / "tests" / "recordings" / "known_disagreements.txt");
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    const auto blank = line.find(' ');
    if (blank != std::string::npos) known.emplace(line.substr(0, blank), line.substr(blank + 1));
  }
  return known;
}

}  // namespace recordings
