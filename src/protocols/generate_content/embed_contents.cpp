#include <array>

#include "json/writer.hpp"
#include "protocols/generate_content/errors.hpp"
#include "protocols/generate_content/family.hpp"
#include "protocols/generate_content/generate_content.hpp"
#include "protocols/generate_content/path.hpp"
#include "protocols/shared/document.hpp"
#include "protocols/shared/error_kind.hpp"
#include "protocols/shared/extra.hpp"
#include "protocols/shared/vectors.hpp"

namespace fastccg::protocols::generate_content {

namespace {

/// How a kind of input is told: by a member of the request, or in words before the text.
class KindNames {
 public:
  InputKind kind;
  std::string_view task_type;
  std::string_view prefix;
};

constexpr auto kinds_of_input = std::to_array<KindNames>({
    {InputKind::query, "RETRIEVAL_QUERY", "task: search result | query: "},
    {InputKind::document, "RETRIEVAL_DOCUMENT", "title: none | text: "},
    {InputKind::similarity, "SEMANTIC_SIMILARITY", "task: sentence similarity | query: "},
    {InputKind::classification, "CLASSIFICATION", "task: classification | query: "},
    {InputKind::clustering, "CLUSTERING", "task: clustering | query: "},
    {InputKind::question, "QUESTION_ANSWERING", "task: question answering | query: "},
    {InputKind::fact_verification, "FACT_VERIFICATION", "task: fact checking | query: "},
    {InputKind::code_query, "CODE_RETRIEVAL_QUERY", "task: code retrieval | query: "},
});

const KindNames* names_of(std::optional<InputKind> kind) noexcept {
  for (const auto& names : kinds_of_input)
    if (names.kind == kind) return &names;
  return nullptr;
}

/// From the second generation on, and its previews aside, the models ignore the task type and read it in the text.
bool reads_kind_in_text(std::string_view model) noexcept {
  constexpr std::string_view family = "gemini-embedding-";
  if (!model.starts_with(family) || model.find("preview") != std::string_view::npos) return false;
  model.remove_prefix(family.size());
  return !model.empty() && model.front() >= '2' && model.front() <= '9';
}

std::string resource_of(std::string_view model) {
  return model.starts_with("tunedModels/") ? std::string(model) : "models/" + std::string(model);
}

std::string read_embeddings(const json::Node& root, shared::VectorCollector& vectors) {
  std::int64_t index = 0;
  // A single text may be answered by the method that takes no list.
  if (root["embedding"].is_object()) {
    if (auto problem = vectors.add(index, root["embedding"]["values"]); !problem.empty()) return problem;
    return vectors.finish();
  }
  if (!root["embeddings"].is_array()) return "it has no list of vectors";
  for (const auto entry : root["embeddings"].elements())
    if (auto problem = vectors.add(index++, entry["values"]); !problem.empty()) return problem;
  return vectors.finish();
}

Usage read_usage(const json::Node& node) {
  Usage usage;
  usage.input = node["promptTokenCount"].integer();
  usage.total = usage.input;
  return usage;
}

}  // namespace

Rendered EmbedContents::render(const EmbeddingRequest& request, const Dialect&) const {
  const auto& settings = request.settings;
  const shared::Extra extra(settings.extra());
  const auto model = bare_model(request.model.id);
  const auto resource = resource_of(model);
  const auto* names = names_of(settings.input_kind());
  const bool in_text = names && reads_kind_in_text(model);

  json::Writer out;
  out.begin_object().key("requests").begin_array();
  for (const auto& text : request.texts) {
    out.begin_object();
    // Each text stands in a content of its own: the parts of one content become one vector.
    if (extra.leaves("model")) out.member("model", resource);
    if (extra.leaves("content")) {
      out.key("content").begin_object().key("parts").begin_array().begin_object();
      out.member("text", in_text ? std::string(names->prefix) + text : text);
      out.end_object().end_array().end_object();
    }
    if (names && !in_text && extra.leaves("taskType")) out.member("taskType", names->task_type);
    if (const auto wanted = request.dimensions(); wanted && extra.leaves("outputDimensionality"))
      out.member("outputDimensionality", *wanted);
    extra.write_to(out);
    out.end_object();
  }
  out.end_array().end_object();

  Rendered rendered;
  rendered.path = model_path(request.model.id) + ":batchEmbedContents";
  rendered.body = out.take();
  if (settings.encoding() == VectorEncoding::base64)
    rendered.warnings.emplace_back("encoding", "the provider sends vectors as numbers only; it was left out");
  return rendered;
}

Result<Vectors> EmbedContents::decode(std::string_view body, const ExpectedVectors& expected,
                                      const Dialect& dialect) const {
  const shared::Document document(body);
  auto problem = document.problem();
  if (problem.empty()) {
    const auto& root = document.root();
    if (shared::reports_error(root)) return read_failure(0, root, body, dialect.provider);
    shared::VectorCollector collector(expected, body.size(), false);
    problem = read_embeddings(root, collector);
    if (problem.empty()) {
      auto vectors = collector.take();
      vectors.usage = read_usage(root["usageMetadata"]);
      return vectors;
    }
  }
  return shared::protocol_error("the answer cannot be used: " + problem, body, dialect.provider);
}

}  // namespace fastccg::protocols::generate_content
