#include "access/keys.hpp"

#include <map>
#include <mutex>
#include <utility>

#include "fastccg/error.hpp"
#include "fastccg/key.hpp"
#include "providers/table.hpp"

namespace fastccg {

namespace {

constexpr std::string_view white_space = " \t\r\n\f\v";

/// The keys that `add_*_key` was given: the one thing that users leave with the library itself.
class AddedKeys {
 public:
  void set(std::string_view provider, const ApiKey& key) {
    const std::lock_guard lock(mutex_);
    keys_.insert_or_assign(std::string(provider), std::string(key.reveal()));
  }
  std::string get(std::string_view provider) const {
    const std::lock_guard lock(mutex_);
    const auto found = keys_.find(provider);
    return found == keys_.end() ? std::string() : found->second;
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    keys_.clear();
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> keys_;
};

AddedKeys& added_keys() {
  static AddedKeys keys;
  return keys;
}

ApiKey remember(std::string_view provider, std::string secret) {
  ApiKey key(std::move(secret));
  added_keys().set(provider, key);
  return key;
}

}  // namespace

ApiKey::ApiKey(std::string secret) : secret_(std::move(secret)) {
  secret_.erase(secret_.find_last_not_of(white_space) + 1);
  secret_.erase(0, secret_.find_first_not_of(white_space));
  for (const char c : secret_)
    if (c <= ' ' || c > '~')
      throw_error(Error(ErrorKind::usage,
                        "an API key has only printable ASCII characters without blanks; this one has others (it is not "
                        "shown here on purpose)"));
}

ApiKey add_openai_key(std::string key) { return remember("openai", std::move(key)); }
ApiKey add_gemini_key(std::string key) { return remember("gemini", std::move(key)); }
ApiKey add_claude_key(std::string key) { return remember("anthropic", std::move(key)); }
ApiKey add_mistral_key(std::string key) { return remember("mistral", std::move(key)); }
ApiKey add_mock_key(std::string key) { return remember("mock", std::move(key)); }

ApiKey add_key(std::string_view provider, std::string key) {
  if (!providers::find(provider))
    throw_error(Error(ErrorKind::usage, "there is no provider named \"" + std::string(provider) + "\""));
  return remember(provider, std::move(key));
}

void clear_keys() { added_keys().clear(); }

std::string detail::added_key(std::string_view provider) { return added_keys().get(provider); }

}  // namespace fastccg
