#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "engine/embedding.hpp"
#include "engine/tokens.hpp"
#include "model/json_at.hpp"
#include "personas/openai_common.hpp"
#include "personas/openai_fields.hpp"

namespace fastccg::sim {
namespace {

using namespace openai;

constexpr std::array fields{
    Field{"dimensions", Type::integer, 1},
    Field{"encoding_format", Type::text},
    Field{"input", Type::any},
    Field{"model", Type::text},
    Field{"user", Type::text},
};

constexpr std::size_t most_inputs = 2048;
constexpr std::size_t most_tokens_each = 8192;
constexpr std::size_t most_tokens = 300'000;

class Model {
 public:
  explicit Model(std::string_view name)
      : dimensions(name.starts_with("text-embedding-3-large") ? 3072
                   : name.starts_with("text-embedding-")      ? 1536
                                                              : 1024),
        takes_dimensions(!name.starts_with("text-embedding-ada")),
        talks(name.starts_with("gpt-") || name.starts_with("o1") || name.starts_with("o3") || name.starts_with("o4")) {}

  std::size_t dimensions;
  bool takes_dimensions;
  bool talks;  ///< It makes words, not vectors.
};

/// One text to embed, or one that comes as tokens.
class Input {
 public:
  explicit Input(std::string_view text_) : text(text_), tokens(std::max<std::size_t>(count_tokens(text_), 1)) {}
  explicit Input(const json::array& numbers) : tokens(numbers.size()) {
    for (const auto& number : numbers) text += "token" + json::serialize(number) + ' ';
  }

  std::string text;
  std::size_t tokens;
};

[[noreturn]] void reject_input() { reject("'$.input' is invalid: a text, or a list of texts or tokens, none empty."); }

bool is_token_list(const json::array& list) {
  return std::ranges::all_of(list, [](const json::value& each) { return each.is_int64() || each.is_uint64(); });
}

std::vector<Input> read_inputs(const json::value& value) {
  std::vector<Input> inputs;
  if (value.is_string()) {
    inputs.emplace_back(std::string_view(value.get_string()));
  } else if (value.is_array() && !value.get_array().empty()) {
    const auto& list = value.get_array();
    // Numbers are one text that was cut into tokens, not so many texts.
    if (is_token_list(list)) return {Input(list)};
    for (const auto& each : list) {
      if (each.is_string())
        inputs.emplace_back(std::string_view(each.get_string()));
      else if (each.is_array() && !each.get_array().empty() && is_token_list(each.get_array()))
        inputs.emplace_back(each.get_array());
      else
        reject_input();
    }
  }
  if (inputs.empty()) reject_input();
  return inputs;
}

void check_inputs(const std::vector<Input>& inputs) {
  if (inputs.size() > most_inputs)
    reject(
        "Invalid 'input': array too long. Expected an array with maximum length 2048, but got an array with length " +
            std::to_string(inputs.size()) + " instead.",
        "input", "array_above_max_length");
  std::size_t sum = 0;
  for (const auto& input : inputs) {
    if (input.text.empty()) reject_input();
    if (input.tokens > most_tokens_each)
      reject("This model's maximum context length is 8192 tokens, however you requested " +
             std::to_string(input.tokens) + " tokens. Please reduce your prompt.");
    sum += input.tokens;
  }
  if (sum <= most_tokens) return;
  auto problem = Problem::invalid("Requested " + std::to_string(sum) + " tokens, max 300000 tokens per request", "",
                                  "max_tokens_per_request");
  problem.type = "max_tokens_per_request";
  throw Rejected(problem);
}

void check_dimensions(std::optional<std::size_t> asked, const Model& model) {
  if (!asked) return;
  if (!model.takes_dimensions) reject("This model does not support specifying dimensions.");
  if (*asked > model.dimensions)
    reject("Invalid value for 'dimensions' = " + std::to_string(*asked) + ". Must be less than or equal to " +
           std::to_string(model.dimensions) + ".");
}

json::value written(const std::vector<float>& vector, bool as_text) {
  if (as_text) return json::string(base64_of_floats(vector));
  json::array list;
  list.reserve(vector.size());
  // As numbers the service sends no more than half precision holds.
  for (const auto number : vector) list.emplace_back(static_cast<double>(rounded_to_half(number)));
  return list;
}

// `POST {base}/embeddings`. Under `/v1` it is as strict as OpenAI.
class OpenAiEmbeddings : public Endpoint {
 public:
  std::string_view name() const noexcept override { return "openai_embeddings"; }
  bool serves(const Request& request) const override { return request.path.ends_with("/embeddings"); }

  Response render_problem(const Problem& problem, std::uint64_t identity) const override {
    return render_openai_problem(problem, identity);
  }
  std::string render_stream_problem(const Problem& problem, const std::vector<Event>&) const override {
    return render_openai_stream_problem(problem);
  }

 protected:
  Response answer(const Request& request, Backstage& backstage, std::uint64_t identity) const override {
    const auto& rules = backstage.rules;
    check_access(request, rules);
    const auto body = parse_object(request.body);
    const std::string name(text_at(body, "model"));
    const Model model(name);
    const auto dimensions = count_at(body, "dimensions");
    if (rules.validate) {
      check_content_type(request);
      check_types(body, fields, request.path == "/v1/embeddings");
      check_word(body, "encoding_format", {"float", "base64"});
      if (name.empty()) reject("you must provide a model parameter");
      if (body.if_contains("input") == nullptr) missing("input");
    }
    check_model(name, rules);
    if (rules.validate && model.talks) throw Rejected(wordy());
    std::vector<Input> inputs;
    if (const auto* input = body.if_contains("input"); input != nullptr || rules.validate)
      inputs = read_inputs(input == nullptr ? json::value() : *input);
    if (rules.validate) check_inputs(inputs);
    if (rules.validate) check_dimensions(dimensions, model);
    auto response = rendered(inputs, name, std::clamp<std::size_t>(dimensions.value_or(model.dimensions), 1, 8192),
                             text_at(body, "encoding_format") == "base64");
    response.headers = openai_headers(identity);
    response.headers.emplace_back("openai-model", name);
    return response;
  }

 private:
  static Problem wordy() {
    auto problem = Problem::invalid("You are not allowed to generate embeddings from this model");
    problem.status = 403;
    return problem;
  }

  static Response rendered(const std::vector<Input>& inputs, const std::string& model, std::size_t dimensions,
                           bool as_text) {
    json::array data;
    std::size_t tokens = 0;
    for (const auto& input : inputs) {
      data.push_back(json::object{{"object", "embedding"},
                                  {"index", data.size()},
                                  {"embedding", written(embed(input.text, dimensions), as_text)}});
      tokens += input.tokens;
    }
    return {200, json::serialize(json::object{{"object", "list"},
                                              {"data", std::move(data)},
                                              {"model", model},
                                              {"usage", {{"prompt_tokens", tokens}, {"total_tokens", tokens}}}})};
  }
};

}  // namespace

std::unique_ptr<Persona> make_openai_embeddings();
std::unique_ptr<Persona> make_openai_embeddings() { return std::make_unique<OpenAiEmbeddings>(); }

}  // namespace fastccg::sim
