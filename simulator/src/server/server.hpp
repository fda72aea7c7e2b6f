#pragma once

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <thread>
#include <unordered_map>

#include "server/connection.hpp"
#include "server/pacer.hpp"
#include "server/recorder.hpp"
#include "server/service.hpp"

namespace fastccg::sim {

/// Listens on 127.0.0.1 and serves on one thread of its own, from construction to destruction.
class Server : private Host {
 public:
  Server(std::uint16_t port, Service& service, Recorder& recorder);
  ~Server() override;

  std::uint16_t port() const noexcept { return port_; }
  void refuse_connections(bool on);

 private:
  Service& service() override { return service_; }
  Pacer& pacer() override { return pacer_; }
  std::array<char, 64 * 1024>& read_buffer() override { return read_buffer_; }
  void forget(Connection& connection) override;

  void listen();
  void accept();
  void on_accept(boost::system::error_code failed, boost::asio::ip::tcp::socket socket);
  void close_all();
  void run() noexcept;

  Service& service_;
  Recorder& recorder_;
  std::array<char, 64 * 1024> read_buffer_{};
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer breather_;
  Pacer pacer_;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections_;
  std::uint16_t port_;
  std::thread thread_;
};

}  // namespace fastccg::sim
