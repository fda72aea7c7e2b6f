#pragma once

#include <string>
#include <string_view>

namespace fastccg {

/// An API key. It can be handed around, but neither printed nor saved by accident: there is no conversion to text and
/// no stream operator. The library puts it into the request's header and nowhere else.
class ApiKey {
 public:
  ApiKey() = default;
  /// White space around the key is removed, since keys are often read from files.
  /// Throws `UsageError` if what remains has control characters or characters outside ASCII.
  ApiKey(std::string secret);
  ApiKey(const char* secret) : ApiKey(std::string(secret)) {}

  bool empty() const noexcept { return secret_.empty(); }
  /// The key itself. The view lives as long as this object.
  std::string_view reveal() const noexcept { return secret_; }

 private:
  std::string secret_;
};

/// Remember a key for all models of the provider that are made later and are not given one of their own.
/// Returns the key. Safe to call from any thread. Throws `UsageError` for a key that cannot be one.
ApiKey add_openai_key(std::string key);
ApiKey add_gemini_key(std::string key);
ApiKey add_claude_key(std::string key);
ApiKey add_mistral_key(std::string key);
/// For the provider "mock", which answers in the process and takes any key or none.
ApiKey add_mock_key(std::string key = "mock_key");
/// The same for any provider by name, such as "groq"; throws `UsageError` for an unknown name.
ApiKey add_key(std::string_view provider, std::string key);

/// Forget all keys that were added.
void clear_keys();

}  // namespace fastccg
