// Two questions, both under way at once, on one thread.

#include <chrono>
#include <fastccg/fastccg.hpp>
#include <iostream>

using Seconds = std::chrono::duration<double>;

fastccg::Task<void> two_questions(fastccg::Model& model) {
  const auto start = std::chrono::steady_clock::now();
  auto [light, capital] = co_await fastccg::gather(model.ask_async("What is the speed of light?"),
                                                   model.ask_async("What is the capital of Australia?"));
  const Seconds both = std::chrono::steady_clock::now() - start;

  std::cout << light.content << '\n' << capital.content << '\n';
  std::cout.precision(3);
  std::cout << "One answer took " << Seconds(light.timings.total).count() << " s, the other "
            << Seconds(capital.timings.total).count() << " s; both together took " << both.count() << " s.\n";
}

int main(int argc, char** argv) {
  try {
    // Another provider is another name. The key comes from the environment variable that its own library reads.
    auto model = fastccg::init_model(argc > 1 ? argv[1] : "openai/gpt-4o");
    fastccg::run(two_questions(model));
  } catch (const fastccg::FastCCGError& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
