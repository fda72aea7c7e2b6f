#pragma once

#include <curl/curl.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loop/loop.hpp"
#include "transport/curl/ca_bundle.hpp"
#include "transport/curl/library.hpp"
#include "transport/curl/sockets.hpp"
#include "transport/transport.hpp"

namespace fastccg::transport {

/// What all calls of a transport share.
class CallSettings {
 public:
  CallSettings() = default;

  CURLSH* share = nullptr;
  Sockets* sockets = nullptr;
  const Loop* loop = nullptr;
  std::vector<CallId>* yielded =
      nullptr;                  ///< Calls that have had their share of this round of the loop. Has room for all.
  TrustedCertificates trusted;  ///< Empty: leave it to libcurl.
};

/// One request on its way, and the libcurl handle that carries it; used again for later requests. It turns what libcurl
/// reports into what the sink is to hear, within the limits.
class Call {
 public:
  enum class Stage { idle, prepared, running };

  /// `settings` outlives it. Throws `FastCCGError` (usage) if libcurl refuses.
  Call(const CallSettings& settings, std::uint32_t index);
  ~Call() = default;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  /// Which `Call` an id belongs to.
  static std::size_t index_of(CallId id) noexcept { return (static_cast<std::uint64_t>(id) & 0xffffffffU) - 1; }
  void take_next_id() noexcept;
  /// Takes a request on. If something is wrong with it, returns false, and `end` says what.
  bool prepare(const HttpRequest& request, Sink& sink) noexcept;
  /// From here on the sink hears nothing, and the request's memory is not touched. What still comes of the answer is
  /// thrown away if `draining`; otherwise it ends the call.
  void detach(bool draining) noexcept;
  /// Makes it ready for the next request.
  void clear() noexcept;

  CURL* easy() const noexcept { return easy_.get(); }
  Sink* sink() const noexcept { return sink_; }
  /// libcurl waits for this socket, or no longer does.
  void take_socket(curl_socket_t fd, int what) noexcept;
  /// Whether it has sent its request without libcurl having waited for the socket since. So it is where an answer begins
  /// to arrive at once, and is then paused.
  bool hides_its_socket() const noexcept { return stage == Stage::running && times_sent_ > 0 && !socket_told_; }
  /// How the call ended, now that libcurl is done with it.
  HttpEnd end(CURLcode code);
  /// Has the call end with this error. Only the first counts.
  void fail(ErrorKind kind, const char* message);

  CallId id = CallId::none;  ///< None while idle, and once nothing can be done with it any more.
  Stage stage = Stage::idle;
  Loop::TimerId patience = Loop::TimerId::none;  ///< Of a drain.
  curl_socket_t socket = CURL_SOCKET_BAD;        ///< That libcurl waits for, as far as it has told.
  curl_socket_t last_socket = CURL_SOCKET_BAD;   ///< The same, also while it does not wait.
  bool paused = false;                           ///< What the caller wants.
  bool held_back = false;  ///< Whether libcurl holds bytes back, since the sink is paused, or for a round.

 private:
  enum class Proxy { none, of_environment, given };

  static std::size_t header_callback(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  static std::size_t body_callback(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  static std::size_t upload_callback(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  static int rewind_callback(void* self, curl_off_t offset, int origin) noexcept;
  static curl_socket_t open_callback(void* self, curlsocktype purpose, curl_sockaddr* address) noexcept;
  static int close_callback(void* sockets, curl_socket_t fd) noexcept;
  static int send_callback(void* self, char* to, char* from, int to_port, int from_port) noexcept;

  void set_up();
  void forget_resent();
  void set_connection_options();
  void set_headers(const HttpRequest& request);
  void set_method(const HttpRequest& request);
  void set_body(const HttpRequest& request);
  void set_route(const HttpRequest& request);
  void set_trust(const HttpRequest& request);
  void take_header_line(std::string_view line);
  void end_headers();
  void take_body(std::string_view bytes);
  bool has_had_its_share(std::size_t bytes) noexcept;
  bool should_read_first() noexcept;
  /// Has libcurl go on with it in the next round.
  void yield() noexcept;
  /// Runs `step` for a callback of libcurl, which knows no exceptions. False if the call is to end.
  template <class Step>
  bool guarded(Step step) noexcept;
  template <class Value>
  void set(CURLoption option, Value value);

  EasyHandle easy_;
  const CallSettings& settings_;
  std::uint32_t index_;
  std::uint32_t generation_ = 0;  ///< Tells an id from those of earlier requests.
  std::array<char, CURL_ERROR_SIZE> text_{};
  // What the handle is set to: most requests want the same, and each setting is a copy.
  Proxy proxy_ = Proxy::given;
  TrustedCertificates trusted_;  ///< What libcurl was told last.

  HeaderList header_list_;
  std::string body_;  ///< A copy of a small body.

  Sink* sink_ = nullptr;
  const std::string* large_body_ = nullptr;
  std::size_t uploaded_ = 0;
  int times_sent_ = 0;
  bool socket_told_ = false;  ///< Since the request was sent.
  Limits limits_;
  long connect_timeout_ms_ = 0;

  Headers headers_;
  std::size_t header_bytes_ = 0;
  std::size_t body_bytes_ = 0;
  std::uint64_t round_ = 0;  ///< Of the loop, when bytes came last.
  std::size_t round_bytes_ = 0;
  bool headers_reported_ = false;
  bool compressed_ = false;
  bool draining_ = false;
  bool read_first_ = false;     ///< The body's next piece was held back until libcurl has read.
  int open_error_ = 0;          ///< `errno` of the socket that could not be made.
  std::optional<Error> error_;  ///< Our own reason for ending the call.
};

}  // namespace fastccg::transport
