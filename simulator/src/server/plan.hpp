#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/http.hpp"
#include "personas/persona.hpp"

namespace fastccg::sim {

/// What becomes of the connection when a plan is carried out.
enum class Ending { keep_alive, close, linger, reset, hang };

/// How fast answers go out.
class Pacing {
 public:
  using Duration = std::chrono::nanoseconds;

  Pacing() = default;

  Duration first_byte{0};
  Duration chunk{0};
  bool whole_answers = false;  ///< An answer that is not streamed waits for all its tokens.
};

/// An answer down to the last byte and moment, faults included. A connection only carries it out.
class Plan {
 public:
  class Step {
   public:
    Step(std::size_t end_, Pacing::Duration delay_) : end(end_), delay(delay_) {}

    std::size_t end;         ///< The step writes the bytes from the previous step's end up to here,
    Pacing::Duration delay;  ///< so long after the previous step was due.
  };

  Plan() = default;

  std::string bytes;
  std::vector<Step> steps;
  Ending ending = Ending::keep_alive;
  std::optional<std::size_t> repeat_from;  ///< After the last step it goes on with this one, for ever.
  unsigned status = 0;
  bool streamed = false;

  /// Whether it takes longer than it takes to write the bytes, so that the client might leave meanwhile.
  bool takes_time() const noexcept;
};

/// What of the request matters for how the answer is written.
class Framing {
 public:
  Framing() = default;
  explicit Framing(const Request& request)
      : keep_alive(request.keep_alive), chunks(request.version >= 11), head_only(request.method == "HEAD") {}

  bool keep_alive = true;
  bool chunks = true;
  bool head_only = false;
};

Plan make_plan(const Response& response, const std::vector<Fault>& faults, const Persona& persona,
               const Framing& framing, const Pacing& pacing);

/// The error answer that a fault stands for, headers included; empty for other faults.
std::optional<Response> faulty_response(const Fault& fault, const Persona& persona, std::uint64_t identity);

/// Changes what is said, for those faults that do; others concern how it is written.
void edit(Response& response, const Fault& fault, const Persona& persona);

/// A parameter of a fault as a number of bytes or events, held within what a program can bear.
std::size_t size_of(const Fault& fault, std::string_view parameter);
/// The words behind a status code.
std::string_view reason(unsigned status) noexcept;

/// The fault of that name, or null.
const Fault* find_fault(const std::vector<Fault>& faults, std::string_view name) noexcept;

}  // namespace fastccg::sim
