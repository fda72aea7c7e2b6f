#include "json/writer.hpp"
#include "protocols/embeddings/embeddings.hpp"
#include "protocols/shared/extra.hpp"

namespace fastccg::protocols::embeddings {

namespace {

/// What to say of the form of the vectors; empty says nothing.
std::string_view encoding_of(const EmbeddingSettings& settings, const Dialect& dialect) {
  if (dialect.has(Quirk::int8_vectors)) return {};
  switch (settings.encoding().value_or(VectorEncoding::automatic)) {
    case VectorEncoding::numbers: return "float";
    case VectorEncoding::base64: return "base64";
    case VectorEncoding::automatic: break;
  }
  return dialect.has(Quirk::base64_vectors) ? "base64" : "";
}

std::size_t size_of(const EmbeddingRequest& request) noexcept {
  std::size_t size = 256;
  for (const auto& text : request.texts) size += text.size() + text.size() / 8 + 3;
  return size;
}

}  // namespace

Rendered Embeddings::render(const EmbeddingRequest& request, const Dialect& dialect) const {
  const auto& settings = request.settings;
  const shared::Extra extra(settings.extra());
  const auto leaves = [&extra](std::string_view member) { return extra.leaves(member); };

  json::Writer out;
  out.reserve(size_of(request));
  out.begin_object();
  if (leaves("model")) out.member("model", request.model.id);
  if (leaves("input")) {
    out.key("input").begin_array();
    for (const auto& text : request.texts) out.string(text);
    out.end_array();
  }
  const auto encoding = encoding_of(settings, dialect);
  if (!encoding.empty() && leaves("encoding_format")) out.member("encoding_format", encoding);
  const std::string_view dimensions = dialect.has(Quirk::output_dimension) ? "output_dimension" : "dimensions";
  if (const auto wanted = request.dimensions(); wanted && leaves(dimensions)) out.member(dimensions, *wanted);
  extra.write_to(out);
  out.end_object();

  Rendered rendered;
  rendered.path = dialect.has(Quirk::v1_embeddings) ? "/v1/embeddings" : "/embeddings";
  rendered.body = out.take();
  if (dialect.has(Quirk::int8_vectors) && settings.encoding() == VectorEncoding::numbers)
    rendered.warnings.emplace_back("encoding", "the provider sends vectors as bytes only; it was left out");
  if (settings.input_kind())
    rendered.warnings.emplace_back("input_kind",
                                   "the provider makes the same vectors for all kinds of input; it was left out");
  return rendered;
}

}  // namespace fastccg::protocols::embeddings
