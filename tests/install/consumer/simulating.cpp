// A stranger's test of a program of theirs: the simulator runs inside it.

#include <fastccg/simulator.hpp>
#include <iostream>

int main() {
  fastccg::Simulator simulator;
  std::cout << simulator.url() << '\n';
  return simulator.url().starts_with("http://127.0.0.1:") ? 0 : 1;
}
