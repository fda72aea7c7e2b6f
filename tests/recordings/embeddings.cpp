#include "embeddings.hpp"

#include <cmath>
#include <optional>

#include "fastccg/embed.hpp"

namespace recordings {

namespace json = boost::json;
using fastccg::protocols::Speaks;

namespace {

const json::value* member(const json::object& object, std::initializer_list<std::string_view> names) {
  for (const auto name : names)
    if (const auto* value = object.if_contains(name); value && !value->is_null()) return value;
  return nullptr;
}

std::optional<std::int64_t> whole(const json::value* value) {
  if (!value || !value->is_number()) return std::nullopt;
  return value->to_number<std::int64_t>();
}

json::object body_of(const Exchange& exchange) {
  return exchange.request.is_object() ? object(exchange.request.as_object(), "body") : json::object();
}

/// A recorded request in the library's own terms.
class NeutralEmbedding {
 public:
  std::vector<std::string> texts;
  fastccg::EmbeddingSettings settings;
  std::string model;
  std::string beyond;

  std::optional<int> dimensions() const { return settings.dimensions(); }

  static NeutralEmbedding read(const json::object& body, Speaks speaks) {
    NeutralEmbedding request;
    if (speaks == Speaks::generate_content)
      request.read_contents(body);
    else
      request.read_plain(body);
    return request;
  }

 private:
  void set_dimensions(const json::value* value) {
    if (const auto number = whole(value)) settings.dimensions(static_cast<int>(*number));
  }

  void read_plain(const json::object& body) {
    model = text(body, "model");
    set_dimensions(member(body, {"dimensions", "output_dimension"}));
    const auto encoding = text(body, "encoding_format");
    if (encoding == "base64") settings.encoding(fastccg::VectorEncoding::base64);
    if (encoding == "float") settings.encoding(fastccg::VectorEncoding::numbers);
    const auto* input = body.if_contains("input");
    if (input && input->is_string()) texts.emplace_back(input->as_string());
    if (input && input->is_array())
      for (const auto& one : input->as_array()) {
        if (!one.is_string()) beyond = "input that is no text";
        texts.emplace_back(one.is_string() ? std::string(one.as_string()) : "?");
      }
  }

  void read_contents(const json::object& body) {
    const auto* requests = body.if_contains("requests");
    if (!requests || !requests->is_array()) {
      beyond = "a method that is not used";
      texts.emplace_back("?");
      return;
    }
    for (const auto& one : requests->as_array()) read_content(one.as_object());
  }

  void read_content(const json::object& request) {
    model = text(request, "model");
    set_dimensions(member(request, {"outputDimensionality", "output_dimensionality"}));
    if (text(request, "taskType") == "RETRIEVAL_QUERY") settings.input_kind(fastccg::InputKind::query);
    if (text(request, "taskType") == "RETRIEVAL_DOCUMENT") settings.input_kind(fastccg::InputKind::document);
    const auto content = object(request, "content");
    const auto* parts = content.if_contains("parts");
    const bool is_text = parts && parts->is_array() && parts->as_array().size() == 1 &&
                         parts->as_array()[0].as_object().contains("text");
    if (!is_text) beyond = "content that is no text";
    texts.emplace_back(is_text ? text(parts->as_array()[0].as_object(), "text") : "?");
  }
};

/// The same request in one spelling: a single text and a list of one are the same, and so are two names of a member.
json::object normalised(json::object body) {
  if (auto* input = body.if_contains("input"); input && input->is_string()) *input = json::array{*input};
  if (auto* requests = body.if_contains("requests"); requests && requests->is_array())
    for (auto& request : requests->as_array())
      if (auto& object = request.as_object(); object.contains("output_dimensionality")) {
        const auto value = object["output_dimensionality"];
        object.erase("output_dimensionality");
        object["outputDimensionality"] = value;
      }
  return body;
}

/// What a provider calls an error: the first of the names that it gives.
std::string code_of(const json::object& error) {
  for (const auto* name : {"status", "code", "type"})
    if (const auto* value = member(error, {name}))
      return value->is_string() ? std::string(value->as_string()) : json::serialize(*value);
  return {};
}

class Lines {
 public:
  void same(const std::string& what, const std::string& expected, const std::string& got) {
    if (expected != got)
      lines.push_back(what + ": expected " + expected.substr(0, 300) + " | got " + got.substr(0, 300));
  }
  void same(const std::string& what, std::optional<std::int64_t> expected, std::optional<std::int64_t> got) {
    const auto text = [](auto number) { return number ? std::to_string(*number) : std::string("absent"); };
    same(what, text(expected), text(got));
  }
  std::vector<std::string> lines;
};

std::size_t expected_count(const Exchange& exchange, const NeutralEmbedding& request) {
  if (!request.texts.empty()) return request.texts.size();
  return static_cast<std::size_t>(whole(member(exchange.expected, {"embeddings_count"})).value_or(1));
}

void compare_head(const json::object& expected, const fastccg::Vectors& vectors, Lines& lines) {
  const auto* head = member(expected, {"embedding_head"});
  if (!head || !head->is_array()) return;
  std::size_t at = 0;
  for (const auto& number : head->as_array()) {
    const auto wanted = number.to_number<double>();
    const auto got = static_cast<double>(vectors.values.at(at++));
    if (!(std::abs(wanted - got) <= 1e-6 * std::max(1.0, std::abs(wanted))))
      lines.same("number " + std::to_string(at - 1), std::to_string(wanted), std::to_string(got));
  }
}

void compare_usage(const json::object& expected, const fastccg::Usage& usage, Lines& lines) {
  const auto wanted = object(expected, "usage");
  const auto total = whole(member(wanted, {"total_tokens"}));
  lines.same("input tokens", whole(member(wanted, {"input_tokens"})), usage.input);
  // The library adds up what the provider did not.
  if (total || wanted.empty()) lines.same("total tokens", total, usage.total);
}

std::vector<std::string> compare_failure(const Exchange& exchange, const std::optional<fastccg::Error>& got) {
  Lines lines;
  const auto wanted = object(exchange.expected, "error");
  if (wanted.empty() != !got) {
    lines.same("error", wanted.empty() ? "none" : json::serialize(wanted), got ? got->describe() : "none");
  } else if (got) {
    lines.same("error code", code_of(wanted), got->code);
    lines.same("error message", text(wanted, "message"), got->provider_message);
    lines.same("status", exchange.status, got->status);
  }
  return lines.lines;
}

}  // namespace

const std::vector<EmbeddingApi>& embedding_apis() {
  static const std::vector<EmbeddingApi> all{
      {"openai_embeddings", Speaks::chat_completions},
      {"gemini_embed", Speaks::generate_content},
      {"mistral_embeddings", Speaks::chat_completions},
  };
  return all;
}

std::vector<std::string> compare_vectors(const Exchange& exchange, const EmbeddingApi& api) {
  const auto dialect = dialect_of(exchange.provider);
  if (exchange.status >= 300)
    return compare_failure(
        exchange,
        fastccg::protocols::find(api.speaks).classify(exchange.status, exchange.headers, exchange.body, dialect));

  const auto request = NeutralEmbedding::read(body_of(exchange), api.speaks);
  const fastccg::ExpectedVectors wanted(expected_count(exchange, request), request.dimensions());
  const auto outcome = fastccg::protocols::find_embedding(api.speaks)->decode(exchange.body, wanted, dialect);
  if (!outcome) return compare_failure(exchange, outcome.error());

  const auto& vectors = *outcome;
  auto lines = Lines();
  lines.lines = compare_failure(exchange, std::nullopt);
  lines.same("dimensions", whole(member(exchange.expected, {"embedding_dim"})),
             static_cast<std::int64_t>(vectors.dimensions));
  lines.same("vectors", whole(member(exchange.expected, {"embeddings_count"})),
             static_cast<std::int64_t>(vectors.values.size() / vectors.dimensions));
  if (const auto model = text(exchange.expected, "model"); !model.empty()) lines.same("model", model, vectors.model);
  compare_head(exchange.expected, vectors, lines);
  compare_usage(exchange.expected, vectors.usage, lines);
  return lines.lines;
}

std::vector<std::string> compare_embedding_request(const Exchange& exchange, const EmbeddingApi& api,
                                                   std::string& beyond) {
  const auto recorded = body_of(exchange);
  const auto request = NeutralEmbedding::read(recorded, api.speaks);
  beyond = request.beyond;
  if (!beyond.empty()) return {};

  fastccg::ModelInfo model;
  model.id = request.model;
  // What the library asks for by itself is not what is compared.
  auto dialect = dialect_of(exchange.provider);
  dialect.quirks = without(dialect.quirks, fastccg::protocols::Quirk::base64_vectors);
  const auto rendered = fastccg::protocols::find_embedding(api.speaks)
                            ->render(fastccg::EmbeddingRequest(request.texts, request.settings, model), dialect);

  Lines lines;
  const auto path = text(exchange.request.as_object(), "path");
  if (!path.ends_with(rendered.path)) lines.same("path", path, rendered.path);
  const auto again = json::parse(rendered.body).as_object();
  if (normalised(recorded) != normalised(again))
    lines.same("body", json::serialize(normalised(recorded)), json::serialize(again));
  return lines.lines;
}

}  // namespace recordings
