#include "transport/curl/curl_transport.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <utility>
#include <vector>

#include "transport/curl/ca_bundle.hpp"
#include "transport/curl/call.hpp"
#include "transport/curl/library.hpp"
#include "transport/curl/sockets.hpp"

namespace fastccg::transport {
namespace {

// libcurl's own limit follows the number of requests in flight, and so closes warm connections as requests end. Ours
// only grows.
constexpr std::size_t first_kept_connections = 64;

/// libcurl forbids most of its functions inside its callbacks, and some of its functions call back. So what a sink asks
/// for while libcurl runs is written down and done once libcurl has returned, and what would call a sink is done in a
/// turn of the loop of its own.
class CurlTransport final : public Transport {
 public:
  explicit CurlTransport(Loop& loop);
  ~CurlTransport() override;
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;

  CallId start(const HttpRequest& request, Sink& sink) override;
  void cancel(CallId id) override;
  void pause(CallId id) override;
  void resume(CallId id) override;
  void drain(CallId id, std::chrono::milliseconds patience) override;

 private:
  static int socket_callback(CURL* easy, curl_socket_t fd, int what, void* self, void* socket) noexcept;
  static int timer_callback(CURLM* multi, long milliseconds, void* self) noexcept;

  /// Runs a function of libcurl.
  template <class Function>
  auto in_curl(Function function) noexcept {
    const bool before = std::exchange(in_curl_, true);
    const auto result = function();
    in_curl_ = before;
    return result;
  }

  Call& free_call();
  Call* find(CallId id) noexcept;
  void keep_connections();
  void add(Call& call);
  void act(curl_socket_t fd, int events);
  void settle();
  void finish(Call& call, CURLcode code);
  void close(Call& call) noexcept;
  void remove(Call& call) noexcept;
  void lift_hold(CallId id);
  void defer();
  void run_deferred();

  Loop& loop_;
  // Declared so that they go in the right order: connections before what their closing needs, handles before what they
  // share.
  ShareHandle share_;
  Sockets sockets_;
  CallSettings settings_;
  std::vector<std::unique_ptr<Call>> calls_;  // By the index in their id.
  MultiHandle multi_;

  std::vector<Call*> free_;
  std::vector<Call*> waiting_;      // To be handed to libcurl.
  std::vector<Call*> doomed_;       // To be taken from libcurl.
  std::vector<CallId> unreported_;  // Failed before they began.
  std::vector<CallId> yielded_;     // To go on in the next round.
  std::vector<CallId> resumed_;
  std::size_t kept_connections_ = first_kept_connections;
  bool in_curl_ = false;
  Loop::TimerId timer_ = Loop::TimerId::none;
  Loop::TimerId deferred_ = Loop::TimerId::none;
};

CurlTransport::CurlTransport(Loop& loop)
    : loop_(loop),
      sockets_(
          loop, [this](int fd, int events) { act(fd, events); },
          [this] { return std::ranges::any_of(calls_, [](const auto& call) { return call->hides_its_socket(); }); }) {
  require_curl();
  share_.reset(curl_share_init());
  multi_.reset(curl_multi_init());
  if (!share_ || !multi_) throw_error(Error(ErrorKind::usage, "libcurl cannot be set up: memory ran out"));
  // Otherwise TLS sessions belong to a handle, and a new connection seldom resumes one. There are no locks, since only
  // the loop's thread uses them.
  curl_share_setopt(share_.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  curl_share_setopt(share_.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, &socket_callback);
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, static_cast<void*>(this));
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, &timer_callback);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, static_cast<void*>(this));
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(kept_connections_));
  settings_.share = share_.get();
  settings_.trusted = find_trusted_certificates();
  settings_.sockets = &sockets_;
  settings_.loop = &loop_;
  settings_.yielded = &yielded_;
}

CurlTransport::~CurlTransport() {
  for (const auto& call : calls_) {
    if (call->id != CallId::none) close(*call);
  }
  loop_.cancel(deferred_);
  multi_.reset();  // Closes the connections, and may set or stop the timer.
  loop_.cancel(timer_);
}

CallId CurlTransport::start(const HttpRequest& request, Sink& sink) {
  Call& call = free_call();
  const bool prepared = call.prepare(request, sink);
  if (!prepared) {
    unreported_.push_back(call.id);
    defer();
  } else if (in_curl_) {
    waiting_.push_back(&call);
  } else {
    add(call);
  }
  return call.id;
}

void CurlTransport::cancel(CallId id) {
  if (Call* call = find(id)) close(*call);
}

void CurlTransport::pause(CallId id) {
  Call* call = find(id);
  if (call != nullptr && call->sink() != nullptr) call->paused = true;
}

void CurlTransport::resume(CallId id) {
  Call* call = find(id);
  if (call == nullptr || !call->paused) return;
  call->paused = false;
  lift_hold(id);
}

void CurlTransport::drain(CallId id, std::chrono::milliseconds patience) {
  Call* call = find(id);
  if (call == nullptr || call->sink() == nullptr) return;
  if (call->stage == Call::Stage::prepared) return close(*call);
  call->detach(true);
  lift_hold(id);
  call->patience = loop_.after(patience, [this, id] { cancel(id); });
}

int CurlTransport::socket_callback(CURL* easy, curl_socket_t fd, int what, void* self, void*) noexcept {
  void* call = nullptr;  // libcurl has handles of its own, too.
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &call);
  if (call != nullptr) static_cast<Call*>(call)->take_socket(fd, what);
  static_cast<CurlTransport*>(self)->sockets_.want(fd, what, call);
  return 0;
}

int CurlTransport::timer_callback(CURLM*, long milliseconds, void* self) noexcept {
  CurlTransport& transport = *static_cast<CurlTransport*>(self);
  transport.loop_.cancel(std::exchange(transport.timer_, Loop::TimerId::none));
  if (milliseconds < 0) return 0;
  try {
    transport.timer_ = transport.loop_.after(std::chrono::milliseconds(milliseconds), [&transport] {
      transport.timer_ = Loop::TimerId::none;
      transport.act(CURL_SOCKET_TIMEOUT, 0);
    });
  } catch (const std::exception&) {
    return -1;  // Without its timer libcurl is lost; it then refuses all further requests.
  }
  return 0;
}

Call& CurlTransport::free_call() {
  if (free_.empty()) {
    calls_.push_back(std::make_unique<Call>(settings_, static_cast<std::uint32_t>(calls_.size())));
    free_.reserve(calls_.size());
    doomed_.reserve(calls_.size());
    yielded_.reserve(calls_.size());
    free_.push_back(calls_.back().get());
  }
  Call& call = *free_.back();
  free_.pop_back();
  call.take_next_id();
  return call;
}

Call* CurlTransport::find(CallId id) noexcept {
  const std::size_t index = Call::index_of(id);
  if (id == CallId::none || index >= calls_.size() || calls_[index]->id != id) return nullptr;
  return calls_[index].get();
}

/// Not while libcurl runs.
void CurlTransport::keep_connections() {
  // There is a `Call` for as many requests as were ever in flight at the same time.
  if (calls_.size() <= kept_connections_) return;
  kept_connections_ = 2 * calls_.size();
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(kept_connections_));
}

void CurlTransport::add(Call& call) {
  keep_connections();
  const CURLMcode code = in_curl([&] { return curl_multi_add_handle(multi_.get(), call.easy()); });
  if (code == CURLM_OK) {
    call.stage = Call::Stage::running;
    return;
  }
  call.fail(ErrorKind::connection, "the request could not be started: memory ran out");
  unreported_.push_back(call.id);
  defer();
}

void CurlTransport::act(curl_socket_t fd, int events) {
  int running = 0;
  in_curl([&] { return curl_multi_socket_action(multi_.get(), fd, events, &running); });
  settle();
}

/// Does what had to wait for libcurl to return, and hears which calls have ended.
void CurlTransport::settle() {
  // First, so that a cancelled call's end is not heard of.
  while (!doomed_.empty()) {
    Call& call = *doomed_.back();
    doomed_.pop_back();
    remove(call);
  }
  while (!waiting_.empty()) {
    Call& call = *waiting_.back();
    waiting_.pop_back();
    add(call);
  }
  if (!yielded_.empty()) {
    resumed_.insert(resumed_.end(), yielded_.begin(), yielded_.end());
    yielded_.clear();
    defer();
  }
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    void* call = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
    // The message does not outlive the handle's removal, nor what the sink does.
    finish(*static_cast<Call*>(call), message->data.result);
  }
}

void CurlTransport::finish(Call& call, CURLcode code) {
  Sink* sink = call.sink();
  HttpEnd end;
  if (sink != nullptr) end = call.end(code);
  remove(call);
  if (sink == nullptr) return;
  try {
    sink->on_end(std::move(end));
  } catch (...) {
    // Others may have ended or wait to be resumed, so they come first; then the loop reports it.
    loop_.post([error = std::current_exception()] { std::rethrow_exception(error); });
  }
}

void CurlTransport::close(Call& call) noexcept {
  call.detach(false);
  call.id = CallId::none;
  if (in_curl_ && call.stage == Call::Stage::running) {
    doomed_.push_back(&call);
  } else {
    waiting_.erase(std::remove(waiting_.begin(), waiting_.end(), &call), waiting_.end());
    remove(call);
  }
}

void CurlTransport::remove(Call& call) noexcept {
  if (call.stage == Call::Stage::running) {
    in_curl([&] { return curl_multi_remove_handle(multi_.get(), call.easy()); });
  }
  sockets_.release(call.last_socket, &call);
  loop_.cancel(call.patience);
  call.clear();
  free_.push_back(&call);
}

/// Has the bytes that were held back delivered, in a later turn.
void CurlTransport::lift_hold(CallId id) {
  if (!find(id)->held_back) return;
  resumed_.push_back(id);
  defer();
}

void CurlTransport::defer() {
  if (deferred_ != Loop::TimerId::none) return;
  deferred_ = loop_.after(Loop::Clock::duration::zero(), [this] {
    deferred_ = Loop::TimerId::none;
    run_deferred();
  });
}

void CurlTransport::run_deferred() {
  for (const CallId id : std::exchange(unreported_, {})) {
    if (Call* call = find(id)) finish(*call, CURLE_OK);
  }
  for (const CallId id : std::exchange(resumed_, {})) {
    Call* call = find(id);
    // It may have been paused again, or resumed twice.
    if (call == nullptr || call->paused || !std::exchange(call->held_back, false)) continue;
    // This delivers what was held back. If the delivery fails, libcurl says so only here.
    const CURLcode code = in_curl([call] { return curl_easy_pause(call->easy(), CURLPAUSE_CONT); });
    if (code != CURLE_OK && call->id == id) finish(*call, code);
  }
  settle();
}

}  // namespace

std::unique_ptr<Transport> make_curl_transport(Loop& loop) { return std::make_unique<CurlTransport>(loop); }

}  // namespace fastccg::transport
