#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "server/pacer.hpp"
#include "server/plan.hpp"
#include "server/request_parser.hpp"
#include "server/service.hpp"

namespace fastccg::sim {

class Connection;

/// What all connections of a server share. They live on its thread.
class Host {
 public:
  virtual ~Host() = default;
  virtual Service& service() = 0;
  virtual Pacer& pacer() = 0;
  virtual std::array<char, 64 * 1024>& read_buffer() = 0;
  virtual void forget(Connection& connection) = 0;
};

/// One client: reads a request, carries out the plan of its answer, and starts again.
class Connection : public Sleeper, public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::ip::tcp::socket socket, Host& host, std::uint64_t number);

  void start();
  void close();
  void wake(std::uint64_t ticket) override;

 private:
  using Clock = Pacer::Clock;

  void watch();
  void on_readable();
  void read();
  void look_whether_client_left();
  void drain();
  /// Gives the bytes to the parser and keeps what it leaves.
  void consume(std::string_view bytes);
  void begin(std::shared_ptr<const Plan> plan);
  void advance();
  bool must_wait(const Plan::Step& step);
  bool write(std::size_t end, std::size_t& budget);
  void finish();
  void linger();
  template <class Action>
  void guarded(Action action) noexcept;

  boost::asio::ip::tcp::socket socket_;
  Host& host_;
  std::uint64_t number_;
  RequestParser parser_;
  Service::Admission admission_;
  std::string input_;  // read, but not yet consumed by the parser
  std::shared_ptr<const Plan> plan_;
  std::size_t step_ = 0;
  std::size_t sent_ = 0;
  Clock::time_point due_;
  std::uint64_t ticket_ = 0;  // of the latest wait; older ones are void
  bool waited_ = false;       // for the delay of the current step
  bool watching_ = false;
  bool lingering_ = false;
};

}  // namespace fastccg::sim
