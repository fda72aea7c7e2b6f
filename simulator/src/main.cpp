#include <sys/resource.h>

#include <charconv>
#include <csignal>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "fastccg/simulator.hpp"

namespace {

using fastccg::Fault;
using fastccg::SimulatorOptions;

constexpr int bad_usage = 2;

constexpr std::string_view usage =
    "usage: fastccg-sim [options]\n"
    "\n"
    "Serves the protocols of the LLM providers on 127.0.0.1, without a network or a key. The first line of its output "
    "is\n"
    "its root URL. It runs until it is interrupted.\n"
    "\n"
    "  --port N               the port (default: a free one)\n"
    "  --seed N               other ids and wordings (default: 1)\n"
    "  --latency-ms N         delay before the first byte of an answer\n"
    "  --chunk-delay-ms N     delay between the chunks of a stream\n"
    "  --tokens-per-second N  the same as a rate; answers that are not streamed take as long\n"
    "  --script FILE          replies to give, as docs/simulator.md describes them\n"
    "  --fault FAULT          something that goes wrong; may be given several times\n"
    "  --key KEY              the only key that is accepted (default: any)\n"
    "  --no-key               accepts requests without a key too\n"
    "  --model NAME           a model that exists; may be given several times (default: every model)\n"
    "  --no-validate          answers requests of the wrong shape as well as it can\n"
    "  --log FILE             appends one line for each request\n"
    "  --help, --version\n"
    "\n"
    "A fault is name;parameter=value;..., or just a status code. Each also takes first=N, skip=N, every=N and "
    "path=TEXT,\n"
    "which choose the requests that it strikes. A request can ask for one with the header x-fastccg-fault.\n"
    "\n";

class UsageError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class Number>
Number number(std::string_view option, std::string_view text) {
  Number value{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size())
    throw UsageError(std::string(option) + " needs a number, not '" + std::string(text) + "'");
  return value;
}

std::chrono::milliseconds duration(std::string_view option, std::string_view text) {
  constexpr std::uint32_t longest = 86'400'000;
  const auto value = number<std::uint32_t>(option, text);
  if (value > longest) throw UsageError(std::string(option) + " must not be longer than a day");
  return std::chrono::milliseconds(value);
}

class Arguments {
 public:
  Arguments(int count, char** values) : rest_(values + 1, values + count) {}

  /// Empty when something was printed instead.
  bool parse(SimulatorOptions& options) {
    while (at_ < rest_.size()) {
      std::string_view option = rest_[at_++];
      if (option == "--help") {
        std::cout << usage << "Faults:\n" << Fault::help();
        return false;
      }
      if (option == "--version") {
        std::cout << "fastccg-sim " << FASTCCG_SIMULATOR_VERSION << '\n';
        return false;
      }
      apply(options, option);
    }
    if (!models_.empty()) options.models(models_);
    return true;
  }

 private:
  void apply(SimulatorOptions& options, std::string_view option) {
    if (option == "--no-key") return void(options.allow_missing_key());
    if (option == "--no-validate") return void(options.validate(false));
    const auto equals = option.find('=');
    inline_value_ = option.substr(0, 2) == "--" && equals != std::string_view::npos ? option.substr(equals + 1)
                                                                                    : std::string_view();
    has_inline_value_ = option.substr(0, 2) == "--" && equals != std::string_view::npos;
    if (has_inline_value_) option = option.substr(0, equals);
    if (option == "--port") return void(options.port(number<std::uint16_t>(option, value(option))));
    if (option == "--seed") return void(options.seed(number<std::uint64_t>(option, value(option))));
    if (option == "--latency-ms") return void(options.first_byte_delay(duration(option, value(option))));
    if (option == "--chunk-delay-ms") return void(options.chunk_delay(duration(option, value(option))));
    if (option == "--tokens-per-second") return void(options.tokens_per_second(number<double>(option, value(option))));
    if (option == "--script") return void(options.script_file(std::string(value(option))));
    if (option == "--key") return void(options.require_key(std::string(value(option))));
    if (option == "--log") return void(options.log_file(std::string(value(option))));
    if (option == "--model") return void(models_.emplace_back(value(option)));
    if (option != "--fault")
      throw UsageError("there is no option '" + std::string(option) + "'; see fastccg-sim --help");
    for (auto& fault : Fault::parse_list(value(option))) options.fault(std::move(fault));
  }

  std::string_view value(std::string_view option) {
    if (has_inline_value_) return inline_value_;
    if (at_ == rest_.size()) throw UsageError(std::string(option) + " needs a value");
    return rest_[at_++];
  }

  std::vector<std::string_view> rest_;
  std::size_t at_ = 0;
  std::string_view inline_value_;
  bool has_inline_value_ = false;
  std::vector<std::string> models_;
};

// Many streams at once need many descriptors.
void allow_many_connections() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int serve(const SimulatorOptions& options) {
  allow_many_connections();
  // Blocked before the simulator's thread begins, so that only `sigwait` sees them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const fastccg::Simulator simulator(options);
  std::cout << simulator.url() << std::endl;
  int received = 0;
  sigwait(&signals, &received);
  return 0;
}

}  // namespace

int main(int count, char** values) {
  try {
    SimulatorOptions options;
    options.keep_requests(1000);
    if (!Arguments(count, values).parse(options)) return 0;
    return serve(options);
  } catch (const std::system_error& error) {
    std::cerr << "fastccg-sim: " << error.what() << '\n';
    return 1;
  } catch (const std::exception& error) {
    std::cerr << "fastccg-sim: " << error.what() << '\n';
    return bad_usage;
  }
}
