#include "server/connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

namespace fastccg::sim {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

bool would_block(const error_code& failed) {
  return failed == asio::error::would_block || failed == asio::error::try_again;
}

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, Host& host, std::uint64_t number)
    : socket_(std::move(socket)), host_(host), number_(number) {}

void Connection::start() {
  error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  watch();
}

void Connection::close() {
  if (!socket_.is_open()) return;
  ++ticket_;
  plan_.reset();
  error_code ignored;
  socket_.close(ignored);
  host_.forget(*this);  // may drop the last but one reference; callers hold one
}

template <class Action>
void Connection::guarded(Action action) noexcept {
  const auto self = shared_from_this();
  try {
    action();
  } catch (...) {
    // Out of memory, for lack of any other reason: this client is lost, the others are not.
    close();
  }
}

void Connection::watch() {
  if (watching_ || !socket_.is_open()) return;
  watching_ = true;
  socket_.async_wait(asio::ip::tcp::socket::wait_read, [self = shared_from_this()](error_code failed) {
    self->watching_ = false;
    if (!failed) self->guarded([&] { self->on_readable(); });
  });
}

void Connection::on_readable() {
  if (!socket_.is_open()) return;
  if (lingering_) return drain();
  if (plan_) return look_whether_client_left();
  read();
}

// While an answer is under way, a further request is left in the socket until its turn has come.
void Connection::look_whether_client_left() {
  char byte = 0;
  error_code failed;
  const auto size = socket_.receive(asio::buffer(&byte, 1), asio::socket_base::message_peek, failed);
  if (would_block(failed)) return watch();
  if (failed || size == 0) close();
}

void Connection::read() {
  auto& buffer = host_.read_buffer();
  error_code failed;
  const auto size = socket_.read_some(asio::buffer(buffer), failed);
  if (would_block(failed)) return watch();
  if (failed) return close();
  const std::string_view bytes(buffer.data(), size);
  if (input_.empty()) return consume(bytes);
  const auto all = std::exchange(input_, {}).append(bytes);
  consume(all);
}

void Connection::consume(std::string_view bytes) {
  while (true) {
    const auto state = parser_.feed(bytes);
    if (state == RequestParser::State::bad) return begin(host_.service().refuse(parser_.error_status()));
    if (state == RequestParser::State::more) break;
    if (state == RequestParser::State::headers) {
      admission_ = host_.service().admit(parser_.request(), number_);
      if (admission_.early) return begin(std::move(admission_.early));
      if (parser_.expects_continue() && bytes.empty()) {
        error_code ignored;
        socket_.write_some(asio::buffer(std::string_view("HTTP/1.1 100 Continue\r\n\r\n")), ignored);
      }
      continue;
    }
    input_.assign(bytes);
    return begin(host_.service().answer(parser_.take(), std::move(admission_), number_));
  }
  input_.assign(bytes);
  watch();
}

void Connection::begin(std::shared_ptr<const Plan> plan) {
  plan_ = std::move(plan);
  step_ = 0;
  sent_ = 0;
  waited_ = false;
  due_ = Clock::now();
  if (plan_->takes_time()) watch();
  advance();
}

void Connection::wake(std::uint64_t ticket) {
  if (ticket != ticket_ || !socket_.is_open()) return;
  guarded([this] { lingering_ ? close() : advance(); });
}

bool Connection::must_wait(const Plan::Step& step) {
  if (waited_) return false;
  waited_ = true;
  if (step.delay.count() == 0) return false;
  due_ += std::chrono::duration_cast<Clock::duration>(step.delay);
  if (due_ <= Clock::now()) return false;
  host_.pacer().wake_at(due_, ++ticket_, shared_from_this());
  return true;
}

// Returns whether all is written; if not, it goes on by itself when the socket takes more.
bool Connection::write(std::size_t end, std::size_t& budget) {
  while (sent_ < end) {
    error_code failed;
    const auto size = socket_.write_some(asio::buffer(plan_->bytes.data() + sent_, end - sent_), failed);
    if (would_block(failed)) {
      socket_.async_wait(asio::ip::tcp::socket::wait_write, [self = shared_from_this()](error_code cancelled) {
        if (!cancelled && self->plan_) self->guarded([&] { self->advance(); });
      });
      return false;
    }
    if (failed) {
      close();
      return false;
    }
    sent_ += size;
    budget -= std::min(budget, size);
  }
  return true;
}

void Connection::advance() {
  // A client that takes all it can get must not keep the others waiting.
  std::size_t budget = 256 * 1024;
  constexpr std::size_t per_write = 64;
  while (plan_) {
    if (step_ == plan_->steps.size()) {
      if (!plan_->repeat_from) return finish();
      step_ = *plan_->repeat_from;
      sent_ = step_ == 0 ? 0 : plan_->steps[step_ - 1].end;
    }
    if (must_wait(plan_->steps[step_])) return;
    if (budget < per_write) {
      asio::post(socket_.get_executor(), [self = shared_from_this(), ticket = ++ticket_] { self->wake(ticket); });
      return;
    }
    if (!write(plan_->steps[step_].end, budget)) return;
    budget -= per_write;
    ++step_;
    waited_ = false;
  }
}

void Connection::finish() {
  const auto ending = plan_->ending;
  error_code ignored;
  switch (ending) {
    case Ending::hang: return;  // until the client leaves
    case Ending::reset: socket_.set_option(asio::socket_base::linger(true, 0), ignored); return close();
    case Ending::close: socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored); return close();
    case Ending::linger: return linger();
    case Ending::keep_alive: break;
  }
  plan_.reset();
  if (input_.empty()) return watch();
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    if (self->socket_.is_open() && !self->plan_) self->guarded([&] { self->consume(std::exchange(self->input_, {})); });
  });
}

// Closing a socket with unread bytes in it would take the answer away from the client again.
void Connection::linger() {
  constexpr auto patience = std::chrono::seconds(5);
  lingering_ = true;
  plan_.reset();
  error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  host_.pacer().wake_at(Clock::now() + patience, ++ticket_, shared_from_this());
  watch();
}

void Connection::drain() {
  error_code failed;
  socket_.read_some(asio::buffer(host_.read_buffer()), failed);
  if (failed && !would_block(failed)) return close();
  watch();
}

}  // namespace fastccg::sim
