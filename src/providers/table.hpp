#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "protocols/dialect.hpp"
#include "protocols/protocols.hpp"

namespace fastccg::providers {

using protocols::Quirk;
using protocols::Speaks;

/// How the key travels.
enum class Auth {
  bearer,    ///< `Authorization: Bearer KEY`.
  optional,  ///< The same, but a server without a key is usual.
  header,    ///< In a header of its own, `auth_header`.
};

/// What a provider takes in one request for vectors. More is sent in several.
class EmbeddingBatch {
 public:
  constexpr EmbeddingBatch() = default;
  constexpr EmbeddingBatch(int texts_, int bytes_) : texts(texts_), bytes(bytes_) {}

  int texts = 256;
  int bytes = 900'000;  ///< Of all texts together: what is known is a number of tokens, of about three bytes each.
};

/// Everything that must be said of a provider that speaks a known protocol.
class Provider {
 public:
  std::string_view name;
  Speaks speaks;
  std::string_view base_url;           ///< Empty if there is no such thing and the user has to give one.
  std::string_view base_url_variable;  ///< The environment variable that its own library reads for it; may be empty.
  std::string_view key_variable;       ///< The same for the key; several are separated by a blank, the first wins.
  Quirk quirks = Quirk::none;
  Auth auth = Auth::bearer;
  std::string_view auth_header = {};
  /// What the provider's own library puts between the address in that variable and the path of a call.
  std::string_view base_url_path = {};
  EmbeddingBatch embedding_batch = {};
};

/// The address of the provider that answers in the process itself. Nobody can give it as a base URL.
inline constexpr std::string_view in_process_address = "mock://in-process/v1";

inline constexpr std::array table{
    Provider{"anthropic", Speaks::messages, "https://api.anthropic.com", "ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY",
             Quirk::none, Auth::header, "x-api-key"},
    Provider{"azure", Speaks::chat_completions, "", "AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_KEY",
             Quirk::max_completion_tokens | Quirk::takes_metadata | Quirk::four_stops | Quirk::base64_vectors,
             Auth::header, "api-key", "/openai/v1", EmbeddingBatch(2048, 900'000)},
    Provider{"cerebras",
             Speaks::chat_completions,
             "https://api.cerebras.ai/v1",
             "CEREBRAS_BASE_URL",
             "CEREBRAS_API_KEY",
             Quirk::max_completion_tokens | Quirk::four_stops,
             Auth::bearer,
             {},
             "/v1"},
    Provider{"deepseek", Speaks::chat_completions, "https://api.deepseek.com", "DEEPSEEK_BASE_URL", "DEEPSEEK_API_KEY",
             Quirk::replays_reasoning | Quirk::thinking_switch | Quirk::no_json_schema},
    Provider{"fireworks", Speaks::chat_completions, "https://api.fireworks.ai/inference/v1", "FIREWORKS_BASE_URL",
             "FIREWORKS_API_KEY", Quirk::takes_top_k},
    Provider{"gemini",
             Speaks::generate_content,
             "https://generativelanguage.googleapis.com",
             "GOOGLE_GEMINI_BASE_URL",
             "GOOGLE_API_KEY GEMINI_API_KEY",
             Quirk::none,
             Auth::header,
             "x-goog-api-key",
             {},
             EmbeddingBatch(100, 600'000)},
    Provider{"groq",
             Speaks::chat_completions,
             "https://api.groq.com/openai/v1",
             "GROQ_BASE_URL",
             "GROQ_API_KEY",
             Quirk::max_completion_tokens | Quirk::four_stops | Quirk::no_logprobs,
             Auth::bearer,
             {},
             "/openai/v1"},
    Provider{"huggingface", Speaks::chat_completions, "https://router.huggingface.co/v1", "HF_BASE_URL", "HF_TOKEN"},
    Provider{"llamacpp", Speaks::chat_completions, "http://localhost:8080/v1", "LLAMACPP_BASE_URL", "LLAMACPP_API_KEY",
             Quirk::replays_reasoning | Quirk::takes_top_k | Quirk::alternating_roles, Auth::optional},
    Provider{"mistral",
             Speaks::chat_completions,
             "https://api.mistral.ai/v1",
             "MISTRAL_BASE_URL",
             "MISTRAL_API_KEY",
             Quirk::no_stream_usage_option | Quirk::thinking_chunks | Quirk::takes_metadata | Quirk::no_logprobs |
                 Quirk::random_seed | Quirk::short_call_ids | Quirk::any_tool | Quirk::marks_prefill |
                 Quirk::temperature_to_1_5 | Quirk::all_or_no_effort | Quirk::output_dimension,
             Auth::bearer,
             {},
             "/v1",
             EmbeddingBatch(32, 48'000)},
    Provider{"mock", Speaks::chat_completions, in_process_address, "", "", Quirk::takes_top_k | Quirk::takes_metadata,
             Auth::optional},
    Provider{"ollama", Speaks::chat_completions, "http://localhost:11434/v1", "OLLAMA_BASE_URL", "OLLAMA_API_KEY",
             Quirk::replays_reasoning | Quirk::no_strict, Auth::optional},
    Provider{"openai",
             Speaks::chat_completions,
             "https://api.openai.com/v1",
             "OPENAI_BASE_URL",
             "OPENAI_API_KEY",
             Quirk::max_completion_tokens | Quirk::takes_metadata | Quirk::four_stops | Quirk::base64_vectors,
             Auth::bearer,
             {},
             {},
             EmbeddingBatch(2048, 900'000)},
    Provider{"openrouter", Speaks::chat_completions, "https://openrouter.ai/api/v1", "OPENROUTER_BASE_URL",
             "OPENROUTER_API_KEY",
             Quirk::reasoning_details | Quirk::takes_top_k | Quirk::takes_metadata | Quirk::cache_control |
                 Quirk::files_by_address},
    Provider{"perplexity", Speaks::chat_completions, "https://api.perplexity.ai", "PERPLEXITY_BASE_URL",
             "PERPLEXITY_API_KEY PPLX_API_KEY",
             Quirk::no_stream_usage_option | Quirk::takes_top_k | Quirk::alternating_roles | Quirk::int8_vectors |
                 Quirk::v1_embeddings},
    Provider{"together", Speaks::chat_completions, "https://api.together.xyz/v1", "TOGETHER_BASE_URL",
             "TOGETHER_API_KEY", Quirk::takes_top_k},
    Provider{"vllm", Speaks::chat_completions, "http://localhost:8000/v1", "VLLM_BASE_URL", "VLLM_API_KEY",
             Quirk::takes_top_k | Quirk::alternating_roles, Auth::optional},
    Provider{"xai", Speaks::chat_completions, "https://api.x.ai/v1", "XAI_BASE_URL", "XAI_API_KEY"},
    Provider{"zai", Speaks::chat_completions, "https://api.z.ai/api/paas/v4", "ZAI_BASE_URL", "ZAI_API_KEY",
             Quirk::replays_reasoning | Quirk::thinking_switch | Quirk::no_json_schema},
};

static_assert(std::ranges::is_sorted(table, {}, &Provider::name), "keep the table sorted by name");
static_assert(std::ranges::adjacent_find(table, {}, &Provider::name) == table.end(), "names are unique");
static_assert(std::ranges::all_of(table, [](const Provider& p) {
  return p.base_url.empty()
             ? !p.base_url_variable.empty()
             : (p.base_url.starts_with("http") && !p.base_url.ends_with('/')) || p.base_url == in_process_address;
}));
static_assert(std::ranges::all_of(table, [](const Provider& p) {
  return (p.auth == Auth::header) == !p.auth_header.empty() &&
         (!p.key_variable.empty() || p.base_url == in_process_address);
}));
static_assert(std::ranges::all_of(table, [](const Provider& p) {
  return p.base_url_path.empty() || (p.base_url_path.starts_with('/') && !p.base_url_path.ends_with('/') &&
                                     (p.base_url.empty() || p.base_url.ends_with(p.base_url_path)));
}));

/// The row of that name, or null.
constexpr const Provider* find(std::string_view name) noexcept {
  auto row = std::ranges::lower_bound(table, name, {}, &Provider::name);
  return row != table.end() && row->name == name ? &*row : nullptr;
}

}  // namespace fastccg::providers
