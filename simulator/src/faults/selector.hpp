#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/http.hpp"

namespace fastccg::sim {

/// Decides which faults strike which request.
class FaultSelector {
 public:
  FaultSelector() = default;
  explicit FaultSelector(std::vector<Fault> faults);

  /// Those that are set and choose this request, and those that its `x-fastccg-fault` header asks for. Counts the
  /// request. If the header cannot be understood, `complaint` says why.
  std::vector<Fault> select(const Request& request, std::optional<std::string>& complaint);

 private:
  class Entry {
   public:
    explicit Entry(Fault fault_) : fault(std::move(fault_)) {}

    Fault fault;
    std::int64_t seen = 0;
  };

  std::vector<Entry> entries_;
};

}  // namespace fastccg::sim
