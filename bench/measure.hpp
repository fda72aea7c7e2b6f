#pragma once

#include <functional>
#include <string>
#include <vector>

namespace fastccg::bench {

/// What a piece of work cost its process.
class Cost {
 public:
  Cost() = default;

  double cpu_seconds = 0;  ///< User and system time of all threads.
  double wall_seconds = 0;
  double peak_megabytes = 0;
  double units = 0;  ///< What the work says that it did: calls, chunks, ...
};

/// Runs `work`, which returns how many units it did, in a process of its own. Throws `std::runtime_error` if that fails.
/// Call it before the calling process has threads.
Cost measure(const std::function<double()>& work);

/// A program that runs for as long as this object lives; its first line of output is read.
class Server {
 public:
  /// `arguments` begin with the program's path. Throws `std::runtime_error` if it does not start.
  explicit Server(const std::vector<std::string>& arguments);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  const std::string& first_line() const noexcept { return first_line_; }

 private:
  int process_ = -1;
  std::string first_line_;
};

}  // namespace fastccg::bench
