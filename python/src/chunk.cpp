#include "chunk.hpp"

#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include "convert.hpp"
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
  static PyType_Slot slots[] = {slot(Py_tp_dealloc, deallocate<ChunkValue>), slot(Py_tp_getset, getters),
                                slot(Py_tp_repr, Guarded<chunk_repr>::call),
                                slot(Py_tp_doc, "One piece of a streamed answer."), end_of_slots()};
  static PyType_Spec spec = type_spec<ChunkValue>("fastccg._core.Chunk", plain_type, slots);
  return own(PyType_FromModuleAndSpec(module, &spec, nullptr));
}

Ref make_chunk(State& state, const Chunk& chunk, const Ref& provider) {
  auto content = to_python(chunk.content);
  Rest rest;
  if (chunk.kind != Chunk::Kind::text) rest = std::make_unique<Chunk>(chunk);
  return make(as_type(state.chunk_type), ChunkValue(std::move(content), provider, std::move(rest)));
}

}  // namespace fastccg::python
