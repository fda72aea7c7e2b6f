#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "services.hpp"

namespace fastccg::faults {

/// Who makes the call fail.
enum class Scene {
  simulator,    ///< The simulator, as the row's fault says.
  refused,      ///< Nobody listens.
  certificate,  ///< A server whose certificate nobody has signed.
};

/// What a caller gets, in words: "answer", or the name of an error kind; of a timeout with its deadline, as in
/// "timeout:idle"; with "+text" if some of the answer had reached the caller.
class Expected {
 public:
  Expected(std::string_view whole_, std::string_view streamed_) : whole(whole_), streamed(streamed_) {}
  explicit Expected(std::string_view both) : Expected(both, both) {}

  std::string_view whole;
  std::string_view streamed;
};

/// A way for calls to go wrong, and what must come of it.
class Row {
 public:
  Row(std::string name_, std::string fault_, Expected expected_)
      : name(std::move(name_)), fault(std::move(fault_)), expected(expected_) {}

  /// One protocol is different, by its nature.
  Row except(std::string_view service, Expected other) && {
    exceptions.emplace_back(service, other);
    return std::move(*this);
  }
  /// The call may be sent so often, and is, unless `sent` says otherwise.
  Row attempts(int value, int sent_ = 0) && {
    allowed = value;
    sent = sent_ ? sent_ : value;
    return std::move(*this);
  }
  /// It takes this long, and not much longer.
  Row takes(std::chrono::milliseconds value) && {
    duration = value;
    return std::move(*this);
  }
  Row in(Scene value) && {
    scene = value;
    return std::move(*this);
  }

  const Expected& expected_of(std::string_view service) const;

  std::string name;   ///< For people.
  std::string fault;  ///< For the simulator.
  Expected expected;
  std::vector<std::pair<std::string_view, Expected>> exceptions;
  int allowed = 1;
  int sent = 1;
  std::chrono::milliseconds duration{0};
  Scene scene = Scene::simulator;
};

/// Every fault there is: a new one is a line in the table.
const std::vector<Row>& rows();

/// What came of one call.
class Observed {
 public:
  std::string got;  ///< As `Expected` writes it.
  std::chrono::milliseconds took{0};
  std::string problem;  ///< What is not as it must be; empty if nothing is.
};

/// Makes the call, and looks at what the caller got, at the history and at the next call.
Observed observe(const Row& row, const testing::Service& service, bool streamed);

/// The deadlines of all calls here.
inline constexpr std::chrono::milliseconds first_byte_deadline{250};
inline constexpr std::chrono::milliseconds idle_deadline{200};
inline constexpr std::chrono::milliseconds total_deadline{600};

}  // namespace fastccg::faults
