// What saving, loading and autosaving cost, and how that grows with the conversation.

#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fastccg/fastccg.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// Of all threads of this process: what other processes do meanwhile does not count.
double cpu_milliseconds() { return 1e3 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

template <class Work>
double median_of_three(Work work) {
  std::vector<double> times;
  for (int i = 0; i < 3; ++i) {
    const auto start = cpu_milliseconds();
    work();
    times.push_back(cpu_milliseconds() - start);
  }
  std::ranges::sort(times);
  return times[1];
}

void write_session(const std::string& path, int turns) {
  std::ofstream out(path);
  out << R"({"format": "fastccg-session", "version": 1, "name": "mock/mock_model", "turns": [)";
  const std::string answer(200, 'a');
  for (int i = 0; i < turns; ++i)
    out << (i > 0 ? ",\n" : "\n")
        << R"({"messages": [{"role": "user", "parts": [{"type": "text", "text": "What comes after )" << i
        << R"(?"}]}, {"role": "assistant", "provider": "mock", "model": "mock_model", "parts": [{"type": "text", "text": ")"
        << answer << R"("}]}]})";
  out << "]}\n";
}

class PerTurn {
 public:
  explicit PerTurn(fastccg::Model& model) {
    constexpr int turns = 200;
    const auto start = Clock::now();
    const auto cpu_start = cpu_milliseconds();
    for (int i = 0; i < turns; ++i) model.append_prompt("And then?");
    cpu = (cpu_milliseconds() - cpu_start) / turns;
    wall = milliseconds_since(start) / turns;
  }

  double cpu = 0;
  double wall = 0;
};

void measure(const std::filesystem::path& folder, int turns) {
  const auto session = (folder / "session.json").string();
  const auto journal = (folder / "chat.journal").string();
  write_session(session, turns);
  auto model = fastccg::load_model(session);
  const auto save = median_of_three([&] { model.save(session); });
  const auto load = median_of_three([&] { fastccg::load_model(session); });
  const auto begin_start = cpu_milliseconds();
  model.autosave(journal);
  const auto begin = cpu_milliseconds() - begin_start;
  const PerTurn turn(model);
  const auto load_journal = median_of_three([&] { fastccg::load_model(journal); });
  model.autosave("");
  const auto go_on = median_of_three([&] {
    model.autosave(journal);
    model.autosave("");
  });
  std::printf("%8d %8.1f MB %8.1f %8.1f %13.1f %14.1f %9.1f %15.3f %12.3f\n", turns,
              static_cast<double>(std::filesystem::file_size(session)) / 1e6, save, load, begin, load_journal, go_on,
              turn.cpu, turn.wall);
  std::filesystem::remove(journal);
}

}  // namespace

int main(int argc, char** argv) {
  auto pattern = (std::filesystem::path(argc > 1 ? argv[1] : ".") / "fastccg-bench-XXXXXX").string();
  if (!::mkdtemp(pattern.data())) return 1;
  std::printf(
      "CPU milliseconds; for a turn that is autosaved also the time that its caller waits, which has an fsync in it\n");
  std::printf("%8s %11s %8s %8s %13s %14s %9s %15s %12s\n", "turns", "file", "save", "load", "new journal",
              "load journal", "go on", "autosave: turn", "and waiting");
  for (const int turns : {1'000, 10'000, 100'000}) measure(pattern, turns);
  std::filesystem::remove_all(pattern);
}
