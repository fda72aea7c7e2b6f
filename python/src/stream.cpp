#include "stream.hpp"

#include <memory>
#include <string>
#include <utility>

#include "awaiting.hpp"
#include "chunk.hpp"
#include "convert.hpp"
#include "error.hpp"
#include "fork.hpp"
#include "instance.hpp"
#include "reply.hpp"
#include "wait.hpp"

namespace fastccg::python {

namespace {

/// A stream, and the place where a task waits for its next chunk: the awaitable that `__anext__` returns, one for all
/// chunks. It is an object of its own beside the iterator, so that a task which still holds the awaitable does not keep
/// an abandoned stream open.
class Next {
 public:
  Next(fastccg::Stream stream, Ref provider, Ref owner)
      : stream_(std::make_shared<fastccg::Stream>(std::move(stream))),
        provider_(std::move(provider)),
        owner_(std::move(owner)) {}
  Next(Next&&) noexcept = default;
  ~Next() { close(); }

  /// Someone is about to wait. Raises `RuntimeError` if a task does already.
  void begin(State& state) {
    stream_.check_same_process();
    if (parked_.waits(state)) raise(PyExc_RuntimeError, "another task waits for this stream's next chunk");
    parked_.leave(*stream_->next().pending());
  }

  /// Does something with the stream. What the filter raised is kept here, and not in the library: it has the frames
  /// through which it passed, and so the stream itself, and only here the garbage collector sees that.
  template <class Use>
  Ref keeping_failure(Use use) {
    try {
      return use();
    } catch (const PythonException& exception) {
      if (auto taken = exception.take()) failure_ = std::move(taken);
    }
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(failure_.get())), failure_.get());
    throw Raised();
  }

  Ref step(State& state, bool& finished) {
    stream_.check_same_process();
    if (parked_.is()) parked_.unpark(state);
    if (!parked_.has_loop()) parked_.find_loop(state);
    auto next = stream_->next();
    if (!next.await_ready()) return parked_.park(state, *next.pending());
    finished = true;
    if (const auto* chunk = next.await_resume()) return make_chunk(state, *chunk, provider_);
    PyErr_SetNone(PyExc_StopAsyncIteration);
    throw Raised();
  }

  /// The next chunk, or null at the end.
  Ref wait_next(State& state) {
    begin(state);
    const auto* chunk = wait_chunk();
    return chunk ? make_chunk(state, *chunk, provider_) : Ref();
  }

  Ref response(State& state) {
    begin(state);
    try_to_end();
    return make_result(state, stream_->response());
  }

  void close() noexcept {
    if (!stream_ || !stream_.same_process()) return;
    if (parked_.is()) parked_.leave(*stream_->next().pending());
    stream_->close();
  }

  /// The same; a task that waits for a chunk finds that there are no more.
  void close_by_user() {
    if (!stream_.same_process()) return;
    stream_->close();
    parked_.wake(*stream_->next().pending());
  }

  int traverse(visitproc visit, void* arg) {
    Py_VISIT(provider_.get());
    Py_VISIT(owner_.get());
    Py_VISIT(failure_.get());
    return parked_.traverse(visit, arg);
  }
  void clear() noexcept {
    close();
    failure_.reset();
  }

 private:
  const Chunk* wait_chunk() {
    for (;;) {
      auto next = stream_->next();
      if (next.await_ready()) return next.await_resume();
      wait(next.pending());
    }
  }

  void try_to_end() {
    while (wait_chunk()) continue;
  }

  OfThisProcess<fastccg::Stream> stream_;
  Ref provider_;
  Ref owner_;  ///< The model whose filter it calls.
  Ref failure_;
  Parked parked_;
};

Ref close_exclusively(PyObject* next) noexcept {
  return exclusively(next, [next] {
    data<Next>(next).close();
    return none();
  });
}

/// The iterator that users hold. When it goes, the stream is closed.
class Iterator {
 public:
  explicit Iterator(Ref next) noexcept : next_(std::move(next)) {}
  Iterator(Iterator&&) noexcept = default;
  ~Iterator() { clear(); }

  const Ref& awaitable() const {
    if (!next_) raise(PyExc_RuntimeError, "this stream is gone");
    return next_;
  }

  int traverse(visitproc visit, void* arg) {
    Py_VISIT(next_.get());
    return 0;
  }
  void clear() noexcept {
    if (next_) close_exclusively(next_.get());
    next_.reset();
  }

 private:
  Ref next_;
};

Ref next_step(PyObject* self, bool& finished) {
  return exclusively(self, [&] {
    auto& next = data<Next>(self);
    return next.keeping_failure([&] { return next.step(state_of_type(self), finished); });
  });
}

/// As the slots do; with it the awaitable is a coroutine to `asyncio.create_task`, as that of a generator is.
PyObject* next_send(PyObject* self, PyObject*) { return AwaitableSlots<next_step>::next(self); }

Ref next_close(PyObject* self, PyObject*) { return close_exclusively(self); }

/// A task that is cancelled gives up the stream, as it would an asynchronous generator.
Ref next_throw(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
  close_exclusively(self);
  rethrow(arguments, count);
}

/// Calls `use` with the `Next` of an iterator.
template <class Use>
Ref with_next(PyObject* self, Use use) {
  auto* const next = data<Iterator>(self).awaitable().get();
  return exclusively(next, [&] {
    auto& value = data<Next>(next);
    return value.keeping_failure([&] { return use(value); });
  });
}

Ref stream_anext(PyObject* self) {
  return with_next(self, [self](Next& next) {
    next.begin(state_of_type(self));
    return data<Iterator>(self).awaitable();
  });
}
Ref stream_next(PyObject* self) {
  return with_next(self, [self](Next& next) { return next.wait_next(state_of_type(self)); });
}
Ref stream_response(PyObject* self, PyObject*) {
  return with_next(self, [self](Next& next) { return next.response(state_of_type(self)); });
}
Ref stream_close(PyObject* self, PyObject*) {
  return with_next(self, [](Next& next) {
    next.close_by_user();
    return none();
  });
}

}  // namespace

Ref make_next_type(PyObject* module) {
  static PyMethodDef methods[] = {without_arguments<next_close>("close", "Closes the stream."),
                                  with_arguments<next_throw>("throw", "Closes the stream and raises the exception."),
                                  {"send", next_send, METH_O, "Goes on; the value is not looked at."},
                                  end_of_methods()};
  static PyType_Slot slots[] = {slot(Py_tp_dealloc, deallocate<Next>),
                                slot(Py_tp_traverse, traverse<Next>),
                                slot(Py_tp_clear, clear<Next>),
                                slot(Py_tp_methods, methods),
                                slot(Py_am_await, itself),
                                slot(Py_am_send, AwaitableSlots<next_step>::send),
                                slot(Py_tp_iter, itself),
                                slot(Py_tp_iternext, AwaitableSlots<next_step>::next),
                                end_of_slots()};
  static PyType_Spec spec = type_spec<Next>("fastccg._core.Next", collected_type, slots);
  return own(PyType_FromModuleAndSpec(module, &spec, nullptr));
}

Ref make_stream_type(PyObject* module) {
  static PyMethodDef methods[] = {
      without_arguments<stream_close>("close", "Ends the stream."),
      without_arguments<stream_response>("response", "Reads what has not been read, and returns the whole reply."),
      end_of_methods()};
  static PyType_Slot slots[] = {slot(Py_tp_dealloc, deallocate<Iterator>),
                                slot(Py_tp_traverse, traverse<Iterator>),
                                slot(Py_tp_clear, clear<Iterator>),
                                slot(Py_tp_methods, methods),
                                slot(Py_am_aiter, itself),
                                slot(Py_am_anext, Guarded<stream_anext>::call),
                                slot(Py_tp_iter, itself),
                                slot(Py_tp_iternext, Guarded<stream_next>::call),
                                end_of_slots()};
  static PyType_Spec spec = type_spec<Iterator>("fastccg._core.Stream", collected_type, slots);
  return own(PyType_FromModuleAndSpec(module, &spec, nullptr));
}

Ref make_stream(State& state, fastccg::Stream stream, const Ref& provider, Ref owner) {
  auto next = make(as_type(state.next_type), Next(std::move(stream), provider, std::move(owner)));
  return make(as_type(state.stream_type), Iterator(std::move(next)));
}

}  // namespace fastccg::python
