#include "observer.hpp"

#include <memory>
#include <utility>
#include <vector>

#include "convert.hpp"
#include "error.hpp"
#include "event_queue.hpp"
#include "instance.hpp"
#include "reply.hpp"

namespace fastccg::python {

namespace {

/// The end of an event queue that a thread of Python takes from.
class Observer {
 public:
  Observer() = default;

  const std::shared_ptr<EventQueue>& queue() const noexcept { return queue_; }

  std::shared_ptr<CallObserver> sender() const { return sender_.lock(); }
  std::shared_ptr<CallObserver> open_sender() {
    auto sender = sender_.lock();
    if (!sender && queue_->begin()) sender_ = sender = std::make_shared<Sender>(queue_);
    return sender;
  }

  /// In the child of a fork the old queue may be locked, and waited for, by threads that are gone. It is never touched
  /// again. Returns whether events will come.
  bool start_anew() {
    auto fresh = std::make_shared<EventQueue>();
    const auto sender = sender_.lock();
    if (sender && fresh->begin()) sender->send_to(fresh);
    // Never destroyed, on purpose.
    std::make_unique<std::shared_ptr<EventQueue>>(std::exchange(queue_, std::move(fresh))).release();
    return sender != nullptr;
  }

 private:
  std::shared_ptr<EventQueue> queue_ = std::make_shared<EventQueue>();
  std::weak_ptr<Sender> sender_;
};

Ref from_event(const CallEvent& event) {
  return Dict()
      .set("kind", to_python(to_string(event.kind)))
      .set("call", static_cast<std::int64_t>(event.call))
      .set("elapsed", event.elapsed)
      .set("provider", event.provider)
      .set("model", event.model)
      .set("stream", event.stream)
      .set("attempt", std::int64_t{event.attempt})
      .set("status", event.status == 0 ? none() : to_python(std::int64_t{event.status}))
      .set("pieces", static_cast<std::int64_t>(event.pieces))
      .set("request_id", event.request_id)
      .set("error", event.error ? to_exception(*event.error) : none())
      .set("pause", event.pause)
      .set("usage", to_python(event.usage))
      .set("cost", event.cost)
      .set("finish_reason", to_python(to_string(event.finish_reason)))
      .set("timings", to_python(event.timings))
      .set("lost", static_cast<std::int64_t>(event.lost))
      .take();
}

/// The queue is kept by the caller's reference to the object.
EventQueue& queue_in(PyObject* self) { return *data<Observer>(self).queue(); }

Ref observer_take(PyObject* self, PyObject*) {
  std::vector<CallEvent> events;
  detached([&queue = queue_in(self), &events] { events = queue.take(); });
  return to_list(events, from_event);
}

Ref observer_stop(PyObject* self, PyObject*) {
  queue_in(self).stop();
  return none();
}

Ref observer_added(PyObject* self, PyObject*) { return to_python(static_cast<std::int64_t>(queue_in(self).added())); }

Ref observer_reached(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
  check_count("reached", count, 2);
  const auto events = static_cast<std::uint64_t>(to_integer(arguments[0], "events"));
  const auto longest = to_duration(arguments[1], "timeout");
  bool reached = false;
  detached([&] { reached = queue_in(self).reached(events, longest); });
  return to_python(reached);
}

Ref observer_start_anew(PyObject* self, PyObject*) { return to_python(data<Observer>(self).start_anew()); }

}  // namespace

Ref make_observer_type(PyObject* module) {
  static PyMethodDef methods[] = {
      without_arguments<observer_take>("take", "Waits for events; an empty list says that no more will come."),
      without_arguments<observer_stop>("stop", "Takes no more events."),
      without_arguments<observer_added>("added", "How many events have come."),
      with_arguments<observer_reached>("reached", "reached(events, timeout): waits until so many were taken and told."),
      without_arguments<observer_start_anew>("start_anew", "In the child of a fork; whether events will come."),
      end_of_methods()};
  static PyType_Slot slots[] = {slot(Py_tp_dealloc, deallocate<Observer>), slot(Py_tp_methods, methods),
                                end_of_slots()};
  static PyType_Spec spec = type_spec<Observer>("fastccg._core.Observer", plain_type, slots);
  return own(PyType_FromModuleAndSpec(module, &spec, nullptr));
}

Ref make_observer(State& state) { return make(as_type(state.observer_type), Observer()); }

namespace {

Observer& observer_in(State& state, PyObject* object) {
  if (Py_TYPE(object) != as_type(state.observer_type)) raise_wrong_type(object, "this", "an Observer");
  return data<Observer>(object);
}

}  // namespace

std::shared_ptr<CallObserver> attach(State& state, PyObject* observer) {
  return observer_in(state, observer).open_sender();
}

std::shared_ptr<CallObserver> attached(State& state, PyObject* observer) {
  return observer_in(state, observer).sender();
}

Ref tell(PyObject* function, PyObject* event) {
  const auto result = Ref::steal(PyObject_CallFunctionObjArgs(function, event, nullptr));
  if (!result) PyErr_WriteUnraisable(function);
  return none();
}

}  // namespace fastccg::python
