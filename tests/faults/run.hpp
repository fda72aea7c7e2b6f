#pragma once

#include <functional>
#include <vector>

#include "matrix.hpp"

namespace fastccg::faults {

/// One call of the matrix, and what came of it.
class Cell {
 public:
  Cell(const Row& row_, const testing::Service& service_, bool streamed_)
      : row(&row_), service(&service_), streamed(streamed_) {}

  const Row* row;
  const testing::Service* service;
  bool streamed;
  Observed observed;
};

/// Observes all cells, many at a time: most of them wait.
void observe_all(std::vector<Cell>& cells);

}  // namespace fastccg::faults
