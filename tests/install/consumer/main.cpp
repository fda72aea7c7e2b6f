// A stranger's program: it makes a model, asks nothing, and prints what the library says of itself.

#include <fastccg/fastccg.hpp>
#include <iostream>
#include <string>

fastccg::Task<std::string> described(fastccg::ModelName name) { co_return std::string(name.text()); }

int main() {
  const auto name = fastccg::run(described(fastccg::models::gpt_4o));
  const fastccg::FastCCGError error(fastccg::Error(fastccg::ErrorKind::usage, "an example"));
  std::cout << "fastccg " << fastccg::version() << ' ' << name << ' ' << fastccg::to_string(error.kind()) << '\n';
  return name == "openai/gpt-4o" ? 0 : 1;
}
