#include "measure.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <stdexcept>

namespace fastccg::bench {

namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

class Pipe {
 public:
  Pipe() {
    if (::pipe(ends_.data()) != 0) throw std::runtime_error("no pipe could be made");
  }
  ~Pipe() {
    close_read();
    close_write();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int read_end() const noexcept { return ends_[0]; }
  int write_end() const noexcept { return ends_[1]; }
  void close_read() noexcept { close(ends_[0]); }
  void close_write() noexcept { close(ends_[1]); }

 private:
  static void close(int& fd) noexcept {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
  std::array<int, 2> ends_{-1, -1};
};

[[noreturn]] void run_child(const std::function<double()>& work, Pipe& pipe) {
  pipe.close_read();
  Cost cost;
  int status = 0;
  try {
    const auto start = std::chrono::steady_clock::now();
    cost.units = work();
    cost.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    cost.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
    cost.peak_megabytes = static_cast<double>(used.ru_maxrss) / 1024;
    if (::write(pipe.write_end(), &cost, sizeof cost) != sizeof cost) status = 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    status = 1;
  }
  ::_exit(status);
}

}  // namespace

Cost measure(const std::function<double()>& work) {
  Pipe pipe;
  const auto child = ::fork();
  if (child < 0) throw std::runtime_error("no process could be started");
  if (child == 0) run_child(work, pipe);
  pipe.close_write();
  Cost cost;
  const auto got = ::read(pipe.read_end(), &cost, sizeof cost);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (got != sizeof cost || status != 0) throw std::runtime_error("the measured work failed");
  return cost;
}

Server::Server(const std::vector<std::string>& arguments) {
  Pipe pipe;
  process_ = ::fork();
  if (process_ < 0) throw std::runtime_error("no process could be started");
  if (process_ == 0) {
    ::dup2(pipe.write_end(), STDOUT_FILENO);
    std::vector<char*> argv;
    for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    ::execv(argv.front(), argv.data());
    ::_exit(127);
  }
  pipe.close_write();
  char c = 0;
  while (::read(pipe.read_end(), &c, 1) == 1 && c != '\n') first_line_ += c;
  if (first_line_.empty()) throw std::runtime_error(arguments.front() + " did not start");
}

Server::~Server() {
  if (process_ <= 0) return;
  ::kill(process_, SIGTERM);
  ::waitpid(process_, nullptr, 0);
}

}  // namespace fastccg::bench
