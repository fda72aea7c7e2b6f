#pragma once

#include <cstdint>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "faults/selector.hpp"
#include "model/http.hpp"
#include "model/rules.hpp"
#include "script/script.hpp"
#include "server/plan.hpp"
#include "server/recorder.hpp"

namespace fastccg::sim {

/// Turns requests into plans. Has no sockets in it. Everything but `set_faults` is called on the server's thread.
class Service {
 public:
  /// A request whose headers have been read, and the faults that it will meet.
  class Admission {
   public:
    Admission() = default;

    std::vector<Fault> faults;
    std::optional<std::string> complaint;  ///< Its fault header cannot be understood.
    std::shared_ptr<const Plan> early;     ///< An answer that does not wait for the body.
  };

  Service(const SimulatorOptions& options, Recorder& recorder);

  Admission admit(const Request& request, std::uint64_t connection);
  std::shared_ptr<const Plan> answer(Request request, Admission admission, std::uint64_t connection);
  /// For bytes that are no HTTP request, or one that is too large.
  std::shared_ptr<const Plan> refuse(unsigned status) const;

  void set_faults(std::vector<Fault> faults);

 private:
  std::shared_ptr<const Plan> control(const Request& request);
  Response respond(const Request& request, const Persona& persona, const Admission& admission);
  void record(Request request, const Persona& persona, const Plan& plan, const std::vector<Fault>& faults,
              std::uint64_t connection);
  void write_log(const RecordedRequest& request);

  Rules rules_;
  Pacing pacing_;
  Script script_;
  Store store_;
  Recorder& recorder_;
  SimulatorOptions::Log log_;
  std::ofstream log_file_;
  std::mutex mutex_;
  FaultSelector selector_;  // under the mutex
  std::unordered_map<std::string, std::shared_ptr<const Plan>> remembered_;
  std::size_t remembered_bytes_ = 0;
};

}  // namespace fastccg::sim
