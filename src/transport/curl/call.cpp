#include "transport/curl/call.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <limits>
#include <utility>

#include "fastccg/version.hpp"
#include "transport/curl/failure.hpp"
#include "transport/curl/url.hpp"

namespace fastccg::transport {
namespace {

// libcurl sends a body below this size in one piece with the headers, and copies it for that. Such a body is copied
// here, since libcurl may still look at it after `cancel` was called from inside one of its callbacks, when the request
// may be gone already. A larger one is read through a callback, which can refuse.
constexpr std::size_t small_body = 64 * 1024;
// A handle keeps the memory of a small body for its next request, but not more than this.
constexpr std::size_t kept_body = 4 * 1024;

// Providers close connections that were idle for a minute or more; one that is closed under our hands costs a round
// trip. If that happens libcurl sends the request again by itself, once it is sure that not a byte of an answer came.
constexpr long longest_idle_seconds = 50;
// While a model thinks nothing moves for minutes, and routers on the way forget a silent connection after five or so.
constexpr long keepalive_seconds = 45;

// As long as there is more to read, libcurl goes on reading, and does not return: a server that sends as fast as it is read
// would keep timers and all other calls waiting for ever. So each call gets this much in a round of the loop: as much as
// libcurl reads at a time, so that with many such servers a round stays short.
constexpr std::size_t share_of_a_round = 16 * 1024;
// What is left of compressed bytes libcurl decompresses at once and copies again in each round. Little can become much.
constexpr std::size_t decompressed_share = 64 * share_of_a_round;

constexpr std::size_t usual_headers = 24;  // of an answer

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// A line break in a header would begin another header, or the body.
void require_plain(std::string_view name, std::string_view value) {
  const auto ends_name = [](char c) { return c == ':' || c == ';' || c == ' ' || c == '\t'; };
  const auto breaks_line = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
  const bool named = !name.empty() && std::ranges::none_of(name, ends_name);
  if (named && std::ranges::none_of(name, breaks_line) && std::ranges::none_of(value, breaks_line)) return;
  throw_error(Error(ErrorKind::usage, "a header of the request has a line break or no proper name"));
}

}  // namespace

Call::Call(const CallSettings& settings, std::uint32_t index)
    : easy_(curl_easy_init()), settings_(settings), index_(index) {
  if (!easy_) throw_error(Error(ErrorKind::usage, "libcurl cannot make a request handle: memory ran out"));
  set_up();
}

void Call::set_up() {
  set_connection_options();
  set(CURLOPT_PRIVATE, static_cast<void*>(this));
  set(CURLOPT_ERRORBUFFER, text_.data());
  set(CURLOPT_HEADERFUNCTION, &header_callback);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(CURLOPT_WRITEFUNCTION, &body_callback);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(CURLOPT_READFUNCTION, &upload_callback);
  set(CURLOPT_READDATA, static_cast<void*>(this));
  set(CURLOPT_SEEKFUNCTION, &rewind_callback);
  set(CURLOPT_SEEKDATA, static_cast<void*>(this));
  set(CURLOPT_OPENSOCKETFUNCTION, &open_callback);
  set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
  set(CURLOPT_CLOSESOCKETFUNCTION, &close_callback);
  set(CURLOPT_CLOSESOCKETDATA, static_cast<void*>(settings_.sockets));
  set(CURLOPT_PREREQFUNCTION, &send_callback);
  set(CURLOPT_PREREQDATA, static_cast<void*>(this));
}

/// libcurl sends a request again if a kept connection turns out to be closed, but gives up at the sixth one, which it
/// counts over all requests of a handle: without this every sixth would fail.
void Call::forget_resent() {
  if (std::exchange(times_sent_, 0) < 2) return;
  curl_easy_reset(easy());
  proxy_ = Proxy::given;
  trusted_ = TrustedCertificates();
  set_up();
}

void Call::set_connection_options() {
  const std::string agent = std::string("fastccg/") + version();
  set(CURLOPT_USERAGENT, agent.c_str());
  set(CURLOPT_SHARE, settings_.share);
  set(CURLOPT_NOSIGNAL, 1L);
  // Without it, ending a request joins the thread that resolves its host name, and so blocks the loop for as long as
  // the name server is silent.
  set(CURLOPT_QUICK_EXIT, 1L);
  // HTTP/2 of libcurl 7.88 reports an early answer, such as a 429 before the whole body was sent, as a stream error.
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  // A redirect would take the key elsewhere; APIs do not redirect.
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  // A CONNECT proxy is not shown the headers that are meant for the server, nor taken for it.
  set(CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_TCP_KEEPIDLE, keepalive_seconds);
  set(CURLOPT_TCP_KEEPINTVL, keepalive_seconds);
  set(CURLOPT_MAXAGE_CONN, longest_idle_seconds);
}

template <class Value>
void Call::set(CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(easy_.get(), option, value);
  if (code == CURLE_OK) return;
  throw_error(Error(ErrorKind::usage, std::string("libcurl refuses a setting: ") + curl_easy_strerror(code)));
}

void Call::take_next_id() noexcept {
  ++generation_;
  id = static_cast<CallId>((std::uint64_t{generation_} << 32) | (std::uint64_t{index_} + 1));
}

bool Call::prepare(const HttpRequest& request, Sink& sink) noexcept {
  stage = Stage::prepared;
  sink_ = &sink;
  limits_ = request.limits;
  return guarded([this, &request] {
    forget_resent();
    if (!is_http_url(request.url)) return fail(ErrorKind::usage, "the URL of the request is not an http or https URL");
    set(CURLOPT_URL, request.url.c_str());
    set_headers(request);
    set_body(request);
    set_method(request);  // After the body, which makes it a POST.
    set_route(request);
    set_trust(request);
    set(CURLOPT_ACCEPT_ENCODING, request.streaming ? "identity" : "");
    // Zero would mean libcurl's own default of five minutes.
    const auto longest = static_cast<std::int64_t>(std::numeric_limits<int>::max());
    const std::int64_t timeout = request.connect_timeout.count();
    connect_timeout_ms_ = static_cast<long>(timeout <= 0 ? longest : std::min(timeout, longest));
    set(CURLOPT_CONNECTTIMEOUT_MS, connect_timeout_ms_);
  });
}

void Call::set_headers(const HttpRequest& request) {
  header_list_.reset();
  const auto append = [this](const std::string& line) {
    curl_slist* list = curl_slist_append(header_list_.get(), line.c_str());
    if (list == nullptr) throw_error(Error(ErrorKind::usage, "memory ran out while a request was made"));
    // The list has kept its first node, if it had one.
    static_cast<void>(header_list_.release());
    header_list_.reset(list);
  };
  std::string line;
  for (const auto& [name, value] : request.headers) {
    require_plain(name, value);
    // libcurl takes "Name:" for an order to leave the header out, and "Name;" for an empty header.
    line.assign(name).append(value.empty() ? ";" : ": ").append(value);
    append(line);
  }
  // With it libcurl would wait a second for a server that does not know "100 Continue".
  append("Expect:");
  if (find_header(request.headers, "Content-Type") == nullptr) append("Content-Type:");
  set(CURLOPT_HTTPHEADER, header_list_.get());
}

void Call::set_method(const HttpRequest& request) {
  const bool post = request.method == "POST" || !request.body.empty();
  set(CURLOPT_NOBODY, 0L);
  set(post ? CURLOPT_POST : CURLOPT_HTTPGET, 1L);
  if (request.method == "HEAD") set(CURLOPT_NOBODY, 1L);
  const bool known = request.method == "HEAD" || request.method == (post ? "POST" : "GET");
  if (!known) require_plain(request.method, std::string_view());
  set(CURLOPT_CUSTOMREQUEST, known ? nullptr : request.method.c_str());
}

void Call::set_body(const HttpRequest& request) {
  const bool small = request.body.size() < small_body;
  large_body_ = small ? nullptr : &request.body;
  uploaded_ = 0;
  if (small) body_ = request.body;
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  set(CURLOPT_POSTFIELDS, small ? body_.c_str() : nullptr);
}

void Call::set_route(const HttpRequest& request) {
  // An explicit proxy, or none, is meant for every host; NO_PROXY belongs to the proxies of the environment. Those are
  // not asked for this machine's own addresses: a key may go there over plain http, but not to a proxy.
  const bool direct = !request.proxy && is_loopback_url(request.url);
  const bool from_environment = !request.proxy && !direct;
  const auto proxy = direct ? Proxy::none : from_environment ? Proxy::of_environment : Proxy::given;
  // One that is given may be another each time.
  if (proxy == Proxy::given || proxy != proxy_) {
    proxy_ = Proxy::given;
    set(CURLOPT_PROXY, from_environment ? nullptr : direct ? "" : request.proxy->c_str());
    set(CURLOPT_NOPROXY, from_environment ? nullptr : "");
    proxy_ = proxy;
  }
}

void Call::set_trust(const HttpRequest& request) {
  const bool own = !request.ca_file.empty();
  const std::string& file = own ? request.ca_file : settings_.trusted.file;
  const std::string none;
  const std::string& folders = own ? none : settings_.trusted.folders;
  if (file == trusted_.file && folders == trusted_.folders) return;
  trusted_ = TrustedCertificates();
  const char* const file_path = file.empty() ? nullptr : file.c_str();
  const char* const folder_path = folders.empty() ? nullptr : folders.c_str();
  // libcurl keeps parsed certificates only if it has no folder of them, but Debian's is built with one: each new
  // connection would then cost 20 ms of computing. So there is one only if somebody wants it, or there is no file. No
  // test shows this, since libcurl's answers are the same.
  set(CURLOPT_CAINFO, file_path);
  set(CURLOPT_CAPATH, folder_path);
  // The same for a proxy that is itself spoken to over TLS, which not every libcurl knows.
  curl_easy_setopt(easy(), CURLOPT_PROXY_CAINFO, file_path);
  curl_easy_setopt(easy(), CURLOPT_PROXY_CAPATH, folder_path);
  trusted_.file = file;
  trusted_.folders = folders;
}

void Call::detach(bool draining) noexcept {
  sink_ = nullptr;
  large_body_ = nullptr;
  draining_ = draining;
  paused = false;
}

void Call::clear() noexcept {
  detach(false);
  id = CallId::none;
  stage = Stage::idle;
  held_back = false;
  socket = last_socket = CURL_SOCKET_BAD;
  read_first_ = false;
  open_error_ = 0;
  header_list_.reset();
  if (body_.capacity() > kept_body) std::string().swap(body_);
  text_[0] = '\0';
  headers_.clear();
  header_bytes_ = 0;
  body_bytes_ = 0;
  headers_reported_ = compressed_ = false;
  error_.reset();
}

void Call::take_socket(curl_socket_t fd, int what) noexcept {
  socket = what == CURL_POLL_REMOVE ? CURL_SOCKET_BAD : fd;
  // That another's connection is closed may be told on behalf of this call, too.
  if (what == CURL_POLL_REMOVE) return;
  last_socket = fd;
  socket_told_ = true;
}

HttpEnd Call::end(CURLcode code) {
  if (error_) return HttpEnd(std::move(*error_));
  if (code == CURLE_OK && headers_reported_) return HttpEnd();
  Failure failure;
  failure.code = code;
  if (code == CURLE_OK) {
    // To libcurl a connection that is closed inside the headers, or after an informational answer, has ended well.
    long status = 0;
    curl_easy_getinfo(easy(), CURLINFO_RESPONSE_CODE, &status);
    failure.code = status / 100 == 1 ? CURLE_WEIRD_SERVER_REPLY : CURLE_GOT_NOTHING;
  }
  failure.easy = easy();
  failure.text = std::string_view(text_.data());
  failure.answer_begun = headers_reported_;
  failure.header_begun = header_bytes_ > 0;
  failure.open_error = open_error_;
  failure.trusts_none = trusted_.file.empty() && trusted_.folders.empty();
  failure.connect_timeout_ms = connect_timeout_ms_;
  return HttpEnd(explain(failure));
}

void Call::fail(ErrorKind kind, const char* message) {
  if (!error_) error_.emplace(kind, message);
}

template <class Step>
bool Call::guarded(Step step) noexcept {
  try {
    step();
  } catch (const FastCCGError& error) {
    if (!error_) error_ = error.error();
  } catch (...) {
    fail(ErrorKind::usage, "the request could not be handled: memory ran out, or a part of this library is broken");
  }
  return !error_ && (sink_ != nullptr || draining_);
}

std::size_t Call::header_callback(char* data, std::size_t size, std::size_t count, void* self) noexcept {
  Call& call = *static_cast<Call*>(self);
  const std::size_t bytes = size * count;
  return call.guarded([&call, data, bytes] { call.take_header_line(std::string_view(data, bytes)); }) ? bytes : 0;
}

std::size_t Call::body_callback(char* data, std::size_t size, std::size_t count, void* self) noexcept {
  Call& call = *static_cast<Call*>(self);
  const std::size_t bytes = size * count;
  if (call.paused) {
    // libcurl keeps these bytes, at most a buffer full and what it decompresses to, and stops reading.
    call.held_back = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  if (call.has_had_its_share(bytes)) {
    call.yield();
    return CURL_WRITEFUNC_PAUSE;
  }
  return call.guarded([&call, data, bytes] { call.take_body(std::string_view(data, bytes)); }) ? bytes : 0;
}

std::size_t Call::upload_callback(char* data, std::size_t size, std::size_t count, void* self) noexcept {
  Call& call = *static_cast<Call*>(self);
  if (call.large_body_ == nullptr) return CURL_READFUNC_ABORT;
  const std::size_t bytes = std::min(size * count, call.large_body_->size() - call.uploaded_);
  std::copy_n(call.large_body_->data() + call.uploaded_, bytes, data);
  // Asked last: what comes after this can still be missed.
  if (call.should_read_first()) {
    call.yield();
    return CURL_READFUNC_PAUSE;
  }
  call.uploaded_ += bytes;
  return bytes;
}

int Call::rewind_callback(void* self, curl_off_t offset, int origin) noexcept {
  // Asked for when a kept connection turned out to be closed and the request is sent again on a new one.
  Call& call = *static_cast<Call*>(self);
  if (call.large_body_ == nullptr || origin != SEEK_SET || offset < 0) return CURL_SEEKFUNC_FAIL;
  if (static_cast<std::size_t>(offset) > call.large_body_->size()) return CURL_SEEKFUNC_FAIL;
  call.uploaded_ = static_cast<std::size_t>(offset);
  return CURL_SEEKFUNC_OK;
}

curl_socket_t Call::open_callback(void* self, curlsocktype, curl_sockaddr* address) noexcept {
  Call& call = *static_cast<Call*>(self);
  const int fd = call.settings_.sockets->open(*address);
  if (fd < 0) call.open_error_ = errno;
  return fd < 0 ? CURL_SOCKET_BAD : fd;
}

int Call::send_callback(void* self, char*, char*, int, int) noexcept {
  auto& call = *static_cast<Call*>(self);
  ++call.times_sent_;
  call.socket_told_ = false;
  return CURL_PREREQFUNC_OK;
}

int Call::close_callback(void* sockets, curl_socket_t fd) noexcept { return static_cast<Sockets*>(sockets)->close(fd); }

void Call::take_header_line(std::string_view line) {
  // Informational answers and trailers count as well: a server may send them without end.
  if (line.empty()) return;
  header_bytes_ += line.size();
  if (header_bytes_ > limits_.headers()) {
    return fail(ErrorKind::protocol, "the headers of the answer are larger than limits().headers() allows");
  }
  if (headers_reported_) return;
  if (line.substr(0, 5) == "HTTP/") return headers_.clear();
  const bool folded = line.front() == ' ' || line.front() == '\t';
  line = trimmed(line);
  if (line.empty()) return end_headers();
  if (folded && !headers_.empty()) {
    headers_.back().second.append(" ").append(line);
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  if (headers_.empty()) headers_.reserve(usual_headers);
  headers_.emplace_back(trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
}

void Call::end_headers() {
  long status = 0;
  curl_easy_getinfo(easy(), CURLINFO_RESPONSE_CODE, &status);
  if (status / 100 == 1) return headers_.clear();
  headers_reported_ = true;
  compressed_ = find_header(headers_, "Content-Encoding") != nullptr;
  if (sink_ != nullptr) sink_->on_headers(static_cast<int>(status), std::move(headers_));
}

void Call::yield() noexcept {
  if (!std::exchange(held_back, true)) settings_.yielded->push_back(id);
}

/// A server may refuse a request before its body was sent, and reset the connection right after. libcurl sends without
/// looking for an answer first, and reports the reset though the answer is there.
bool Call::should_read_first() noexcept {
  // What came before need not be an answer, such as the tickets of TLS. libcurl has read it since.
  if (std::exchange(read_first_, false) || held_back || paused) return false;
  // Which connection was taken from those that are kept, libcurl tells in the next round.
  read_first_ = socket == CURL_SOCKET_BAD || is_readable(socket);
  return read_first_;
}

bool Call::has_had_its_share(std::size_t bytes) noexcept {
  const auto round = settings_.loop->round();
  if (std::exchange(round_, round) != round) round_bytes_ = 0;
  if (round_bytes_ >= (compressed_ ? decompressed_share : share_of_a_round)) return true;
  round_bytes_ += bytes;
  return false;
}

void Call::take_body(std::string_view bytes) {
  if (!headers_reported_) return fail(ErrorKind::protocol, "the answer has a body but no headers");
  body_bytes_ += bytes.size();
  if (body_bytes_ > limits_.body()) {
    return fail(ErrorKind::protocol, "the body of the answer is larger than limits().body() allows");
  }
  if (sink_ != nullptr && !bytes.empty()) sink_->on_body(bytes);
}

}  // namespace fastccg::transport
