#include "chunk.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include "convert.hpp"
#include "fields.hpp"
#include "instance.hpp"

namespace fastccg::python {

namespace {

constexpr std::array<std::string_view, 4> kinds{"text", "reasoning", "refusal", "tool_call"};

/// What is in a chunk that carries something else than text.
using Rest = std::unique_ptr<Chunk>;

/// Almost all chunks are text; those are one string each.
class ChunkValue {
 public:
  ChunkValue(Ref content_, Ref provider_, Rest rest_) noexcept
      : content(std::move(content_)), provider(std::move(provider_)), rest(std::move(rest_)) {}

  Ref content;
  Ref provider;
  Rest rest;
};

const ChunkValue& chunk_in(PyObject* self) { return data<ChunkValue>(self); }

Ref chunk_content(PyObject* self, void*) { return chunk_in(self).content; }
Ref chunk_provider(PyObject* self, void*) { return chunk_in(self).provider; }
Ref chunk_none(PyObject*, void*) { return none(); }

Ref chunk_kind(PyObject* self, void*) {
  const auto& rest = chunk_in(self).rest;
  return to_python(kinds.at(static_cast<std::size_t>(rest ? rest->kind : Chunk::Kind::text)));
}

template <std::string Chunk::*Field>
Ref chunk_text(PyObject* self, void*) {
  const auto& rest = chunk_in(self).rest;
  return rest ? to_python((*rest).*Field) : to_python("");
}

Ref chunk_tool_index(PyObject* self, void*) {
  const auto& rest = chunk_in(self).rest;
  return rest && rest->kind == Chunk::Kind::tool_call ? to_python(static_cast<std::int64_t>(rest->tool_index)) : none();
}

/// A chunk never changes.
Ref chunk_copy(PyObject* self, PyObject*) { return share(self); }

Ref chunk_reduce(PyObject* self, PyObject*) {
  const auto& chunk = chunk_in(self);
  const auto fields = Dict()
                          .set("content", chunk.content)
                          .set("provider", chunk.provider)
                          .set("kind", chunk_kind(self, nullptr))
                          .set("reasoning", chunk_text<&Chunk::reasoning>(self, nullptr))
                          .set("refusal", chunk_text<&Chunk::refusal>(self, nullptr))
                          .set("tool_index", chunk_tool_index(self, nullptr))
                          .set("tool_id", chunk_text<&Chunk::tool_id>(self, nullptr))
                          .set("tool_name", chunk_text<&Chunk::tool_name>(self, nullptr))
                          .set("tool_arguments", chunk_text<&Chunk::tool_arguments>(self, nullptr))
                          .take();
  const auto module = own(PyImport_ImportModule("fastccg._core"));
  const auto make = own(PyObject_GetAttrString(module.get(), "chunk"));
  const auto arguments = own(PyTuple_Pack(1, fields.get()));
  return own(PyTuple_Pack(2, make.get(), arguments.get()));
}

Ref chunk_repr(PyObject* self) {
  const auto& chunk = chunk_in(self);
  if (!chunk.rest) return own(PyUnicode_FromFormat("Chunk(content=%R)", chunk.content.get()));
  const auto kind = chunk_kind(self, nullptr);
  return own(PyUnicode_FromFormat("Chunk(kind=%R)", kind.get()));
}

}  // namespace

Ref make_chunk_type(PyObject* module) {
  static PyGetSetDef getters[] = {
      getter<chunk_content>("content", "Text of the answer; empty in a chunk that carries something else."),
      getter<chunk_kind>("kind", "\"text\", \"reasoning\", \"refusal\" or \"tool_call\"."),
      getter<chunk_text<&Chunk::reasoning>>("reasoning", "Text of the model's reasoning."),
      getter<chunk_text<&Chunk::refusal>>("refusal", "Text of a refusal."),
      getter<chunk_tool_index>("tool_index", "Which tool call this is about, counted from zero; None if none."),
      getter<chunk_text<&Chunk::tool_id>>("tool_id", "Set in the first chunk of a tool call."),
      getter<chunk_text<&Chunk::tool_name>>("tool_name", "Set in the first chunk of a tool call."),
      getter<chunk_text<&Chunk::tool_arguments>>("tool_arguments", "The next piece of the arguments' text."),
      getter<chunk_provider>("provider", "Who answers."),
      getter<chunk_none>("tokens_used", "Always None: it is known at the end, see AskStream.response."),
      getter<chunk_none>("raw", "Always None: see AskStream.response."),
      end_of_getters()};
  static PyMethodDef methods[] = {without_arguments<chunk_copy>("__copy__", "The chunk itself."),
                                  with_argument<chunk_copy>("__deepcopy__", "The chunk itself."),
                                  without_arguments<chunk_reduce>("__reduce__", "For pickle."), end_of_methods()};
  static PyType_Slot slots[] = {slot(Py_tp_dealloc, deallocate<ChunkValue>),
                                slot(Py_tp_getset, getters),
                                slot(Py_tp_methods, methods),
                                slot(Py_tp_repr, Guarded<chunk_repr>::call),
                                slot(Py_tp_doc, "One piece of a streamed answer."),
                                end_of_slots()};
  static PyType_Spec spec = type_spec<ChunkValue>("fastccg._core.Chunk", plain_type, slots);
  return own(PyType_FromModuleAndSpec(module, &spec, nullptr));
}

Ref make_chunk(State& state, const Chunk& chunk, const Ref& provider) {
  auto content = to_python(chunk.content);
  Rest rest;
  if (chunk.kind != Chunk::Kind::text) rest = std::make_unique<Chunk>(chunk);
  return make(as_type(state.chunk_type), ChunkValue(std::move(content), provider, std::move(rest)));
}

Ref chunk_from(State& state, PyObject* dict) {
  const Fields fields(dict);
  Chunk chunk;
  const auto* const kind = std::ranges::find(kinds, fields.text("kind"));
  if (kind == kinds.end()) raise(PyExc_ValueError, "there is no such kind of chunk");
  chunk.kind = static_cast<Chunk::Kind>(kind - kinds.begin());
  chunk.content = fields.text("content");
  chunk.reasoning = fields.text("reasoning");
  chunk.refusal = fields.text("refusal");
  if (auto* const index = fields.find("tool_index")) chunk.tool_index = to_size(index, "tool_index");
  chunk.tool_id = fields.text("tool_id");
  chunk.tool_name = fields.text("tool_name");
  chunk.tool_arguments = fields.text("tool_arguments");
  return make_chunk(state, chunk, to_python(fields.text("provider")));
}

}  // namespace fastccg::python
