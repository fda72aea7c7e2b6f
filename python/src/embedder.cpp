#include "embedder.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog.hpp"
#include "convert.hpp"
#include "instance.hpp"
#include "operation.hpp"
#include "reply.hpp"
#include "settings.hpp"

namespace fastccg::python {

/// The vectors travel as the bytes of their numbers, which Python's own `memoryview` takes apart.
Ref make_result(State&, const Embeddings& embeddings) {
  const std::string_view bytes(reinterpret_cast<const char*>(embeddings.values.data()),
                               embeddings.values.size() * sizeof(float));
  return Dict()
      .set("values", bytes_to_python(bytes))
      .set("dimensions", static_cast<std::int64_t>(embeddings.dimensions))
      .set("normalized", embeddings.normalized)
      .set("provider", embeddings.provider)
      .set("model", embeddings.model)
      .set("provider_model", embeddings.provider_model)
      .set("usage", to_python(embeddings.usage))
      .set("tokens_used", embeddings.tokens_used)
      .set("cost", embeddings.cost)
      .set("request_ids", to_list(embeddings.request_ids, [](const std::string& id) { return to_python(id); }))
      .set("warnings", to_list(embeddings.warnings, [](const Warning& warning) { return to_python(warning); }))
      .set("attempts", std::int64_t{embeddings.attempts})
      .take();
}

namespace {

using Value = std::unique_ptr<fastccg::Embedder>;

fastccg::Embedder& embedder_in(PyObject* self) { return *data<Value>(self); }

Texts to_texts(PyObject* object) {
  Texts texts;
  each(object, "texts", [&](PyObject* text) { texts.list.push_back(to_text(text, "a text")); });
  return texts;
}

Ref embedder_embed(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
  check_count("embed", count, 2);
  auto operation = embedder_in(self).embed_async(to_texts(arguments[0]), to_embedding_settings(arguments[1]));
  return get_result(state_of_type(self), std::move(operation));
}

Ref embedder_embed_async(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
  check_count("embed_async", count, 2);
  auto operation = embedder_in(self).embed_async(to_texts(arguments[0]), to_embedding_settings(arguments[1]));
  return make_operation(state_of_type(self), std::move(operation));
}

Ref embedder_info(PyObject* self, PyObject*) { return to_python(embedder_in(self).model_info()); }
Ref embedder_name(PyObject* self, PyObject*) { return to_python(embedder_in(self).name()); }

}  // namespace

Ref make_embedder_type(PyObject* module) {
  static PyMethodDef methods[] = {
      with_arguments<embedder_embed>("embed", "embed(texts, settings): waits for the vectors."),
      with_arguments<embedder_embed_async>("embed_async", "embed_async(texts, settings): an awaitable of the vectors."),
      without_arguments<embedder_info>("info", "The model's catalogue entry."),
      without_arguments<embedder_name>("name", "Provider and name."), end_of_methods()};
  static PyType_Slot slots[] = {slot(Py_tp_dealloc, deallocate<Value>), slot(Py_tp_methods, methods), end_of_slots()};
  static PyType_Spec spec = type_spec<Value>("fastccg._core.Embedder", plain_type, slots);
  return own(PyType_FromModuleAndSpec(module, &spec, nullptr));
}

Ref make_embedder(State& state, fastccg::Embedder embedder) {
  return make(as_type(state.embedder_type), std::make_unique<fastccg::Embedder>(std::move(embedder)));
}

}  // namespace fastccg::python
