#pragma once

#include <memory>
#include <mutex>

#include "graveyard.hpp"
#include "python.hpp"

namespace fastccg::python {

/// What one import of the module owns. Each interpreter has its own.
class State {
 public:
  State() = default;

  int traverse(visitproc visit, void* argument) const;
  void clear() noexcept;

  Ref model_type;
  Ref embedder_type;
  Ref operation_type;
  Ref stream_type;
  Ref next_type;
  Ref chunk_type;
  Ref reply_type;
  Ref hub_type;
  Ref observer_type;

  Ref create_future;  ///< Names of methods, interned.
  Ref set_result;
  Ref done;
  Ref future_blocking;  ///< The attribute by which an awaitable tells a task that it yields a future.
  /// `fastccg._loop.running_hub`; null until it is first needed, since that imports asyncio.
  Ref running_hub;
  std::mutex first_use;  ///< Held for `running_hub`, and not while Python runs.

  std::shared_ptr<Graveyard> graveyard = std::make_shared<Graveyard>();
};

State& state_of(PyObject* module);
/// Of an object whose type belongs to the module.
State& state_of_type(PyObject* object);

inline PyTypeObject* as_type(const Ref& type) { return reinterpret_cast<PyTypeObject*>(type.get()); }

}  // namespace fastccg::python
