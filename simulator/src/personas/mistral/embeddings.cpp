#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cmath>

#include "engine/embedding.hpp"
#include "engine/tokens.hpp"
#include "model/json_at.hpp"
#include "personas/mistral/mistral.hpp"

namespace fastccg::sim {
namespace {

namespace json = boost::json;
using mistral::refuse;
using mistral::refuse_shape;

constexpr std::size_t most_inputs = 256;
constexpr std::size_t most_tokens_each = 8192;
constexpr std::size_t bits_per_byte = 8;

/// In what form the numbers are asked for.
class Form {
 public:
  explicit Form(const json::object& body)
      : dtype(text_at(body, "output_dtype").empty() ? "float" : text_at(body, "output_dtype")),
        as_text(text_at(body, "encoding_format") == "base64") {}

  json::value written(const std::vector<float>& vector) const {
    if (dtype == "float" && as_text) return json::string(base64_of_floats(vector));
    if (dtype == "float")
      return list_of(vector, [](float number) { return static_cast<double>(rounded_to_half(number)); });
    const auto numbers = dtype == "binary" || dtype == "ubinary" ? packed(vector) : quantised(vector);
    if (!as_text) return list_of(numbers, [](int number) { return number; });
    std::string bytes;
    for (const auto number : numbers) bytes += static_cast<char>(static_cast<unsigned char>(number & 0xFF));
    return json::string(base64(bytes));
  }

  std::string dtype;
  bool as_text;

 private:
  template <class Numbers, class Write>
  static json::array list_of(const Numbers& numbers, Write write) {
    json::array list;
    list.reserve(numbers.size());
    for (const auto number : numbers) list.emplace_back(write(number));
    return list;
  }

  std::vector<int> quantised(const std::vector<float>& vector) const {
    float largest = 0;
    for (const auto number : vector) largest = std::max(largest, std::abs(number));
    std::vector<int> numbers;
    for (const auto number : vector) {
      const auto scaled = largest > 0 ? static_cast<int>(std::lround(number / largest * 127)) : 0;
      numbers.push_back(dtype == "uint8" ? scaled + 128 : scaled);
    }
    return numbers;
  }

  // Eight signs in a byte, the first in the highest bit.
  std::vector<int> packed(const std::vector<float>& vector) const {
    std::vector<int> numbers;
    for (std::size_t i = 0; i < vector.size(); i += bits_per_byte) {
      int byte = 0;
      for (std::size_t k = 0; k < bits_per_byte; ++k)
        byte = byte * 2 + (i + k < vector.size() && vector[i + k] > 0 ? 1 : 0);
      numbers.push_back(dtype == "binary" ? byte - 128 : byte);
    }
    return numbers;
  }
};

void check_word(const json::object& body, std::string_view name, std::initializer_list<std::string_view> words) {
  const auto* value = body.if_contains(name);
  if (value == nullptr || value->is_null()) return;
  const auto word = text_at(body, name);
  if (std::find(words.begin(), words.end(), word) == words.end())
    refuse_shape(std::string(name), "enum", "Input should be one of the known values");
}

void check(const json::object& body, const std::string& model) {
  for (const auto* name : {"model", "input"})
    if (!body.contains(name)) refuse_shape(name, "missing", "Field required");
  for (const auto& [key, value] : body) {
    bool known = false;
    for (const auto* name : {"model", "input", "metadata", "output_dimension", "output_dtype", "encoding_format"})
      known = known || key == name;
    if (!known) refuse_shape(std::string(key), "extra_forbidden", "Extra inputs are not permitted");
  }
  check_word(body, "encoding_format", {"float", "base64"});
  check_word(body, "output_dtype", {"float", "int8", "uint8", "binary", "ubinary"});
  const auto* dimension = body.if_contains("output_dimension");
  if (dimension == nullptr || dimension->is_null()) return;
  const auto size = count_at(body, "output_dimension");
  if (!size || *size == 0) refuse_shape("output_dimension", "greater_than", "Input should be greater than 0");
  if (!model.starts_with("codestral-embed"))
    refuse("Model " + model + " does not support output_dimension.", "invalid_request_invalid_args", "3051");
  if (*size > 3072) refuse("output_dimension must be at most 3072.", "invalid_request_invalid_args", "3051");
}

std::vector<std::string> read_inputs(const json::object& body) {
  std::vector<std::string> inputs;
  const auto* value = body.if_contains("input");
  if (value != nullptr && value->is_string()) inputs.emplace_back(value->get_string());
  for (const auto& each : array_at(body, "input")) {
    if (!each.is_string()) refuse_shape("input", "string_type", "Input should be a valid string");
    inputs.emplace_back(each.get_string());
  }
  if (inputs.empty()) refuse_shape("input", "string_type", "Input should be a valid string");
  if (inputs.size() > most_inputs)
    refuse("Too many inputs in request, split into more batches.", "invalid_request_prompt", "3210");
  for (const auto& input : inputs)
    if (count_tokens(input) > most_tokens_each)
      refuse("Input is longer than the 8192 tokens that the model takes.", "invalid_request_prompt", "3210");
  return inputs;
}

// `POST {base}/embeddings`, where it is meant for Mistral.
class MistralEmbeddings : public Endpoint {
 public:
  std::string_view name() const noexcept override { return "mistral_embeddings"; }
  bool serves(const Request& request) const override {
    return request.path.ends_with("/embeddings") && mistral::is_meant(request);
  }

  Response render_problem(const Problem& problem, std::uint64_t identity) const override {
    return mistral::render_problem(problem, identity);
  }
  std::string render_stream_problem(const Problem& problem, const std::vector<Event>&) const override {
    return mistral::render_stream_problem(problem);
  }
  Headers render_come_back(const ComeBack& when) const override { return mistral::render_come_back(when); }

 protected:
  Response answer(const Request& request, Backstage& backstage, std::uint64_t identity) const override {
    const auto& rules = backstage.rules;
    check_access(request, rules);
    const auto body = mistral::parse_object(request.body);
    const std::string model(text_at(body, "model"));
    if (rules.validate) check(body, model);
    check_model(model, rules, 400);
    if (rules.validate && model.find("embed") == std::string::npos) {
      Problem problem(400, Problem::Kind::unknown_model);
      problem.message = model;
      throw Rejected(problem);
    }
    constexpr std::size_t usual = 1024;
    constexpr std::size_t usual_for_code = 1536;
    const auto dimensions = std::clamp<std::size_t>(
        count_at(body, "output_dimension").value_or(model.starts_with("codestral") ? usual_for_code : usual), 1, 3072);
    const Form form(body);
    json::array data;
    std::size_t tokens = 0;
    for (const auto& input : read_inputs(body)) {
      data.push_back(json::object{
          {"object", "embedding"}, {"embedding", form.written(embed(input, dimensions))}, {"index", data.size()}});
      tokens += count_tokens(input) + 2;
    }
    Response response(200, json::serialize(json::object{{"id", to_lower(Random(identity).letters(32))},
                                                        {"object", "list"},
                                                        {"data", std::move(data)},
                                                        {"model", model},
                                                        {"usage",
                                                         {{"prompt_audio_seconds", nullptr},
                                                          {"prompt_tokens", tokens},
                                                          {"total_tokens", tokens},
                                                          {"completion_tokens", 0},
                                                          {"request_count", nullptr},
                                                          {"prompt_tokens_details", nullptr},
                                                          {"service_tier", nullptr}}}}));
    response.headers = mistral::headers(identity);
    return response;
  }
};

}  // namespace

std::unique_ptr<Persona> make_mistral_embeddings();
std::unique_ptr<Persona> make_mistral_embeddings() { return std::make_unique<MistralEmbeddings>(); }

}  // namespace fastccg::sim
