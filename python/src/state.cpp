#include "state.hpp"

#include <array>

namespace fastccg::python {

namespace {

constexpr std::array refs{&State::model_type,      &State::embedder_type, &State::operation_type, &State::stream_type,
                          &State::next_type,       &State::chunk_type,    &State::reply_type,     &State::hub_type,
                          &State::observer_type,   &State::create_future, &State::set_result,     &State::done,
                          &State::future_blocking, &State::running_hub};

}  // namespace

int State::traverse(visitproc visit, void* arg) const {
  for (const auto ref : refs) Py_VISIT((this->*ref).get());
  return 0;
}

void State::clear() noexcept {
  for (const auto ref : refs) (this->*ref).reset();
}

State& state_of(PyObject* module) { return **static_cast<State**>(PyModule_GetState(module)); }

State& state_of_type(PyObject* object) { return **static_cast<State**>(PyType_GetModuleState(Py_TYPE(object))); }

}  // namespace fastccg::python
