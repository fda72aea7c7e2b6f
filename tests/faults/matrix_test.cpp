// What callers get when the service misbehaves: the error, the history, and that the next call works.
// `make faults` prints the same as a table.

#include <gtest/gtest.h>

#include "run.hpp"
#include "tls.hpp"

namespace fastccg::faults {
namespace {

class Faults : public ::testing::TestWithParam<testing::Service> {};

TEST_P(Faults, give_the_promised_error_and_do_no_harm) {
  std::vector<Cell> cells;
  for (const auto& row : rows())
    if (row.scene != Scene::certificate || test::TlsIdentity::available())
      for (const bool streamed : {false, true}) cells.emplace_back(row, GetParam(), streamed);
  observe_all(cells);
  for (const auto& cell : cells)
    EXPECT_EQ(cell.observed.problem, "") << cell.row->name << (cell.streamed ? ", streamed" : ", whole") << ": "
                                         << cell.observed.got << " after " << cell.observed.took.count() << " ms";
}

INSTANTIATE_TEST_SUITE_P(Protocols, Faults, ::testing::ValuesIn(testing::services),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace fastccg::faults
