#include "fastccg/simulator/options.hpp"

#include <cmath>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "script/script.hpp"

namespace fastccg {

SimulatorOptions& SimulatorOptions::port(std::uint16_t value) {
  port_ = value;
  return *this;
}

SimulatorOptions& SimulatorOptions::seed(std::uint64_t value) {
  seed_ = value;
  return *this;
}

SimulatorOptions& SimulatorOptions::first_byte_delay(Duration value) {
  if (value.count() < 0) throw std::invalid_argument("a delay cannot be negative");
  first_byte_delay_ = value;
  return *this;
}

SimulatorOptions& SimulatorOptions::chunk_delay(Duration value) {
  if (value.count() < 0) throw std::invalid_argument("a delay cannot be negative");
  chunk_delay_ = value;
  paces_whole_answers_ = false;
  return *this;
}

SimulatorOptions& SimulatorOptions::tokens_per_second(double value) {
  constexpr double slowest = 1e-3;
  if (!std::isfinite(value) || value < 0 || (value > 0 && value < slowest))
    throw std::invalid_argument("tokens per second must be 0 (unpaced) or at least 0.001");
  chunk_delay_ =
      value > 0 ? std::chrono::duration_cast<Duration>(std::chrono::duration<double>(1 / value)) : Duration(0);
  paces_whole_answers_ = value > 0;
  return *this;
}

SimulatorOptions& SimulatorOptions::script(std::string json) {
  const sim::Script checked(json);
  script_ = std::move(json);
  return *this;
}

SimulatorOptions& SimulatorOptions::script_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read the script '" + path + "'");
  return script(std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()));
}

SimulatorOptions& SimulatorOptions::fault(Fault value) {
  faults_.push_back(std::move(value));
  return *this;
}

SimulatorOptions& SimulatorOptions::faults(std::vector<Fault> values) {
  faults_ = std::move(values);
  return *this;
}

SimulatorOptions& SimulatorOptions::require_key(std::string key) {
  required_key_ = std::move(key);
  return *this;
}

SimulatorOptions& SimulatorOptions::allow_missing_key(bool value) {
  allow_missing_key_ = value;
  return *this;
}

SimulatorOptions& SimulatorOptions::models(std::vector<std::string> names) {
  models_ = std::move(names);
  return *this;
}

SimulatorOptions& SimulatorOptions::validate(bool value) {
  validate_ = value;
  return *this;
}

SimulatorOptions& SimulatorOptions::log(Log value) {
  log_ = std::move(value);
  return *this;
}

SimulatorOptions& SimulatorOptions::log_file(std::string path) {
  log_file_ = std::move(path);
  return *this;
}

SimulatorOptions& SimulatorOptions::keep_requests(std::size_t count) {
  keep_requests_ = count;
  return *this;
}

}  // namespace fastccg
