#include "faults/selector.hpp"

#include <iterator>
#include <stdexcept>

namespace fastccg::sim {
namespace {

// `seen` counts the requests that the fault could have struck, this one included.
bool chooses(const Fault& fault, std::int64_t seen) {
  const auto at = seen - fault.number("skip");
  if (at <= 0) return false;
  if (fault.has("every") && (fault.number("every") == 0 || at % fault.number("every") != 0)) return false;
  return !fault.has("first") || at <= fault.number("first");
}

}  // namespace

FaultSelector::FaultSelector(std::vector<Fault> faults) {
  for (auto& fault : faults) entries_.emplace_back(std::move(fault));
}

std::vector<Fault> FaultSelector::select(const Request& request, std::optional<std::string>& complaint) {
  std::vector<Fault> chosen;
  for (auto& entry : entries_) {
    if (request.path.find(entry.fault.text("path")) == std::string::npos) continue;
    if (chooses(entry.fault, ++entry.seen)) chosen.push_back(entry.fault);
  }
  if (const auto wished = request.header("x-fastccg-fault"); !wished.empty()) {
    try {
      auto more = Fault::parse_list(wished);
      chosen.insert(chosen.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    } catch (const std::invalid_argument& error) {
      complaint = error.what();
    }
  }
  return chosen;
}

}  // namespace fastccg::sim
