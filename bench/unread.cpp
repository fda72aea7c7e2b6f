// What memory do streams hold whose readers do not read, and do they all end well once they are read?
//
//   bench_unread SIMULATOR [STREAMS] [WORDS]
//
// Opens so many streams (1,000) of so many words each (4,000), reads one chunk of each, and waits until the memory of
// the process no longer grows. Fails if a stream holds more than its limit for unread chunks explains, or if one does
// not give all its words in the end.

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "fastccg/fastccg.hpp"
#include "measure.hpp"

namespace fastccg::bench {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// Of this process, in KB.
double resident() {
  std::ifstream file("/proc/self/statm");
  long all = 0;
  long pages = 0;
  file >> all >> pages;
  return static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1024;
}

/// The memory when it has not grown for a second; gives up after two minutes.
double settled() {
  double most = resident();
  auto grew = Clock::now();
  for (const auto end = grew + 120s; Clock::now() < end && Clock::now() - grew < 1s;) {
    std::this_thread::sleep_for(50ms);
    if (const double now = resident(); now > most * 1.001) {
      most = now;
      grew = Clock::now();
    }
  }
  return most;
}

Task<void> begin(std::string base_url, std::string prompt, std::vector<Stream>* streams) {
  auto model = init_model(models::gpt_4o, ApiKey("sk-bench-0123456789"), Endpoint().base_url(std::move(base_url)));
  auto stream = model.ask_stream(std::move(prompt));
  co_await stream.next();
  streams->push_back(std::move(stream));
}

Task<std::size_t> read_rest(Stream* stream) {
  std::size_t chunks = 1;
  while (auto chunk = co_await stream->next()) chunks += chunk->content.empty() ? 0 : 1;
  co_return chunks;
}

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Whether all went as it must.
bool measure_unread(const std::string& base_url, std::size_t count, std::size_t words) {
  std::vector<Stream> streams;
  std::vector<Task<void>> beginnings;
  const double before = resident();
  for (std::size_t i = 0; i < count; ++i)
    beginnings.push_back(begin(base_url, "write " + std::to_string(words) + " words", &streams));
  run(gather(std::move(beginnings)));
  const double held = (settled() - before) / static_cast<double>(count);
  // A vector of chunks may have room for twice of what is in it; connection, decoder and request come on top.
  const double bound = 2.0 * static_cast<double>(Limits().unread()) / 1024 + 64;
  std::printf("%zu streams of %zu words, unread: %.1f KB each (limit %.0f KB)\n", count, words, held, bound);

  const auto start = Clock::now();
  std::vector<Task<std::size_t>> rests;
  for (auto& stream : streams) rests.push_back(read_rest(&stream));
  std::size_t whole = 0;
  for (const auto chunks : run(gather(std::move(rests))))
    if (chunks >= words) ++whole;
  std::printf("then read: %zu of %zu whole, after %.1f s\n", whole, count, seconds_since(start));
  return held <= bound && whole == count;
}

}  // namespace
}  // namespace fastccg::bench

int main(int argc, char** argv) {
  using namespace fastccg::bench;
  if (argc < 2) {
    std::fprintf(stderr, "usage: bench_unread SIMULATOR [STREAMS] [WORDS]\n");
    return 2;
  }
  const auto number = [&](int place, std::size_t otherwise) {
    return argc > place ? static_cast<std::size_t>(std::max(1L, std::atol(argv[place]))) : otherwise;
  };
  try {
    const Server server({argv[1]});
    return measure_unread(server.first_line() + "/v1", number(2, 1000), number(3, 4000)) ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_unread: %s\n", error.what());
    return 1;
  }
}
