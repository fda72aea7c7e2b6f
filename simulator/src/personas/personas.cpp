#include <array>

#include "personas/persona.hpp"

namespace fastccg::sim {

std::unique_ptr<Persona> make_anthropic();
std::unique_ptr<Persona> make_anthropic_models();
std::unique_ptr<Persona> make_anthropic_token_count();
std::unique_ptr<Persona> make_gemini();
std::unique_ptr<Persona> make_gemini_embeddings();
std::unique_ptr<Persona> make_gemini_models();
std::unique_ptr<Persona> make_gemini_token_count();
std::unique_ptr<Persona> make_mistral();
std::unique_ptr<Persona> make_mistral_embeddings();
std::unique_ptr<Persona> make_mistral_models();
std::unique_ptr<Persona> make_openai_chat();
std::unique_ptr<Persona> make_openai_embeddings();
std::unique_ptr<Persona> make_openai_models();
std::unique_ptr<Persona> make_openai_responses();
std::unique_ptr<Persona> make_openai_stored_responses();
std::unique_ptr<Persona> make_unknown_path();

// One line for each. Where two could serve a request, the more particular one comes first.
const std::vector<std::unique_ptr<Persona>>& personas() {
  static const auto all = [] {
    std::vector<std::unique_ptr<Persona>> list;
    for (const auto make : std::array{
             make_anthropic,
             make_anthropic_token_count,
             make_gemini,
             make_gemini_token_count,
             make_gemini_embeddings,
             make_mistral,
             make_mistral_embeddings,
             make_openai_chat,
             make_openai_embeddings,
             make_openai_responses,
             make_openai_stored_responses,
             make_anthropic_models,
             make_gemini_models,
             make_mistral_models,
             make_openai_models,
             make_unknown_path,
         })
      list.push_back(make());
    return list;
  }();
  return all;
}

}  // namespace fastccg::sim
