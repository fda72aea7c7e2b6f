// Kills a process that autosaves, again and again, and looks each time whether all that it reported as committed is there.
//
// usage: crash --writer PROGRAM [--count N] [--seed N]

#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fastccg/fastccg.hpp>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <utility>

#include "temporary_folder.hpp"
#include "witness.hpp"

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class Options {
 public:
  Options() = default;
  std::string writer;
  int count = 300;
  unsigned seed = std::random_device{}();
};

/// The process that writes, and what it says.
class Victim {
 public:
  Victim(const std::string& program, const std::string& journal, long first, unsigned seed) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
    const auto number = std::to_string(first);
    const auto seed_text = std::to_string(seed);
    process_ = ::fork();
    if (process_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::close(ends[0]);
      ::close(ends[1]);
      ::execl(program.c_str(), program.c_str(), journal.c_str(), number.c_str(), seed_text.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    output_ = ends[0];
  }
  ~Victim() { ::close(output_); }
  Victim(const Victim&) = delete;
  Victim& operator=(const Victim&) = delete;

  /// Reads what it says until it has said something, or the time has come.
  void listen_until(Clock::time_point end, bool until_first_word) {
    while (!(until_first_word && !said_.empty())) {
      const auto left = std::chrono::duration_cast<std::chrono::microseconds>(end - Clock::now());
      if (left <= 0us) return;
      ::timespec time{left / 1s, (left % 1s).count() * 1000};
      ::pollfd ready{output_, POLLIN, 0};
      if (::ppoll(&ready, 1, &time, nullptr) > 0 && !read_some()) return;
    }
  }

  /// Returns whether it was alive until then.
  bool kill() {
    ::kill(process_, SIGKILL);
    while (read_some()) {
    }
    int status = 0;
    ::waitpid(process_, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }

  const std::string& said() const noexcept { return said_; }

 private:
  bool read_some() {
    char buffer[4096];
    const auto got = ::read(output_, buffer, sizeof buffer);
    if (got > 0) said_.append(buffer, static_cast<std::size_t>(got));
    return got > 0;
  }

  ::pid_t process_ = -1;
  int output_ = -1;
  std::string said_;
};

class Crash {
 public:
  explicit Crash(Options options) : options_(std::move(options)), random_(options_.seed) {}

  int run() {
    std::printf("crash: %d kills, seed %u\n", options_.count, options_.seed);
    for (int i = 1; i <= options_.count; ++i) {
      if (!kill_once()) return fail("the writer ended by itself", i);
      look_for_leftovers();
      if (random_() % 4 == 0) tear();
      if (const auto wrong = inspect(); !wrong.empty()) return fail(wrong, i);
      if (i % 100 == 0) report(i);
    }
    if (options_.count % 100 != 0) report(options_.count);
    return witness_.reported() > 0 ? 0 : fail("the writer never got to say anything", options_.count);
  }

 private:
  bool kill_once() {
    Victim victim(options_.writer, journal_, witness_.next(), static_cast<unsigned>(random_()));
    // Most kills come while it talks; some while it opens its journal.
    const bool early = random_() % 5 == 0;
    if (!early) victim.listen_until(Clock::now() + 10s, true);
    victim.listen_until(Clock::now() + std::chrono::microseconds(random_() % (early ? 40'000 : 150'000)), false);
    const bool alive = victim.kill();
    hear(victim.said());
    return alive;
  }

  void hear(std::string_view said) {
    while (!said.empty()) {
      const auto end = said.find('\n');
      if (end == said.npos) return;
      witness_.hear(said.substr(0, end));
      said.remove_prefix(end + 1);
    }
  }

  std::string inspect() {
    if (!std::filesystem::exists(journal_)) return witness_.reported() == 0 ? "" : "the journal is gone";
    try {
      const auto model = fastccg::load_model(journal_);
      dropped_ += model.session_warnings().size();
      return witness_.judge(model.get_history());
    } catch (const fastccg::FastCCGError& error) {
      return error.what();
    }
  }

  /// Adds the beginning of a record, as a machine that lost its power would have left it.
  void tear() {
    std::ifstream in(journal_, std::ios::binary);
    std::string last;
    for (std::string line; std::getline(in, line);) last = line;
    if (last.empty()) return;
    last.resize(1 + random_() % last.size());
    std::ofstream(journal_, std::ios::binary | std::ios::app) << last;
    ++torn_;
  }

  /// A temporary file that was left behind shows that the kill came while the journal was being written anew.
  void look_for_leftovers() {
    struct stat status {};
    if (::stat(journal_.c_str(), &status) == 0 && std::exchange(inode_, status.st_ino) != status.st_ino) ++renewed_;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      if (entry.path() != journal_) {
        ++killed_while_renewing_;
        std::filesystem::remove(entry.path());
      }
  }

  void report(int kills) const {
    std::printf(
        "crash: %d kills, %zu turns reported as committed: all are there, in order, none twice; %zu more were there "
        "already; %zu torn ends were dropped, %zu of them made on purpose; the file was new after %zu kills, and being "
        "written anew at %zu\n",
        kills, witness_.reported(), witness_.unreported(), dropped_, torn_, renewed_, killed_while_renewing_);
    std::fflush(stdout);
  }

  int fail(const std::string& what, int kill) const {
    std::printf("crash: kill %d (seed %u): %s\n", kill, options_.seed, what.c_str());
    return 1;
  }

  Options options_;
  std::minstd_rand random_;
  fastccg::testing::TemporaryFolder folder_;
  const std::string journal_ = folder_.file("victim.journal");
  Witness witness_;
  ::ino_t inode_ = 0;
  std::size_t torn_ = 0;
  std::size_t dropped_ = 0;
  std::size_t renewed_ = 0;
  std::size_t killed_while_renewing_ = 0;
};

bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--writer")
      options.writer = argv[i + 1];
    else if (name == "--count")
      options.count = std::atoi(argv[i + 1]);
    else if (name == "--seed")
      options.seed = static_cast<unsigned>(std::strtoul(argv[i + 1], nullptr, 10));
    else
      return false;
  }
  return argc % 2 == 1 && !options.writer.empty() && options.count > 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fprintf(stderr, "usage: crash --writer PROGRAM [--count N] [--seed N]\n");
    return 2;
  }
  return Crash(std::move(options)).run();
}
