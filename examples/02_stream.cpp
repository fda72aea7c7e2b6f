// An answer, printed while the model writes it: first in a coroutine, then in a plain loop.

#include <fastccg/fastccg.hpp>
#include <iostream>

fastccg::Task<void> tell_story(fastccg::Model& model) {
  auto story = model.ask_stream("Tell me a short story about a robot who learns to paint.");
  while (auto chunk = co_await story.next()) std::cout << chunk->content << std::flush;
  std::cout << '\n';
}

int main(int argc, char** argv) {
  try {
    auto model = fastccg::init_model(argc > 1 ? argv[1] : "openai/gpt-4o");
    std::cout << "AI: ";
    fastccg::run(tell_story(model));

    std::cout << "AI: ";
    for (const auto& chunk : model.ask_stream("What is the speed of light?")) std::cout << chunk.content << std::flush;
    std::cout << '\n';
  } catch (const fastccg::FastCCGError& error) {
    std::cerr << '\n' << error.what() << '\n';
    return 1;
  }
}
