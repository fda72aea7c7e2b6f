// What a call and a chunk cost, next to bare libcurl that does the same against the same server in the same run.
//
//   bench_load SIMULATOR [ROUNDS]

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "bare_curl.hpp"
#include "fastccg/fastccg.hpp"
#include "measure.hpp"

namespace fastccg::bench {
namespace {

Model make_model(const Workload& work) {
  return init_model(models::gpt_4o, ApiKey("sk-bench-0123456789"), Endpoint().base_url(work.base_url));
}

Task<double> worker(const Workload* work, std::size_t calls) {
  auto model = make_model(*work);
  double units = 0;
  for (std::size_t i = 0; i < calls; ++i) {
    if (work->stream) {
      auto stream = model.ask_stream(work->prompt);
      while (auto chunk = co_await stream.next()) units += chunk->content.empty() ? 0 : 1;
    } else {
      auto reply = co_await model.ask_async(work->prompt);
      units += reply.content.empty() ? 0 : 1;
    }
    model.reset();
  }
  co_return units;
}

double run_fastccg(const Workload& work) {
  std::vector<Task<double>> workers;
  for (std::size_t i = 0; i < work.at_once; ++i) workers.push_back(worker(&work, work.calls / work.at_once));
  double units = 0;
  for (const double done : run(gather(std::move(workers)))) units += done;
  return units;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

class Series {
 public:
  void add(const Cost& cost) {
    cpu_.push_back(cost.cpu_seconds / cost.units * 1e6);
    wall_.push_back(cost.units / cost.wall_seconds);
    memory_.push_back(cost.peak_megabytes);
  }
  double cpu() const { return median(cpu_); }
  void print(const char* name) const {
    std::printf("  %-10s %8.2f us CPU each (%.2f to %.2f)   %9.0f a second   %6.1f MB\n", name, cpu(),
                *std::ranges::min_element(cpu_), *std::ranges::max_element(cpu_), median(wall_), median(memory_));
  }

 private:
  std::vector<double> cpu_, wall_, memory_;
};

/// The two take turns, so that a machine whose speed drifts is as unfair to one as to the other.
void compare(const char* title, const Workload& work, int rounds) {
  Series bare, ours;
  for (int round = 0; round < rounds; ++round) {
    bare.add(measure([&] { return run_bare_curl(work); }));
    ours.add(measure([&] { return run_fastccg(work); }));
  }
  std::printf("%s\n", title);
  bare.print("libcurl");
  ours.print("fastccg");
  std::printf("  ratio      %8.2f\n\n", ours.cpu() / bare.cpu());
  std::fflush(stdout);
}

}  // namespace
}  // namespace fastccg::bench

int main(int argc, char** argv) {
  using namespace fastccg::bench;
  if (argc < 2) {
    std::fprintf(stderr, "usage: bench_load SIMULATOR [ROUNDS]\n");
    return 2;
  }
  const int rounds = argc > 2 ? std::max(1, std::atoi(argv[2])) : 5;
  try {
    Workload work;
    work.prompt = "Tell me a short story about a robot who learns to paint.";
    {
      const Server server({argv[1]});
      work.base_url = server.first_line() + "/v1";
      work.calls = 6400;
      work.at_once = 64;
      compare("whole answers, 64 at once, kept-alive connections: one call", work, rounds);
      work.at_once = 1;
      work.calls = 2000;
      compare("whole answers, one at a time: one call", work, rounds);
      work.stream = true;
      work.at_once = 64;
      work.calls = 1280;
      compare("streams as fast as the server sends, 64 at once: one chunk", work, rounds);
    }
    {
      const Server server({argv[1], "--chunk-delay-ms", "20"});
      work.base_url = server.first_line() + "/v1";
      work.at_once = work.calls = 500;
      compare("500 streams with a chunk each 20 ms: one chunk", work, rounds);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_load: %s\n", error.what());
    return 1;
  }
}
