#include "loop/timer_heap.hpp"

#include <utility>

namespace fastccg {

// An id is the slot's generation above the slot's number plus one, so that no id is `TimerId::none`.

Loop::TimerId TimerHeap::add(TimePoint when, Loop::Work work) {
  // All that may throw comes first. Room for every slot in `free_` lets `take_at` be noexcept.
  if (free_.empty()) {
    slots_.emplace_back();
    free_.reserve(slots_.size());
    heap_.reserve(slots_.size());
    free_.push_back(static_cast<std::uint32_t>(slots_.size() - 1));
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  Slot& slot = slots_[index];
  slot.when = when;
  slot.number = added_++;
  slot.work = std::move(work);
  heap_.push_back(index);
  slot.position = heap_.size() - 1;
  move_up(slot.position);
  return static_cast<Loop::TimerId>((std::uint64_t{slot.generation} << 32) | (std::uint64_t{index} + 1));
}

Loop::Work TimerHeap::take(Loop::TimerId timer) noexcept {
  const auto id = static_cast<std::uint64_t>(timer);
  const std::uint64_t index = (id & 0xffffffffU) - 1;
  // A free slot has already moved on to its next generation, so that an old id does not match.
  if (timer == Loop::TimerId::none || index >= slots_.size() || slots_[index].generation != id >> 32) return nullptr;
  return take_at(slots_[index].position);
}

Loop::Work TimerHeap::take_next() noexcept { return take_at(0); }

Loop::Work TimerHeap::take_at(std::size_t position) noexcept {
  const std::uint32_t index = heap_[position];
  Slot& slot = slots_[index];
  Loop::Work work = std::exchange(slot.work, nullptr);
  ++slot.generation;
  free_.push_back(index);

  const std::uint32_t last = heap_.back();
  heap_.pop_back();
  if (position < heap_.size()) {
    place(position, last);
    move_up(position);
    move_down(slots_[last].position);
  }
  return work;
}

bool TimerHeap::before(std::uint32_t left, std::uint32_t right) const noexcept {
  const Slot& a = slots_[left];
  const Slot& b = slots_[right];
  return a.when != b.when ? a.when < b.when : a.number < b.number;
}

void TimerHeap::place(std::size_t position, std::uint32_t slot) noexcept {
  heap_[position] = slot;
  slots_[slot].position = position;
}

void TimerHeap::move_up(std::size_t position) noexcept {
  const std::uint32_t slot = heap_[position];
  while (position > 0) {
    const std::size_t parent = (position - 1) / 2;
    if (!before(slot, heap_[parent])) break;
    place(position, heap_[parent]);
    position = parent;
  }
  place(position, slot);
}

void TimerHeap::move_down(std::size_t position) noexcept {
  const std::uint32_t slot = heap_[position];
  for (std::size_t child = 2 * position + 1; child < heap_.size(); child = 2 * position + 1) {
    if (child + 1 < heap_.size() && before(heap_[child + 1], heap_[child])) ++child;
    if (!before(heap_[child], slot)) break;
    place(position, heap_[child]);
    position = child;
  }
  place(position, slot);
}

}  // namespace fastccg
