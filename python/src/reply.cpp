#include "reply.hpp"

#include <utility>

#include "convert.hpp"
#include "instance.hpp"
#include "message.hpp"

namespace fastccg::python {

namespace {

const Reply& reply_in(PyObject* self) { return data<Reply>(self); }

Ref reply_content(PyObject* self, void*) { return to_python(reply_in(self).content); }
Ref reply_tokens_used(PyObject* self, void*) { return to_python(reply_in(self).tokens_used); }
Ref reply_provider(PyObject* self, void*) { return to_python(reply_in(self).provider); }
Ref reply_raw(PyObject* self, void*) { return to_python(reply_in(self).raw); }

Ref reply_details(PyObject* self, PyObject*) {
  const auto& reply = reply_in(self);
  return Dict()
      .set("model", reply.model)
      .set("provider_model", reply.provider_model)
      .set("id", reply.id)
      .set("request_id", reply.request_id)
      .set("message", to_python(reply.message))
      .set("finish_reason", to_python(to_string(reply.finish_reason)))
      .set("raw_finish_reason", reply.raw_finish_reason)
      .set("usage", to_python(reply.usage))
      .set("warnings", to_list(reply.warnings, [](const Warning& warning) { return to_python(warning); }))
      .set("rate_limits", to_python(reply.rate_limits))
      .set("attempts", std::int64_t{reply.attempts})
      .set("timings", to_python(reply.timings))
      .set("cost", reply.cost)
      .set("interrupted", reply.interrupted)
      .set("tool_calls", to_list(reply.tool_calls(), [](const ToolCall& call) { return to_python(call); }))
      .set("reasoning", reply.reasoning())
      .set("refusal", reply.refusal())
      .take();
}

}  // namespace

Ref make_reply_type(PyObject* module) {
  static PyMethodDef methods[] = {
      without_arguments<reply_details>("details", "Everything else that is known, as a dict."), end_of_methods()};
  static PyGetSetDef getters[] = {getter<reply_content>("content", "The answer's text."),
                                  getter<reply_tokens_used>("tokens_used", "Tokens of request and answer together."),
                                  getter<reply_provider>("provider", "Who answered."),
                                  getter<reply_raw>("raw", "The provider's answer as JSON text."), end_of_getters()};
  static PyType_Slot slots[] = {slot(Py_tp_dealloc, deallocate<Reply>), slot(Py_tp_methods, methods),
                                slot(Py_tp_getset, getters), end_of_slots()};
  static PyType_Spec spec = type_spec<Reply>("fastccg._core.Reply", plain_type, slots);
  return own(PyType_FromModuleAndSpec(module, &spec, nullptr));
}

Ref to_python(const Usage& usage) {
  return Dict()
      .set("input", usage.input)
      .set("input_cached", usage.input_cached)
      .set("input_cache_write", usage.input_cache_write)
      .set("output", usage.output)
      .set("output_reasoning", usage.output_reasoning)
      .set("total", usage.total)
      .take();
}

Ref to_python(const Timings& timings) {
  return Dict()
      .set("queued", timings.queued)
      .set("first_byte", timings.first_byte)
      .set("first_output", timings.first_output)
      .set("total", timings.total)
      .take();
}

Ref to_python(const std::vector<RateLimit>& limits) {
  return to_list(limits, [](const RateLimit& limit) {
    return Dict()
        .set("name", limit.name)
        .set("limit", limit.limit)
        .set("remaining", limit.remaining)
        .set("reset", limit.reset)
        .take();
  });
}

Ref to_python(const Warning& warning) {
  return Dict().set("setting", warning.setting).set("message", warning.message).take();
}

Ref make_result(State& state, Reply reply) { return make(as_type(state.reply_type), std::move(reply)); }

}  // namespace fastccg::python
