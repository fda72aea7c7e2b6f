#include "model/store.hpp"

#include <utility>

namespace fastccg::sim {
namespace {

constexpr std::size_t most_bytes = 64 * 1024 * 1024;

std::size_t size_of(const Store::Entry& entry) { return entry.answer.size() + entry.conversation.size() + 256; }

}  // namespace

void Store::put(const std::string& id, Entry entry) {
  erase(id);
  bytes_ += size_of(entry);
  entries_.emplace(id, std::move(entry));
  order_.push_back(id);
  while (bytes_ > most_bytes && order_.size() > 1) {
    const auto oldest = order_.front();
    erase(oldest);
  }
}

const Store::Entry* Store::find(const std::string& id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second;
}

bool Store::erase(const std::string& id) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return false;
  bytes_ -= size_of(found->second);
  entries_.erase(found);
  std::erase(order_, id);
  return true;
}

}  // namespace fastccg::sim
