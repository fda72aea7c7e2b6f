// A conversation is saved, and another program, or the same one a week later, goes on with it.

#include <fastccg/fastccg.hpp>
#include <iostream>

int main(int argc, char** argv) {
  try {
    auto model = fastccg::init_model(argc > 1 ? argv[1] : "openai/gpt-4o");
    std::cout << model.ask("What is the capital of Australia?").content << '\n';
    model.save("my_session.json");  // everything but the key

    auto loaded = fastccg::load_model("my_session.json");
    std::cout << "Loaded " << loaded.get_history().size() << " messages from my_session.json.\n";
    auto reply = loaded.ask("Based on our previous conversation, what was my last question?");
    std::cout << reply.content << '\n';
  } catch (const fastccg::FastCCGError& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
