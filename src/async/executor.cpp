#include "fastccg/executor.hpp"

#include "async/innermost.hpp"
#include "async/pool.hpp"

namespace fastccg {

std::shared_ptr<Executor> Executor::current() {
  if (auto run = detail::innermost_run()) return run;
  return Pool::shared();
}

}  // namespace fastccg
