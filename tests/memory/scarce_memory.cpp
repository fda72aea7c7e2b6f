#include "scarce_memory.hpp"

#include <cstdlib>
#include <new>

namespace fastccg::testing::scarce_memory {

thread_local Thread here = Thread::pool;
std::atomic<Thread> failing{Thread::loop};
std::atomic<long> left{-1};

static bool fails() { return here == failing && left.load() >= 0 && left.fetch_sub(1) == 0; }

}  // namespace fastccg::testing::scarce_memory

void* operator new(std::size_t size) {
  void* memory = fastccg::testing::scarce_memory::fails() ? nullptr : std::malloc(size > 0 ? size : 1);
  if (!memory) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
