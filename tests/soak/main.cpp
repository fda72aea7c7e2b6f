// Thousands of calls at a time, streams above all, many of which go wrong, for as long as one likes. Shows what the
// process holds meanwhile. Exit status 1 if memory, open files or threads grow, or if a turn was lost, doubled or wrong.
//
//   soak [--seconds N] [--streams N] [--seed N]

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "caller.hpp"
#include "fastccg/simulator.hpp"
#include "process.hpp"
#include "sanitizers.hpp"

namespace {

using namespace fastccg;
using namespace fastccg::soak;
using testing::Held;
using testing::held_now;
using testing::memory_tells;
using testing::raise_file_limit;
using Clock = std::chrono::steady_clock;

class Options {
 public:
  std::uint64_t seconds = 60;
  std::uint64_t streams = 2000;
  std::uint64_t seed = 1;
};

bool parse(int count, char** arguments, Options& options) {
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = arguments[i];
    auto* value = name == "--seconds"   ? &options.seconds
                  : name == "--streams" ? &options.streams
                  : name == "--seed"    ? &options.seed
                                        : nullptr;
    const std::string_view text = arguments[i + 1];
    if (!value || std::from_chars(text.data(), text.data() + text.size(), *value).ec != std::errc()) return false;
  }
  return count % 2 == 1 && options.seconds > 0 && options.streams > 0;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[values.size() / 2];
}

/// Watches the process while the callers run, and tells them when time is up.
std::vector<Held> watch(const Options& options, Tally& tally) {
  std::vector<Held> samples;
  std::printf("%8s %10s %8s %8s %8s %10s %10s %12s %8s\n", "seconds", "RSS MiB", "files", "threads", "open", "calls",
              "failed", "chunks", "broken");
  const auto start = Clock::now();
  const auto every = std::max<std::uint64_t>(options.seconds / 12, 1);
  for (std::uint64_t second = 1; second <= options.seconds; ++second) {
    std::this_thread::sleep_until(start + std::chrono::seconds(second));
    const auto& now = samples.emplace_back(held_now());
    if (second % every == 0)
      std::printf(
          "%8llu %10.1f %8zu %8zu %8lld %10llu %10llu %12llu %8llu\n", static_cast<unsigned long long>(second),
          now.resident_mib, now.descriptors, now.threads, static_cast<long long>(tally.open.load()),
          static_cast<unsigned long long>(tally.calls.load()), static_cast<unsigned long long>(tally.failed.load()),
          static_cast<unsigned long long>(tally.chunks.load()), static_cast<unsigned long long>(tally.broken.load()));
    std::fflush(stdout);
  }
  tally.over = true;
  return samples;
}

/// Whether the last third of the time held no more than the one before it.
bool is_flat(const std::vector<Held>& samples, const char* what, double allowance, double (*value)(const Held&)) {
  const auto third = samples.size() / 3;
  const auto part = [&](std::size_t from) {
    std::vector<double> values;
    for (std::size_t i = from; i < from + third; ++i) values.push_back(value(samples[i]));
    return median(values);
  };
  const auto before = part(third);
  const auto after = part(samples.size() - third);
  const bool flat = after <= before * 1.1 + allowance;
  std::printf("%s: %.1f in the middle, %.1f in the end%s\n", what, before, after, flat ? "" : ": IT GROWS");
  return flat;
}

}  // namespace

int main(int count, char** arguments) {
  Options options;
  if (!parse(count, arguments, options)) {
    std::fprintf(stderr, "usage: soak [--seconds N] [--streams N] [--seed N]\n");
    return 2;
  }
  // A call has two ends here, and a few files are open besides.
  const auto files = raise_file_limit();
  if (files < 64) return 1;
  options.streams = std::min<std::uint64_t>(options.streams, (files - 60) / 2);
  std::printf("%llu callers for %llu seconds, at most %zu open files\n",
              static_cast<unsigned long long>(options.streams), static_cast<unsigned long long>(options.seconds),
              files);

  Simulator simulator(SimulatorOptions().chunk_delay(std::chrono::milliseconds(50)).keep_requests(1));
  Tally tally;
  std::vector<std::unique_ptr<Caller>> callers;
  std::vector<Task<void>> tasks;
  for (std::uint64_t i = 0; i < options.streams; ++i) {
    const auto& service = testing::services[i % testing::services.size()];
    callers.push_back(
        std::make_unique<Caller>(init_model(service.model, ApiKey("sk-soak"), service.endpoint(simulator.url())),
                                 "c" + std::to_string(i), options.seed * 1'000'003 + i, tally));
    tasks.push_back(callers.back()->run());
  }
  std::vector<Held> samples;
  std::jthread watcher([&] { samples = watch(options, tally); });
  run(gather(std::move(tasks)));
  watcher.join();
  callers.clear();

  const bool all_closed = tally.open == 0;
  const bool flat = is_flat(samples, "RSS in MiB", 8, [](const Held& h) { return h.resident_mib; }) || !memory_tells();
  const bool few_files =
      is_flat(samples, "open files", 64, [](const Held& h) { return static_cast<double>(h.descriptors); });
  const bool few_threads = is_flat(samples, "threads", 2, [](const Held& h) { return static_cast<double>(h.threads); });
  std::printf("%llu calls, %llu of them failed as they were told to; %llu turns found where they belong; %llu broken\n",
              static_cast<unsigned long long>(tally.calls.load()), static_cast<unsigned long long>(tally.failed.load()),
              static_cast<unsigned long long>(tally.turns.load()),
              static_cast<unsigned long long>(tally.broken.load()));
  if (tally.broken > 0) std::printf("the first: %s\n", tally.first_broken().c_str());
  return flat && few_files && few_threads && all_closed && tally.broken == 0 && tally.turns > 0 ? 0 : 1;
}
