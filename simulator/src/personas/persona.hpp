#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/answer.hpp"
#include "model/conversation.hpp"
#include "model/http.hpp"
#include "model/rules.hpp"
#include "model/store.hpp"
#include "model/text.hpp"

namespace fastccg::sim {

class Script;

/// Something to complain about, in no provider's words. Each persona says it as its provider would.
class Problem {
 public:
  enum class Kind {
    by_status,  ///< The status says all.
    quota,
    context_length,
    missing_key,
    wrong_key,
    unknown_path,
    wrong_method,
    unknown_model,
    invalid,  ///< The request has the wrong shape: `param` and `code` say where and what.
  };

  explicit Problem(unsigned status_, Kind kind_ = Kind::by_status) : status(status_), kind(kind_) {}

  /// A request of the wrong shape.
  static Problem invalid(std::string message, std::string param = "", std::string code = "");

  unsigned status;
  Kind kind;
  std::string message;  ///< Empty: the persona's own words.
  std::string param;
  std::string type;  ///< Empty: what fits the status.
  std::string code;
  std::string retry_after;  ///< In seconds, with a fraction or without, for providers that say it in the body.
};

/// Thrown where a request is read and checked; what is found first is what is answered.
class Rejected {
 public:
  explicit Rejected(Problem problem_) : problem(std::move(problem_)) {}
  Problem problem;
};

/// When a client is told that it may come back, as a fault gives it. What is empty is not said.
class ComeBack {
 public:
  ComeBack() = default;

  std::string after;           ///< Seconds, or an HTTP date.
  std::string after_ms;        ///< Milliseconds.
  std::string reset_requests;  ///< Until requests are allowed again, such as "6m0s".
  std::string reset_tokens;    ///< The same for tokens.
};

/// What a persona may use to answer one request.
class Backstage {
 public:
  Backstage(const Rules& rules_, Script& script_, Store& store_) : rules(rules_), script(script_), store(store_) {}

  const Rules& rules;
  Script& script;
  Store& store;
};

/// One wire protocol, as a provider speaks it. Personas have no state: one object serves all requests.
///
/// To add a protocol, write one file with a persona and its factory, and add the factory to `personas.cpp`.
class Persona {
 public:
  Persona() = default;
  virtual ~Persona() = default;
  Persona(const Persona&) = delete;
  Persona& operator=(const Persona&) = delete;

  virtual std::string_view name() const noexcept = 0;
  /// Whether the request is for this protocol, by its path and, where providers share one, its headers or body. When
  /// it is asked before the body has been read, the body is empty. A wrong method is still this persona's.
  virtual bool serves(const Request& request) const = 0;
  /// Answers. Must follow from the request, the rules and the script alone, since answers to equal requests are
  /// remembered; one that has to do with the store must say so (`Response::memorable`).
  virtual Response respond(const Request& request, Backstage& backstage) const = 0;
  /// The provider's own error answer, for a problem found here or asked for by a fault.
  virtual Response render_problem(const Problem& problem, std::uint64_t identity) const = 0;
  /// The same inside of a stream that has begun: what follows on the frames that were sent, and ends the stream.
  virtual std::string render_stream_problem(const Problem& problem, const std::vector<Event>& sent) const = 0;
  /// The headers with which the provider says when to come back; by default OpenAI's.
  virtual Headers render_come_back(const ComeBack& when) const;
  /// What the provider sends to keep a stream alive: one whole frame.
  virtual std::string heartbeat() const { return ": keep-alive\n\n"; }
  /// Whether the frame is how the protocol says that a stream is over: what `missing-terminator` leaves out.
  virtual bool is_terminator(std::string_view) const { return false; }
};

/// Everything there is, in the order in which they are asked whether they serve a request. The last serves all paths
/// that are left, with an error.
const std::vector<std::unique_ptr<Persona>>& personas();
const Persona& persona_for(const Request& request);

/// A protocol that carries conversations: it parses and renders, and the engine or the script makes the answer.
class ChatPersona : public Persona {
 public:
  /// Everything about one answer that a renderer needs.
  class Exchange {
   public:
    Exchange(const Request& request_, const Conversation& conversation_, Backstage& backstage_, std::uint64_t identity_)
        : request(request_), conversation(conversation_), backstage(backstage_), identity(identity_) {}

    const Request& request;
    const Conversation& conversation;
    Backstage& backstage;
    std::vector<Answer> answers;  ///< One per choice, at least one.
    std::uint64_t identity;       ///< Follows from seed and request: seed a `Random` with it for ids.
  };

  Response respond(const Request& request, Backstage& backstage) const final;

 protected:
  /// Checks key, path, method and shape, and says in neutral words what is asked. Throws `Rejected`.
  virtual Conversation parse(const Request& request, const Backstage& backstage) const = 0;
  virtual Response render_whole(const Exchange& exchange) const = 0;
  virtual Response render_stream(const Exchange& exchange) const = 0;
  /// Headers that each good answer of this provider carries.
  virtual Headers headers(std::uint64_t identity) const = 0;
};

/// A persona for requests that hold no conversation to be answered.
class Endpoint : public Persona {
 public:
  Response respond(const Request& request, Backstage& backstage) const final;

 protected:
  /// Checks and answers. Throws `Rejected`.
  virtual Response answer(const Request& request, Backstage& backstage, std::uint64_t identity) const = 0;
};

/// A number that follows from seed and request; ids are drawn from it.
std::uint64_t identity_of(const Request& request, std::uint64_t seed) noexcept;

/// Throws `Rejected` unless the request has that method and a key that the rules accept.
void check_access(const Request& request, const Rules& rules, std::string_view method = "POST",
                  unsigned wrong_method_status = 405);
/// Throws `Rejected` if the rules know no such model.
void check_model(const std::string& model, const Rules& rules, unsigned status = 404);

/// Null if the request has a key that the rules accept. For a wrong key the problem's message is the key, masked.
std::unique_ptr<Problem> check_key(const Request& request, const Rules& rules);

}  // namespace fastccg::sim
