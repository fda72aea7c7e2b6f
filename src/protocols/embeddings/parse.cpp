#include "protocols/embeddings/embeddings.hpp"
#include "protocols/shared/document.hpp"
#include "protocols/shared/error_kind.hpp"
#include "protocols/shared/vectors.hpp"

namespace fastccg::protocols::embeddings {

namespace {

std::string read_data(const json::Node& data, shared::VectorCollector& vectors) {
  if (!data.is_array()) return "it has no list of vectors";
  // There are servers that number nothing; their order is that of the texts.
  bool numbered = false;
  for (const auto entry : data.elements()) numbered = numbered || entry["index"];

  std::int64_t position = 0;
  for (const auto entry : data.elements()) {
    const auto index = numbered ? entry["index"].integer() : position++;
    if (!index) return "it has a vector without a number among others that have one";
    if (auto problem = vectors.add(*index, entry["embedding"]); !problem.empty()) return problem;
  }
  return vectors.finish();
}

Usage read_usage(const json::Node& node) {
  Usage usage;
  usage.input = node["prompt_tokens"].integer();
  usage.total = node["total_tokens"].integer();
  if (!usage.input) usage.input = usage.total;
  if (!usage.total) usage.total = usage.input;
  return usage;
}

}  // namespace

Result<Vectors> Embeddings::decode(std::string_view body, const ExpectedVectors& expected,
                                   const Dialect& dialect) const {
  const shared::Document document(body);
  auto problem = document.problem();
  if (problem.empty()) {
    const auto& root = document.root();
    if (shared::reports_error(root)) return shared::make_error(0, shared::read_error(root), body, dialect.provider);
    shared::VectorCollector collector(expected, body.size(), dialect.has(Quirk::int8_vectors));
    problem = read_data(root["data"], collector);
    if (problem.empty()) {
      auto vectors = collector.take();
      vectors.model = root["model"].text();
      vectors.usage = read_usage(root["usage"]);
      return vectors;
    }
  }
  return shared::protocol_error("the answer cannot be used: " + problem, body, dialect.provider);
}

}  // namespace fastccg::protocols::embeddings
