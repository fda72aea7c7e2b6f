#pragma once

#include <atomic>

/// Replaces the functions that give memory, so that they can be told to fail. They stand in a file of their own: g++ warns
/// wrongly where it can see through them.
namespace fastccg::testing::scarce_memory {

enum class Thread { pool, loop, test };

extern thread_local Thread here;     ///< The pool's, unless a thread says otherwise.
extern std::atomic<Thread> failing;  ///< On whose threads an allocation fails.
extern std::atomic<long> left;       ///< How many succeed there before one fails; -1 if none is to.

}  // namespace fastccg::testing::scarce_memory
