#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fastccg {

class Usage;

/// What is known of a model. Prices and limits are defaults for orientation, never billing truth; a file named by
/// `load_catalog` overrides them.
class ModelInfo {
 public:
  /// Where the model answers.
  enum class Kind {
    chat,        ///< The provider's usual conversation endpoint.
    responses,   ///< OpenAI's Responses endpoint only.
    embeddings,  ///< It turns text into vectors.
  };

  /// Which sampling settings (temperature, top-p, penalties, log probabilities) the model takes.
  enum class Sampling { allowed, only_without_reasoning, rejected };

  ModelInfo() = default;

  std::string provider;              ///< "openai", "anthropic", ...
  std::string id;                    ///< The provider's name of the model, as it was asked for.
  bool listed = false;               ///< Whether the catalogue knows the model; the rest is guesswork if not.
  std::vector<std::string> aliases;  ///< Other names that the provider has for the model.
  Kind kind = Kind::chat;
  std::optional<std::int64_t> context_tokens;  ///< For an embedding model: of one text.
  std::optional<std::int64_t> max_output_tokens;
  std::optional<double> input_price;         ///< US dollars per million tokens.
  std::optional<double> output_price;        ///< US dollars per million tokens.
  std::optional<double> cached_input_price;  ///< US dollars per million tokens.
  std::optional<double> cache_write_price;   ///< US dollars per million tokens.
  bool images = false;
  bool files = false;
  bool audio = false;
  bool video = false;
  bool tools = true;
  bool forced_tools = true;  ///< Whether it can be told that it must call a tool.
  bool schema_output = true;
  bool later_system = true;         ///< Whether system messages may stand within the conversation.
  bool prefill = true;              ///< Whether the last message may be the beginning of the model's own answer.
  bool reasons = false;             ///< Whether the model can think before it answers.
  bool reasons_by_default = false;  ///< Whether it does so without being asked.
  bool reasoning_can_be_off = true;
  /// The efforts that can be asked for, from low to high; empty if it takes none, absent if that is not known.
  std::optional<std::vector<std::string>> efforts;
  bool adaptive_reasoning = false;  ///< Whether it can be left to the model how much it thinks.
  bool takes_budget = false;        ///< Whether reasoning can be limited to a number of tokens.
  std::optional<std::int64_t> min_budget;
  std::optional<std::int64_t> max_budget;
  bool takes_stop = true;
  bool temperature_with_top_p = true;  ///< Whether both can be set at once.
  Sampling sampling = Sampling::allowed;
  std::optional<std::int64_t> dimensions;  ///< Of an embedding model's vectors.
  bool reducible_dimensions = false;       ///< Whether fewer can be asked for.
  std::string released;                    ///< As YYYY-MM-DD; empty if unknown, as are the days below.
  std::string deprecated;   ///< The first day on which it was known that the model will end; empty if it is not.
  std::string retired;      ///< The day from which the provider no longer serves it: past or to come.
  std::string replacement;  ///< The model of the same provider to use instead; empty if none is known.
  std::string note;         ///< What else there is to know, in a sentence.
};

/// The name of a model: the provider, a slash, and the provider's own name of the model.
class ModelName {
 public:
  constexpr ModelName() = default;
  constexpr explicit ModelName(std::string_view full) : full_(full) {}
  constexpr std::string_view text() const noexcept { return full_; }

 private:
  std::string_view full_;
};

/// Presets: names of models, no more. What is known of them is in the catalogue.
/// A retired model can still be asked for, since the user may sit behind a proxy that serves it.
namespace models {
inline constexpr ModelName gpt_4o{"openai/gpt-4o"};
inline constexpr ModelName gpt_4o_mini{"openai/gpt-4o-mini"};
inline constexpr ModelName gpt_3_5_turbo{"openai/gpt-3.5-turbo"};  ///< Retired 2026-10-23.
inline constexpr ModelName gpt_5_6_sol{"openai/gpt-5.6-sol"};
inline constexpr ModelName gpt_5_6_terra{"openai/gpt-5.6-terra"};
inline constexpr ModelName gpt_5_6_luna{"openai/gpt-5.6-luna"};
inline constexpr ModelName gemini_pro_1_5{"gemini/gemini-1.5-pro-latest"};      ///< Retired.
inline constexpr ModelName gemini_flash_1_5{"gemini/gemini-1.5-flash-latest"};  ///< Retired.
inline constexpr ModelName mistral_tiny{"mistral/mistral-tiny"};                ///< Retired.
inline constexpr ModelName mistral_small{"mistral/mistral-small"};              ///< Retired.
inline constexpr ModelName mistral_medium{"mistral/mistral-medium"};
inline constexpr ModelName claude_3_sonnet{"anthropic/claude-3-sonnet-20240229"};  ///< Retired 2025-07-21.
/// Answers in the process, without a network and without a key: for tests and for trying things out. What it says can be
/// set with `Settings::extra`: {"mock_reply": "You said: {prompt}"}.
inline constexpr ModelName mock_model{"mock/mock_model"};

// For `init_embedding`.
inline constexpr ModelName text_embedding_3_small{"openai/text-embedding-3-small"};
inline constexpr ModelName text_embedding_3_large{"openai/text-embedding-3-large"};
inline constexpr ModelName gemini_embedding_001{"gemini/gemini-embedding-001"};
inline constexpr ModelName gemini_embedding_2{"gemini/gemini-embedding-2"};
inline constexpr ModelName mistral_embed{"mistral/mistral-embed"};
inline constexpr ModelName codestral_embed{"mistral/codestral-embed"};
}  // namespace models

/// What the catalogue knows of a model ("provider/name"). An alias, and a dated snapshot such as "gpt-4o-2024-08-06",
/// have what is known of the model that they stand for. For an unlisted model `listed` is false and the other fields hold
/// what is usual for models of such a name at the provider. Safe to call from any thread.
/// Throws `UsageError` for a name without a known provider.
ModelInfo find_model(std::string_view name);

/// What so many tokens cost in US dollars by the model's prices, the cheaper cached ones included. Nothing if a price or
/// a number that it takes is not known: a call of unknown cost is not a free one.
std::optional<double> cost(const ModelInfo& model, const Usage& usage) noexcept;

/// All models of the catalogue, sorted by provider and id.
std::vector<ModelInfo> list_models();

/// Lays a file over the built-in catalogue, for all models that are made later. The file is JSON in the form of
/// `docs/catalog.md`; a model in it replaces the built-in one of the same name, field by field. A file that was loaded
/// before is forgotten. Safe to call from any thread.
/// Throws `UsageError` and changes nothing if the file cannot be read or has an error; the message says where.
void load_catalog(const std::string& path);

}  // namespace fastccg
