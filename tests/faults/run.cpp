#include "run.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

namespace fastccg::faults {

void observe_all(std::vector<Cell>& cells) {
  constexpr std::size_t most = 8;
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (auto i = next++; i < cells.size(); i = next++) {
      auto& cell = cells[i];
      cell.observed = observe(*cell.row, *cell.service, cell.streamed);
    }
  };
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < std::min(most, cells.size()); ++i) threads.emplace_back(work);
}

}  // namespace fastccg::faults
