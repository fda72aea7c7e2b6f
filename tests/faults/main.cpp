// Prints the matrix of faults and protocols: what the caller got, how long it took, and whether all is well after it.
// Exit status 1 if anything is not as it must be.

#include <cstdio>
#include <string>

#include "run.hpp"
#include "tls.hpp"

int main() {
  using namespace fastccg;
  std::vector<faults::Cell> cells;
  for (const auto& row : faults::rows())
    if (row.scene != faults::Scene::certificate || test::TlsIdentity::available())
      for (const bool streamed : {false, true})
        for (const auto& service : testing::services) cells.emplace_back(row, service, streamed);
  faults::observe_all(cells);

  std::printf("%-36s %-8s", "fault", "answer");
  for (const auto& service : testing::services) std::printf(" | %-31s", std::string(service.name).c_str());
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto& [row, service, streamed, observed] = cells[i];
    if (i % testing::services.size() == 0)
      std::printf("\n%-36s %-8s", row->name.c_str(), streamed ? "streamed" : "whole");
    std::printf(" | %-24s %5.2f %s", observed.got.c_str(), static_cast<double>(observed.took.count()) / 1000,
                observed.problem.empty() ? " " : "X");
    if (!observed.problem.empty()) ++wrong;
  }
  std::printf(
      "\n\nTimes in seconds. After every call the history held what was promised, and the next call worked,\n"
      "but where an X stands: %zu of %zu.\n",
      wrong, cells.size());
  for (const auto& cell : cells)
    if (!cell.observed.problem.empty())
      std::printf("X %s, %s, %s: %s: %s\n", cell.row->name.c_str(), std::string(cell.service->name).c_str(),
                  cell.streamed ? "streamed" : "whole", cell.observed.got.c_str(), cell.observed.problem.c_str());
  return wrong == 0 ? 0 : 1;
}
