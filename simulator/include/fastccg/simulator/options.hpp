#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "fastccg/simulator/fault.hpp"

namespace fastccg {

/// How a `Simulator` behaves. Every setter returns the object, so that they can be chained.
class SimulatorOptions {
 public:
  using Duration = std::chrono::nanoseconds;
  using Log = std::function<void(std::string_view line)>;

  SimulatorOptions() = default;

  /// The port on 127.0.0.1. Default 0: a free one.
  SimulatorOptions& port(std::uint16_t value);
  /// Another seed gives other ids and other wordings. Default 1.
  SimulatorOptions& seed(std::uint64_t value);

  /// How long an answer waits before its first byte. Default 0.
  SimulatorOptions& first_byte_delay(Duration value);
  /// How long a stream waits before each chunk of text after the first. Default 0: as fast as the client reads.
  SimulatorOptions& chunk_delay(Duration value);
  /// The same as a rate, which an answer that is not streamed pays as well, all at once. 0: unpaced.
  /// Throws `std::invalid_argument` for a negative rate.
  SimulatorOptions& tokens_per_second(double value);

  /// Replies to give instead of those that the simulator makes up: JSON text, as docs/simulator.md describes it.
  /// Throws `std::invalid_argument` that says where it is wrong.
  SimulatorOptions& script(std::string json);
  /// The same from a file. Throws `std::runtime_error` if it cannot be read.
  SimulatorOptions& script_file(const std::string& path);

  /// Adds a fault.
  SimulatorOptions& fault(Fault value);
  SimulatorOptions& faults(std::vector<Fault> values);

  /// The only key that is accepted. Default: any that is not empty.
  SimulatorOptions& require_key(std::string key);
  /// Also accepts requests without a key, as local servers do. Default off.
  SimulatorOptions& allow_missing_key(bool value = true);
  /// Accepts only these models; others get the provider's "model not found". Default: any model.
  SimulatorOptions& models(std::vector<std::string> names);
  /// Whether a request of the wrong shape is answered with an error, as the provider would. Default on.
  SimulatorOptions& validate(bool value);

  /// Called with one line per request, without the line's end and never with a key in it. It is called on the
  /// simulator's thread and must not wait for the simulator.
  SimulatorOptions& log(Log value);
  /// Appends such lines to a file.
  SimulatorOptions& log_file(std::string path);
  /// How many requests are remembered. Default 10,000.
  SimulatorOptions& keep_requests(std::size_t count);

  std::uint16_t port() const noexcept { return port_; }
  std::uint64_t seed() const noexcept { return seed_; }
  Duration first_byte_delay() const noexcept { return first_byte_delay_; }
  Duration chunk_delay() const noexcept { return chunk_delay_; }
  bool paces_whole_answers() const noexcept { return paces_whole_answers_; }
  const std::string& script() const noexcept { return script_; }
  const std::vector<Fault>& faults() const noexcept { return faults_; }
  const std::string& required_key() const noexcept { return required_key_; }
  bool allow_missing_key() const noexcept { return allow_missing_key_; }
  const std::vector<std::string>& models() const noexcept { return models_; }
  bool validate() const noexcept { return validate_; }
  const Log& log() const noexcept { return log_; }
  const std::string& log_file() const noexcept { return log_file_; }
  std::size_t keep_requests() const noexcept { return keep_requests_; }

 private:
  std::uint16_t port_ = 0;
  std::uint64_t seed_ = 1;
  Duration first_byte_delay_{0};
  Duration chunk_delay_{0};
  bool paces_whole_answers_ = false;
  std::string script_;
  std::vector<Fault> faults_;
  std::string required_key_;
  bool allow_missing_key_ = false;
  std::vector<std::string> models_;
  bool validate_ = true;
  Log log_;
  std::string log_file_;
  std::size_t keep_requests_ = 10'000;
};

}  // namespace fastccg
