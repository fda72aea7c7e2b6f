#include "bare_curl.hpp"

#include <curl/curl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace fastccg::bench {

namespace {

using Clock = std::chrono::steady_clock;

class Slot {
 public:
  Slot() : easy(curl_easy_init()) {}
  ~Slot() { curl_easy_cleanup(easy); }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

  CURL* easy;
  std::string line;
  std::size_t body_bytes = 0;
  double events = 0;
  bool stream = false;

  void feed(std::string_view bytes) {
    body_bytes += bytes.size();
    if (!stream) return;
    for (auto end = bytes.find('\n'); end != bytes.npos; end = bytes.find('\n')) {
      line += bytes.substr(0, end);
      bytes.remove_prefix(end + 1);
      if (line.starts_with("data: {") && line.find("\"content\":\"") != line.npos) ++events;
      line.clear();
    }
    line += bytes;
  }
};

class Bare {
 public:
  explicit Bare(const Workload& work) : work_(work) {
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Bare::on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Bare::on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(work.at_once));
    url_ = work.base_url + "/chat/completions";
    body_ = R"({"model":"gpt-4o","messages":[{"role":"user","content":")" + work.prompt + "\"}]" +
            (work.stream ? R"(,"stream":true,"stream_options":{"include_usage":true}})" : "}");
    for (const auto* line : {"Content-Type: application/json", "Authorization: Bearer sk-bench-0123456789", "Expect:"})
      headers_ = curl_slist_append(headers_, line);
  }
  ~Bare() {
    slots_.clear();
    curl_multi_cleanup(multi_);
    curl_slist_free_all(headers_);
    ::close(epoll_);
  }
  Bare(const Bare&) = delete;
  Bare& operator=(const Bare&) = delete;

  double run() {
    for (std::size_t i = 0; i < work_.at_once; ++i) {
      slots_.push_back(std::make_unique<Slot>());
      launch(*slots_.back());
    }
    while (done_ < work_.calls) turn();
    double events = 0;
    for (const auto& slot : slots_) events += slot->events;
    return work_.stream ? events : static_cast<double>(done_);
  }

 private:
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* slot) {
    static_cast<Slot*>(slot)->feed({bytes, size * count});
    return size * count;
  }

  static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) {
    auto& bare = *static_cast<Bare*>(self);
    auto& watched = bare.watched_[fd];
    epoll_event event{};
    event.data.fd = fd;
    if (what == CURL_POLL_REMOVE) {
      if (watched) ::epoll_ctl(bare.epoll_, EPOLL_CTL_DEL, fd, &event);
      watched = false;
      return 0;
    }
    event.events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
    ::epoll_ctl(bare.epoll_, watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
    watched = true;
    return 0;
  }

  static int on_timer(CURLM*, long milliseconds, void* self) {
    auto& bare = *static_cast<Bare*>(self);
    bare.timer_set_ = milliseconds >= 0;
    bare.timer_ = Clock::now() + std::chrono::milliseconds(milliseconds);
    return 0;
  }

  void launch(Slot& slot) {
    if (issued_ == work_.calls) return;
    ++issued_;
    slot.stream = work_.stream;
    slot.body_bytes = 0;
    curl_easy_setopt(slot.easy, CURLOPT_URL, url_.c_str());
    curl_easy_setopt(slot.easy, CURLOPT_PRIVATE, &slot);
    curl_easy_setopt(slot.easy, CURLOPT_HTTPHEADER, headers_);
    curl_easy_setopt(slot.easy, CURLOPT_POSTFIELDS, body_.c_str());
    curl_easy_setopt(slot.easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(body_.size()));
    curl_easy_setopt(slot.easy, CURLOPT_WRITEFUNCTION, &Bare::on_body);
    curl_easy_setopt(slot.easy, CURLOPT_WRITEDATA, &slot);
    curl_easy_setopt(slot.easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(slot.easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_multi_add_handle(multi_, slot.easy);
  }

  void turn() {
    int wait = 1000;
    if (timer_set_) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(timer_ - Clock::now()).count();
      wait = left < 0 ? 0 : static_cast<int>(std::min<long long>(left + 1, 1000));
    }
    std::array<epoll_event, 256> events{};
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), wait);
    int running = 0;
    for (int i = 0; i < count; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      const int ready = (event.events & (EPOLLIN | EPOLLHUP | EPOLLERR) ? CURL_CSELECT_IN : 0) |
                        (event.events & EPOLLOUT ? CURL_CSELECT_OUT : 0);
      curl_multi_socket_action(multi_, event.data.fd, ready, &running);
    }
    if (timer_set_ && Clock::now() >= timer_) {
      timer_set_ = false;
      curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    harvest();
  }

  void harvest() {
    std::vector<Slot*> finished;
    int left = 0;
    while (const auto* message = curl_multi_info_read(multi_, &left)) {
      Slot* slot = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &slot);
      if (message->data.result != CURLE_OK || slot->body_bytes == 0) throw std::runtime_error("a bare call failed");
      finished.push_back(slot);
    }
    for (auto* slot : finished) {
      curl_multi_remove_handle(multi_, slot->easy);
      ++done_;
      launch(*slot);
    }
  }

  const Workload& work_;
  CURLM* multi_ = curl_multi_init();
  int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  std::map<curl_socket_t, bool> watched_;
  bool timer_set_ = false;
  Clock::time_point timer_;
  std::string url_;
  std::string body_;
  curl_slist* headers_ = nullptr;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::size_t issued_ = 0;
  std::size_t done_ = 0;
};

}  // namespace

double run_bare_curl(const Workload& work) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  return Bare(work).run();
}

}  // namespace fastccg::bench
