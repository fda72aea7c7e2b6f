#pragma once

#include <memory>
#include <utility>

#include "fastccg/operation.hpp"
#include "state.hpp"
#include "wait.hpp"

namespace fastccg::python {

Ref make_operation_type(PyObject* module);

/// Turns what has become ready into a Python object.
using TakeResult = Ref (*)(State& state, detail::Pending& pending);

Ref make_call(State& state, std::shared_ptr<detail::Pending> pending, TakeResult take, Ref owner);

/// An awaitable of the result, which `make_result` turns into a Python object. Nothing is sent before it is awaited.
/// It keeps `owner` alive.
template <class T>
Ref make_operation(State& state, fastccg::Operation<T> operation, Ref owner = Ref()) {
  const TakeResult take = [](State& of, detail::Pending& pending) {
    return make_result(of, static_cast<detail::PendingResult<T>&>(pending).take().value());
  };
  return make_call(state, operation.release().first, take, std::move(owner));
}

/// Waits for the result, blocking the calling thread.
template <class T>
Ref get_result(State& state, fastccg::Operation<T> operation) {
  const auto pending = operation.release().first;
  pending->start();
  wait(pending);
  return make_result(state, pending->take().value());
}

}  // namespace fastccg::python
