#include "model.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "catalog.hpp"
#include "convert.hpp"
#include "fields.hpp"
#include "filter.hpp"
#include "instance.hpp"
#include "message.hpp"
#include "observer.hpp"
#include "operation.hpp"
#include "reply.hpp"
#include "settings.hpp"
#include "stream.hpp"

namespace fastccg::python {

namespace {

/// A model, and the lock under which its settings are read, changed and written back.
class ModelValue {
 public:
  ModelValue(fastccg::Model model_, std::shared_ptr<Graveyard> graveyard)
      : model(std::make_unique<fastccg::Model>(std::move(model_))),
        provider(to_python(model->model_info().provider)),
        graveyard_(std::move(graveyard)) {}

  void set_filter(State& state, std::shared_ptr<BuriedRef> filter) {
    const std::lock_guard lock(*changing);
    model->reply_filter(to_filter(state, filter));
    std::swap(filter_, filter);
  }
  void forget_filter() {
    const std::lock_guard lock(*changing);
    filter_.reset();
  }
  std::shared_ptr<BuriedRef> filter() const {
    const std::lock_guard lock(*changing);
    return filter_;
  }

  /// To the garbage collector the library's reference to the filter is this object's: a filter often belongs to what the
  /// model belongs to. Calls that are under way keep this object, so that it is not cleared under them.
  int traverse(visitproc visit, void* arg) {
    if (filter_) Py_VISIT(filter_->get());
    return 0;
  }
  void clear() noexcept {
    model->reply_filter({});
    filter_.reset();
    graveyard_->sweep();
  }

  std::unique_ptr<fastccg::Model> model;
  Ref provider;
  std::unique_ptr<std::mutex> changing = std::make_unique<std::mutex>();

 private:
  std::shared_ptr<BuriedRef> filter_;
  std::shared_ptr<Graveyard> graveyard_;
};

fastccg::Model& model_in(PyObject* self) { return *data<ModelValue>(self).model; }

/// The state, after what other threads have let go was dropped.
State& swept(PyObject* self) {
  auto& state = state_of_type(self);
  state.graveyard->sweep();
  return state;
}

// The calls: each takes a prompt and the settings of the call.

Ref model_ask(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
  check_count("ask", count, 2);
  auto operation = model_in(self).ask_async(to_prompt(arguments[0]), to_settings(arguments[1]));
  return get_result(swept(self), std::move(operation));
}

Ref model_ask_async(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
  check_count("ask_async", count, 2);
  auto operation = model_in(self).ask_async(to_prompt(arguments[0]), to_settings(arguments[1]));
  return make_operation(swept(self), std::move(operation), share(self));
}

Ref model_ask_stream(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
  check_count("ask_stream", count, 2);
  auto stream = model_in(self).ask_stream(to_prompt(arguments[0]), to_settings(arguments[1]));
  return make_stream(swept(self), std::move(stream), data<ModelValue>(self).provider, share(self));
}

Ref model_change(PyObject* self, PyObject* changes) {
  const auto settings = to_settings(changes);
  auto& value = data<ModelValue>(self);
  const std::lock_guard lock(*value.changing);
  value.model->settings(value.model->settings().overlaid_with(settings));
  return none();
}

Ref model_replace(PyObject* self, PyObject* settings) {
  model_in(self).settings(to_settings(settings));
  return none();
}

Ref model_settings(PyObject* self, PyObject*) { return to_python(model_in(self).settings()); }

Ref model_filter(PyObject* self, PyObject* filter) {
  auto& state = state_of_type(self);
  data<ModelValue>(self).set_filter(state, to_held_filter(state, filter));
  swept(self);
  return none();
}

Ref model_reset(PyObject* self, PyObject*) {
  detached([&model = model_in(self)] { model.reset(); });
  data<ModelValue>(self).forget_filter();
  swept(self);
  return none();
}

std::vector<Message> to_messages(PyObject* list) {
  std::vector<Message> messages;
  each(list, "messages", [&](PyObject* message) { messages.push_back(to_prompt(message).message); });
  return messages;
}

Ref model_append(PyObject* self, PyObject* list) {
  auto messages = to_messages(list);
  detached([&model = model_in(self), &messages] { model.append(std::move(messages)); });
  return none();
}

Ref model_set_history(PyObject* self, PyObject* list) {
  auto messages = to_messages(list);
  detached([&model = model_in(self), &messages] { model.set_history(std::move(messages)); });
  return none();
}

Ref model_clear_history(PyObject* self, PyObject*) {
  detached([&model = model_in(self)] { model.clear_history(); });
  swept(self);
  return none();
}

Ref model_history(PyObject* self, PyObject*) {
  return to_list(model_in(self).get_history(), [](const Message& message) { return to_python(message); });
}

Ref model_info(PyObject* self, PyObject*) { return to_python(model_in(self).model_info()); }
Ref model_name(PyObject* self, PyObject*) { return to_python(model_in(self).name()); }

Ref model_fork(PyObject* self, PyObject*) {
  auto& state = state_of_type(self);
  auto fork = make_model(state, model_in(self).fork());
  // A reference of its own, as each has to be visited once.
  if (const auto filter = data<ModelValue>(self).filter())
    data<ModelValue>(fork.get()).set_filter(state, to_held_filter(state, filter->get()));
  return fork;
}

Ref model_save(PyObject* self, PyObject* path) {
  const auto name = to_path(path, "path");
  detached([&model = model_in(self), &name] { model.save(name); });
  return none();
}

Ref model_autosave(PyObject* self, PyObject* path) {
  const auto name = to_path(path, "path");
  detached([&model = model_in(self), &name] { model.autosave(name); });
  return none();
}

Ref model_flush(PyObject* self, PyObject*) {
  detached([&model = model_in(self)] { model.flush(); });
  return none();
}

Fallback to_fallback(PyObject* object) {
  const Fields fields(object);
  auto* const endpoint = fields.find("endpoint");
  return Fallback(fields.text("name"), to_key(fields.find("api_key")), endpoint ? to_endpoint(endpoint) : Endpoint());
}

Ref model_fallbacks(PyObject* self, PyObject* fallbacks) {
  std::vector<Fallback> models;
  each(fallbacks, "fallbacks", [&](PyObject* fallback) { models.push_back(to_fallback(fallback)); });
  model_in(self).fallbacks(models);
  return none();
}

Ref model_add_observer(PyObject* self, PyObject* observer) {
  auto sender = attach(state_of_type(self), observer);
  if (sender) model_in(self).add_observer(sender);
  return to_python(sender != nullptr);
}

Ref model_remove_observer(PyObject* self, PyObject* observer) {
  if (const auto sender = attached(state_of_type(self), observer)) model_in(self).remove_observer(sender);
  return none();
}

Ref model_warnings(PyObject* self, PyObject*) {
  return to_list(model_in(self).session_warnings(), [](const Warning& warning) { return to_python(warning); });
}

}  // namespace

Ref make_model_type(PyObject* module) {
  static PyMethodDef methods[] = {
      with_arguments<model_ask>("ask", "ask(prompt, settings): waits for the reply."),
      with_arguments<model_ask_async>("ask_async", "ask_async(prompt, settings): an awaitable of the reply."),
      with_arguments<model_ask_stream>("ask_stream", "ask_stream(prompt, settings): an iterator over chunks."),
      with_argument<model_change>("change", "Lays settings over those of the model."),
      with_argument<model_replace>("replace", "Replaces the settings of the model."),
      without_arguments<model_settings>("settings", "The settings that are set."),
      with_argument<model_filter>("filter", "Sets the filter of replies; None removes it."),
      without_arguments<model_reset>("reset", "Clears conversation, settings and filter."),
      with_argument<model_append>("append", "Adds messages by hand that belong together."),
      without_arguments<model_history>("history", "The conversation."),
      with_argument<model_set_history>("set_history", "Replaces the conversation."),
      without_arguments<model_clear_history>("clear_history", "Clears the conversation alone."),
      without_arguments<model_info>("info", "The model's catalogue entry."),
      without_arguments<model_name>("name", "Provider and name."),
      without_arguments<model_fork>("fork", "An independent copy."),
      with_argument<model_save>("save", "Writes a session file."),
      with_argument<model_autosave>("autosave", "Keeps a journal from now on; an empty path ends that."),
      without_arguments<model_flush>("flush", "Waits until everything is in the journal."),
      with_argument<model_fallbacks>("fallbacks",
                                     "Models to ask when this one fails: dicts of name, api_key, endpoint."),
      with_argument<model_add_observer>("add_observer", "Tells an Observer of calls; False if that has ended."),
      with_argument<model_remove_observer>("remove_observer", "Tells an Observer no more."),
      without_arguments<model_warnings>("warnings", "What was mended, and what keeps the journal from being written."),
      end_of_methods()};
  static PyType_Slot slots[] = {slot(Py_tp_dealloc, deallocate<ModelValue>), slot(Py_tp_methods, methods),
                                slot(Py_tp_traverse, traverse<ModelValue>), slot(Py_tp_clear, clear<ModelValue>),
                                end_of_slots()};
  static PyType_Spec spec = type_spec<ModelValue>("fastccg._core.Model", collected_type, slots);
  return own(PyType_FromModuleAndSpec(module, &spec, nullptr));
}

Ref make_model(State& state, fastccg::Model model) {
  return make(as_type(state.model_type), ModelValue(std::move(model), state.graveyard));
}

}  // namespace fastccg::python
