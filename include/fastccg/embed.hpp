#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fastccg/catalog.hpp"
#include "fastccg/endpoint.hpp"
#include "fastccg/key.hpp"
#include "fastccg/operation.hpp"
#include "fastccg/reply.hpp"
#include "fastccg/settings.hpp"

namespace fastccg {

namespace detail {
class EmbedderState;
}

/// What the vectors are for. Some models place a question near the documents that answer it, and have to be told which
/// is which; others have one kind of vector for all.
enum class InputKind {
  query,              ///< Looks for documents.
  document,           ///< Is to be found.
  similarity,         ///< Is compared with its like.
  classification,     ///< Is sorted into given classes.
  clustering,         ///< Is put into groups.
  question,           ///< Asks for documents that answer it.
  fact_verification,  ///< States what documents may prove or disprove.
  code_query,         ///< Looks for code.
};

/// The name of a kind as written above, such as "fact_verification".
std::string_view to_string(InputKind kind) noexcept;

/// The form in which the vectors travel. It changes their last digits only.
enum class VectorEncoding {
  automatic,  ///< Base64 where the provider is known to have it: it is exact and a quarter of the size.
  numbers,    ///< Decimal numbers.
  base64,     ///< The bytes of the numbers. A server that answers with numbers all the same is understood.
};

/// Settings of an embedder, or of one call: what is set in a call's settings wins over the embedder's.
///
/// All setters return the object, so that they can be chained. A setter throws `UsageError` for a value that no
/// provider could accept. A setting that the model or its provider does not take is left out of the request, and the
/// result carries a warning; `dimensions` is refused instead, since vectors of another size are of no use.
class EmbeddingSettings {
 public:
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  EmbeddingSettings() = default;

  /// How many numbers a vector shall have, at least 1. Not set: as many as the model makes.
  EmbeddingSettings& dimensions(int value);
  EmbeddingSettings& input_kind(InputKind value);
  /// Whether to scale all vectors to a length of 1. Not set: those that were reduced by `dimensions` are, if their
  /// length is another; the rest stays as it came.
  EmbeddingSettings& normalize(bool value);
  EmbeddingSettings& encoding(VectorEncoding value);
  /// How many texts go into one request at most, at least 1. Not set: as many as the provider is known to take.
  EmbeddingSettings& batch_size(int value);
  /// How many requests are under way at once at most, 1 to 64. Default 4.
  EmbeddingSettings& parallel(int value);
  /// A JSON object that is merged last into each request's body (for Gemini, into each text's part of it).
  EmbeddingSettings& extra(std::string json_object);
  /// Headers added to each request; they may not replace the one that carries the key.
  EmbeddingSettings& extra_headers(Pairs headers);
  /// `total` is for the whole call, the others for each request.
  EmbeddingSettings& timeouts(Timeouts value);
  EmbeddingSettings& retries(Retries value);
  EmbeddingSettings& limits(Limits value);

  std::optional<int> dimensions() const noexcept { return dimensions_; }
  std::optional<InputKind> input_kind() const noexcept { return input_kind_; }
  std::optional<bool> normalize() const noexcept { return normalize_; }
  std::optional<VectorEncoding> encoding() const noexcept { return encoding_; }
  std::optional<int> batch_size() const noexcept { return batch_size_; }
  std::optional<int> parallel() const noexcept { return parallel_; }
  const std::optional<std::string>& extra() const noexcept { return extra_; }
  const std::optional<Pairs>& extra_headers() const noexcept { return extra_headers_; }
  const std::optional<Timeouts>& timeouts() const noexcept { return timeouts_; }
  const std::optional<Retries>& retries() const noexcept { return retries_; }
  const std::optional<Limits>& limits() const noexcept { return limits_; }

  /// These settings with everything that `over` sets put in place of their own.
  EmbeddingSettings overlaid_with(const EmbeddingSettings& over) const;

  friend bool operator==(const EmbeddingSettings&, const EmbeddingSettings&) = default;

 private:
  std::optional<int> dimensions_;
  std::optional<InputKind> input_kind_;
  std::optional<bool> normalize_;
  std::optional<VectorEncoding> encoding_;
  std::optional<int> batch_size_;
  std::optional<int> parallel_;
  std::optional<std::string> extra_;
  std::optional<Pairs> extra_headers_;
  std::optional<Timeouts> timeouts_;
  std::optional<Retries> retries_;
  std::optional<Limits> limits_;
};

/// What is embedded: one text, or many. Converts from all that one would write at the call.
class Texts {
 public:
  Texts() = default;
  Texts(const char* text);
  Texts(std::string text);
  Texts(std::string_view text);
  Texts(std::vector<std::string> texts);
  Texts(std::initializer_list<std::string_view> texts);

  std::vector<std::string> list;
};

/// The vectors of some texts, in the order of the texts, and what is known of how they were made.
class Embeddings {
 public:
  Embeddings() = default;

  /// How many vectors there are: as many as there were texts.
  std::size_t size() const noexcept { return dimensions == 0 ? 0 : values.size() / dimensions; }
  bool empty() const noexcept { return values.empty(); }
  /// The vector of the text of that index, unchecked. The view lives as long as `values` is not changed.
  std::span<const float> operator[](std::size_t index) const noexcept {
    return std::span<const float>(values).subspan(index * dimensions, dimensions);
  }

  /// How many numbers each vector has; 0 if there are no vectors.
  std::size_t dimensions = 0;
  /// All vectors, one after the other. Every number is finite.
  std::vector<float> values;
  /// Whether every vector has a length of 1, to a hundredth. Only then is a dot product the cosine.
  bool normalized = false;

  std::string provider;
  std::string model;           ///< The model as it was asked for.
  std::string provider_model;  ///< The model that the provider says it used.
  /// Tokens of all texts; absent if the provider did not say for every request.
  Usage usage;
  std::optional<std::int64_t> tokens_used;  ///< `usage.total`.
  /// What they cost in US dollars by the catalogue's prices; absent if the model has none there, or usage is missing.
  std::optional<double> cost;
  std::vector<std::string> request_ids;  ///< What to quote to the provider's support, in the order of the texts.
  std::vector<Warning> warnings;
  int attempts = 0;  ///< How many requests were sent, repeated ones included.
};

/// The cosine of the angle between two vectors, from -1 to 1; 0 if one of them is zero.
/// Throws `UsageError` if they differ in size.
double cosine_similarity(std::span<const float> a, std::span<const float> b);

/// A model that turns texts into vectors, and the settings to ask it with.
///
/// Texts are sent in as many requests as the provider's limits demand, several at once; the vectors come back in the
/// order of the texts. A call succeeds as a whole or fails as a whole: if a request fails for good, those under way are
/// cancelled, and the error says which texts it was about. Without texts nothing is sent, and there are no vectors. A
/// text that is empty is refused with `UsageError`, since providers refuse it.
///
/// An embedder can be used from several threads at once. It can be moved but not copied. Destroying it leaves calls that
/// are under way alone: they belong to their operations.
class Embedder {
 public:
  explicit Embedder(std::shared_ptr<detail::EmbedderState> state);
  Embedder(Embedder&&) noexcept;
  Embedder& operator=(Embedder&&) noexcept;
  ~Embedder();

  /// Embeds and waits, blocking the calling thread.
  Embeddings embed(Texts texts);
  Embeddings embed(Texts texts, EmbeddingSettings settings);

  /// Embeds when it is awaited.
  Operation<Embeddings> embed_async(Texts texts);
  Operation<Embeddings> embed_async(Texts texts, EmbeddingSettings settings);

  /// The settings of all calls that start from now on. Each returns the embedder, so that they can be chained.
  Embedder& dimensions(int value);
  Embedder& input_kind(InputKind value);
  Embedder& normalize(bool value);
  Embedder& timeouts(Timeouts value);
  Embedder& retries(Retries value);
  /// Replaces all settings at once.
  Embedder& settings(EmbeddingSettings value);
  EmbeddingSettings settings() const;

  /// The model's catalogue entry.
  ModelInfo model_info() const;
  /// "provider/name".
  std::string name() const;

 private:
  std::shared_ptr<detail::EmbedderState> state_;
};

/// Makes an embedder. Name, key and address are found as `init_model` finds them. Throws what `init_model` throws, and
/// `UsageError` if the provider has no embeddings, or the catalogue knows the model as one for conversations.
Embedder init_embedding(ModelName name, ApiKey key = ApiKey(), Endpoint endpoint = Endpoint());
Embedder init_embedding(std::string_view name, ApiKey key = ApiKey(), Endpoint endpoint = Endpoint());

}  // namespace fastccg
