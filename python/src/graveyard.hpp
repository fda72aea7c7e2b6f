#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "python.hpp"

namespace fastccg::python {

/// References to Python objects that were let go by threads which may not touch Python. They are dropped by the next one
/// that may; if none comes, as when the interpreter has ended, they never are.
class Graveyard {
 public:
  Graveyard() = default;
  Graveyard(const Graveyard&) = delete;
  Graveyard& operator=(const Graveyard&) = delete;
  ~Graveyard() {
    for (auto& ref : refs_) ref.release();
  }

  void bury(Ref ref) {
    const std::lock_guard lock(mutex_);
    refs_.push_back(std::move(ref));
  }

  /// Attached to the interpreter only.
  void sweep() {
    // Destroyed after the lock is released: what is dropped may be anything, and call anything.
    std::vector<Ref> refs;
    const std::lock_guard lock(mutex_);
    refs.swap(refs_);
  }

 private:
  std::mutex mutex_;
  std::vector<Ref> refs_;
};

/// A reference that any thread may destroy.
class BuriedRef {
 public:
  BuriedRef(std::shared_ptr<Graveyard> graveyard, Ref ref) : graveyard_(std::move(graveyard)), ref_(std::move(ref)) {}
  BuriedRef(const BuriedRef&) = delete;
  BuriedRef& operator=(const BuriedRef&) = delete;
  ~BuriedRef() {
    if (ref_) graveyard_->bury(std::move(ref_));
  }

  PyObject* get() const noexcept { return ref_.get(); }
  /// Hands it over to someone who may touch Python; null if that has happened already.
  Ref take() noexcept { return std::move(ref_); }

 private:
  std::shared_ptr<Graveyard> graveyard_;
  Ref ref_;
};

}  // namespace fastccg::python
