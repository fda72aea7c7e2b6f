#include <array>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>

#include "catalog.hpp"
#include "chunk.hpp"
#include "convert.hpp"
#include "embedder.hpp"
#include "fastccg/fastccg.hpp"
#include "hub.hpp"
#include "message.hpp"
#include "model.hpp"
#include "observer.hpp"
#include "operation.hpp"
#include "reply.hpp"
#include "settings.hpp"
#include "state.hpp"
#include "stream.hpp"

namespace fastccg::python {

namespace {

Ref core_init_model(PyObject* module, PyObject* const* arguments, Py_ssize_t count) {
  check_count("init_model", count, 3);
  auto model = fastccg::init_model(to_text(arguments[0], "the name of a model"), to_key(arguments[1]),
                                   to_endpoint(arguments[2]));
  return make_model(state_of(module), std::move(model));
}

Ref core_load_model(PyObject* module, PyObject* const* arguments, Py_ssize_t count) {
  check_count("load_model", count, 3);
  const auto path = to_path(arguments[0], "path");
  auto key = to_key(arguments[1]);
  auto endpoint = to_endpoint(arguments[2]);
  std::optional<fastccg::Model> model;
  detached([&] { model = fastccg::load_model(path, std::move(key), std::move(endpoint)); });
  return make_model(state_of(module), std::move(*model));
}

Ref core_init_embedding(PyObject* module, PyObject* const* arguments, Py_ssize_t count) {
  check_count("init_embedding", count, 3);
  auto embedder = fastccg::init_embedding(to_text(arguments[0], "the name of a model"), to_key(arguments[1]),
                                          to_endpoint(arguments[2]));
  return make_embedder(state_of(module), std::move(embedder));
}

Ref core_add_key(PyObject*, PyObject* const* arguments, Py_ssize_t count) {
  check_count("add_key", count, 2);
  const auto key = fastccg::add_key(to_text(arguments[0], "provider"), to_text(arguments[1], "key"));
  return to_python(key.reveal());
}

Ref core_cache_point(PyObject*, PyObject* seconds) {
  return to_python(cache_point(std::chrono::seconds(to_integer(seconds, "seconds"))));
}

Ref core_chunk(PyObject* module, PyObject* fields) { return chunk_from(state_of(module), fields); }

Ref core_clear_keys(PyObject*, PyObject*) {
  fastccg::clear_keys();
  return none();
}

Ref core_find_model(PyObject*, PyObject* name) { return to_python(find_model(to_text(name, "the name of a model"))); }

Ref core_list_models(PyObject*, PyObject*) {
  return to_list(list_models(), [](const ModelInfo& info) { return to_python(info); });
}

Ref core_cost(PyObject*, PyObject* const* arguments, Py_ssize_t count) {
  check_count("cost", count, 2);
  return cost_of(arguments[0], arguments[1]);
}

Ref core_load_catalog(PyObject*, PyObject* path) {
  load_catalog(to_path(path, "path"));
  return none();
}

Ref core_set_rate_limits(PyObject*, PyObject* const* arguments, Py_ssize_t count) {
  check_count("set_rate_limits", count, 2);
  set_rate_limits(to_text(arguments[0], "the name of a model"), to_rate_limits(arguments[1]));
  return none();
}

Ref core_rate_limits(PyObject*, PyObject* name) {
  const auto limits = rate_limits(to_text(name, "the name of a model"));
  return limits ? to_python(*limits) : none();
}

Ref core_clear_rate_limits(PyObject*, PyObject*) {
  clear_rate_limits();
  return none();
}

Ref core_observer(PyObject* module, PyObject*) { return make_observer(state_of(module)); }

Ref core_add_observer(PyObject* module, PyObject* observer) {
  auto sender = attach(state_of(module), observer);
  if (sender) add_observer(sender);
  return to_python(sender != nullptr);
}

Ref core_remove_observer(PyObject* module, PyObject* observer) {
  if (const auto sender = attached(state_of(module), observer)) remove_observer(sender);
  return none();
}

Ref core_wait_for_observers(PyObject*, PyObject* timeout) {
  const auto longest = to_duration(timeout, "timeout");
  bool done = false;
  detached([&] { done = wait_for_observers(longest); });
  return to_python(done);
}

Ref core_tell(PyObject*, PyObject* const* arguments, Py_ssize_t count) {
  check_count("tell", count, 2);
  return tell(arguments[0], arguments[1]);
}

void fill(PyObject* module, State& state) {
  state.model_type = make_model_type(module);
  state.embedder_type = make_embedder_type(module);
  state.operation_type = make_operation_type(module);
  state.stream_type = make_stream_type(module);
  state.next_type = make_next_type(module);
  state.chunk_type = make_chunk_type(module);
  state.reply_type = make_reply_type(module);
  state.hub_type = make_hub_type(module);
  state.observer_type = make_observer_type(module);
  state.create_future = own(PyUnicode_InternFromString("create_future"));
  state.set_result = own(PyUnicode_InternFromString("set_result"));
  state.done = own(PyUnicode_InternFromString("done"));
  state.future_blocking = own(PyUnicode_InternFromString("_asyncio_future_blocking"));
  for (const auto* type :
       {&state.model_type, &state.embedder_type, &state.operation_type, &state.stream_type, &state.next_type,
        &state.chunk_type, &state.reply_type, &state.hub_type, &state.observer_type})
    check(PyModule_AddType(module, as_type(*type)));
  check(PyModule_AddStringConstant(module, "version", version()));
}

int execute(PyObject* module) {
  try {
    auto* const state = new State;
    *static_cast<State**>(PyModule_GetState(module)) = state;
    fill(module, *state);
    return 0;
  } catch (const Raised&) {
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  }
  return -1;
}

State* state_or_null(PyObject* module) {
  auto** const place = static_cast<State**>(PyModule_GetState(module));
  return place ? *place : nullptr;
}

int module_traverse(PyObject* module, visitproc visit, void* argument) {
  const auto* state = state_or_null(module);
  return state ? state->traverse(visit, argument) : 0;
}

int module_clear(PyObject* module) {
  if (auto* state = state_or_null(module)) state->clear();
  return 0;
}

void module_free(void* module) {
  auto** const place = static_cast<State**>(PyModule_GetState(static_cast<PyObject*>(module)));
  if (place) delete std::exchange(*place, nullptr);
}

/// What the running interpreter understands beyond 3.10, in which slots it does not know are errors.
void add_newer_slots(std::array<PyModuleDef_Slot, 4>& slots) {
  constexpr int multiple_interpreters = 3;  // Py_mod_multiple_interpreters, from 3.12
  constexpr int gil = 4;                    // Py_mod_gil, from 3.13
  const char* const version = Py_GetVersion();
  char* after_major = nullptr;
  const auto major = std::strtol(version, &after_major, 10);
  const auto minor = std::strtol(after_major + 1, nullptr, 10);
  auto* next = &slots[1];
  const auto yes = [](std::size_t value) { return reinterpret_cast<void*>(value); };
  if (major > 3 || minor >= 12) *next++ = {multiple_interpreters, yes(2)};  // each with a lock of its own
  if (major > 3 || minor >= 13) *next++ = {gil, yes(1)};                    // not needed
}

PyModuleDef* definition() {
  static PyMethodDef functions[] = {
      with_arguments<core_init_model>("init_model", "init_model(name, api_key, endpoint)"),
      with_arguments<core_init_embedding>("init_embedding", "init_embedding(name, api_key, endpoint)"),
      with_arguments<core_load_model>("load_model", "load_model(path, api_key, endpoint)"),
      with_arguments<core_add_key>("add_key", "add_key(provider, key)"),
      with_argument<core_cache_point>("cache_point", "The part that marks a place worth caching."),
      with_argument<core_chunk>("chunk", "A Chunk that was pickled."),
      without_arguments<core_clear_keys>("clear_keys", "Forgets all keys that were added."),
      with_argument<core_find_model>("find_model", "What the catalogue knows of a model."),
      without_arguments<core_list_models>("list_models", "All models of the catalogue."),
      with_arguments<core_cost>("cost", "cost(model, usage): what the catalogue's dict of a model makes of a usage."),
      with_argument<core_load_catalog>("load_catalog", "Lays a file over the catalogue."),
      with_arguments<core_set_rate_limits>("set_rate_limits", "set_rate_limits(name, limits)"),
      with_argument<core_rate_limits>("rate_limits", "The limits that hold for a name; None if none do."),
      without_arguments<core_clear_rate_limits>("clear_rate_limits", "Forgets all limits."),
      without_arguments<core_observer>("observer", "A new Observer."),
      with_argument<core_add_observer>("add_observer", "Tells an Observer of all calls; False if that has ended."),
      with_argument<core_remove_observer>("remove_observer", "Tells an Observer no more."),
      with_argument<core_wait_for_observers>("wait_for_observers", "Waits until all that happened is with them."),
      with_arguments<core_tell>("tell", "tell(function, event): calls the function; what it raises is only reported."),
      end_of_methods()};
  static std::array<PyModuleDef_Slot, 4> slots{{{Py_mod_exec, reinterpret_cast<void*>(execute)}}};
  add_newer_slots(slots);
  static PyModuleDef module{
      PyModuleDef_HEAD_INIT, "fastccg._core", "The native part of fastccg. Use the package, not this.",
      sizeof(State*),        functions,       slots.data(),
      module_traverse,       module_clear,    module_free};
  return &module;
}

}  // namespace

}  // namespace fastccg::python

PyMODINIT_FUNC PyInit__core();
PyMODINIT_FUNC PyInit__core() {
  static PyModuleDef* const definition = fastccg::python::definition();
  return PyModuleDef_Init(definition);
}
