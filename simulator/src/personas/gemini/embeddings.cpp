#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "engine/embedding.hpp"
#include "engine/tokens.hpp"
#include "personas/gemini/gemini.hpp"

namespace fastccg::sim {
namespace {

using namespace gemini;

constexpr std::size_t full_size = 3072;
constexpr std::size_t most_requests = 100;
constexpr std::size_t tokens_of_a_picture = 258;

constexpr std::array task_types{"TASK_TYPE_UNSPECIFIED", "RETRIEVAL_QUERY",   "RETRIEVAL_DOCUMENT",
                                "SEMANTIC_SIMILARITY",   "CLASSIFICATION",    "CLUSTERING",
                                "QUESTION_ANSWERING",    "FACT_VERIFICATION", "CODE_RETRIEVAL_QUERY"};
constexpr std::array request_names{"model", "content", "taskType", "title", "outputDimensionality", "autoTruncate"};

/// What of a request for one vector matters for the answer.
class Input {
 public:
  Input() = default;

  std::string text;
  std::size_t dimensions = full_size;
  std::size_t tokens = 0;
  std::size_t pictures = 0;
};

// All parts of one content make one vector.
void read_content(Input& input, const json::object& content) {
  for (const auto& value : array_at(content, "parts")) {
    if (!value.is_object()) continue;
    const auto& part = value.get_object();
    input.text += text_at(part, "text");
    const auto& data = object_at(part, part.contains("inlineData") ? "inlineData" : "fileData");
    if (data.empty()) continue;
    ++input.pictures;
    input.text += ' ' + std::to_string(hash(text_at(data, "data")) ^ hash(text_at(data, "fileUri")));
  }
  input.tokens = count_tokens(input.text);
}

void check(const json::object& request, const std::string& model, bool in_batch) {
  const std::string message = in_batch ? "BatchEmbedContentsRequest.requests" : "EmbedContentRequest";
  for (const auto& [key, value] : request)
    if (std::ranges::find(request_names, std::string_view(key)) == request_names.end())
      reject("Invalid JSON payload received. Unknown name \"" + std::string(key) + "\": Cannot find field.");
  const auto named = text_at(request, "model");
  if (in_batch ? named != "models/" + model : !named.empty() && named != "models/" + model)
    reject("* " + message + ".model: the model must be the one in the address, written 'models/" + model + "'.");
  if (array_at(object_at(request, "content"), "parts").empty())
    reject("* " + message + ".content: contents is not specified");
  const auto task = text_at(request, "taskType");
  if (!task.empty() && std::ranges::find(task_types, task) == task_types.end())
    reject("Invalid value at 'task_type': \"" + std::string(prefix(task, 100)) + "\"", "task_type");
  if (request.contains("title") && task != "RETRIEVAL_DOCUMENT")
    reject("* " + message + ".title: Title is only supported for the task type RETRIEVAL_DOCUMENT.");
  if (!request.contains("outputDimensionality")) return;
  const auto size = gemini::count_at(request, "outputDimensionality");
  if (!size || *size < 1 || *size > full_size)
    reject("* " + message + ".output_dimensionality: must lie between 1 and 3072.");
}

// The first generation gives the first numbers of a longer vector as they stand, so that it is no more of unit length.
std::vector<float> vector_of(const Input& input, bool is_first_generation) {
  if (!is_first_generation) return embed(input.text, input.dimensions);
  auto vector = embed(input.text, full_size);
  vector.resize(std::min(input.dimensions, full_size));
  return vector;
}

json::object written(const std::vector<float>& vector) {
  json::array values;
  values.reserve(vector.size());
  for (const auto number : vector) values.emplace_back(static_cast<double>(number));
  return {{"values", std::move(values)}};
}

json::object usage_of(const std::vector<Input>& inputs) {
  std::size_t text = 0;
  std::size_t pictures = 0;
  for (const auto& input : inputs) {
    text += input.tokens;
    pictures += input.pictures * tokens_of_a_picture;
  }
  json::array details;
  if (pictures > 0) details.push_back(json::object{{"modality", "IMAGE"}, {"tokenCount", pictures}});
  if (text > 0) details.push_back(json::object{{"modality", "TEXT"}, {"tokenCount", text}});
  return {{"promptTokenCount", text + pictures}, {"promptTokenDetails", std::move(details)}};
}

// `POST {base}/v1beta/models/{model}:embedContent` and `:batchEmbedContents`.
class GeminiEmbeddings : public Endpoint {
 public:
  std::string_view name() const noexcept override { return "gemini_embeddings"; }

  bool serves(const Request& request) const override {
    const Target target(request.path);
    return target.method == "embedContent" || target.method == "batchEmbedContents";
  }

  Response render_problem(const Problem& problem, std::uint64_t identity) const override {
    return gemini::render_problem(problem, identity);
  }
  std::string render_stream_problem(const Problem& problem, const std::vector<Event>&) const override {
    return json::serialize(error_body(problem));
  }
  Headers render_come_back(const ComeBack&) const override { return {}; }

 protected:
  Response answer(const Request& request, Backstage& backstage, std::uint64_t) const override {
    const auto& rules = backstage.rules;
    check_access(request, rules, "POST", 404);
    const Target target(request.path);
    const auto body = parse_object(request.body);
    const bool in_batch = target.method == "batchEmbedContents";
    // Talking models have no such method.
    const bool is_known = target.model.find("embedding") != std::string::npos && rules.knows_model(target.model);
    if (!is_known) {
      Problem problem(404, Problem::Kind::unknown_model);
      problem.message = target.model;
      problem.param = "embedContent";
      throw Rejected(problem);
    }
    const auto inputs = read_inputs(body, target.model, in_batch, rules.validate);
    const bool is_first_generation = target.model == "gemini-embedding-001";
    json::array vectors;
    for (const auto& input : inputs) vectors.push_back(written(vector_of(input, is_first_generation)));
    json::object answer;
    if (in_batch)
      answer["embeddings"] = std::move(vectors);
    else
      answer["embedding"] = vectors.empty() ? json::object() : vectors.front().get_object();
    if (!is_first_generation) answer["usageMetadata"] = usage_of(inputs);
    Response response(200, json::serialize(answer));
    response.content_type = "application/json; charset=UTF-8";
    return response;
  }

 private:
  static std::vector<Input> read_inputs(const json::object& body, const std::string& model, bool in_batch,
                                        bool validate) {
    std::vector<Input> inputs;
    const auto read = [&](const json::object& request) {
      if (validate) check(request, model, in_batch);
      auto& input = inputs.emplace_back();
      input.dimensions =
          std::clamp<std::size_t>(gemini::count_at(request, "outputDimensionality").value_or(full_size), 1, full_size);
      read_content(input, object_at(request, "content"));
    };
    if (!in_batch) {
      read(body);
      return inputs;
    }
    const auto& requests = array_at(body, "requests");
    if (validate && requests.empty()) reject("* BatchEmbedContentsRequest.requests: requests is not specified");
    if (validate && requests.size() > most_requests)
      reject("* BatchEmbedContentsRequest.requests: at most 100 requests can be in one batch");
    for (const auto& request : requests)
      if (request.is_object()) read(request.get_object());
    return inputs;
  }
};

}  // namespace

std::unique_ptr<Persona> make_gemini_embeddings();
std::unique_ptr<Persona> make_gemini_embeddings() { return std::make_unique<GeminiEmbeddings>(); }

}  // namespace fastccg::sim
