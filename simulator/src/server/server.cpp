#include "server/server.hpp"

#include <boost/asio/post.hpp>
#include <future>

namespace fastccg::sim {
namespace asio = boost::asio;
using boost::system::error_code;

Server::Server(std::uint16_t port, Service& service, Recorder& recorder)
    : service_(service),
      recorder_(recorder),
      work_(io_.get_executor()),
      acceptor_(io_),
      breather_(io_),
      pacer_(io_),
      port_(port) {
  listen();
  accept();
  thread_ = std::thread([this] { run(); });
}

Server::~Server() {
  asio::post(io_, [this] { close_all(); });
  thread_.join();
}

void Server::listen() {
  const asio::ip::tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port_);
  constexpr int backlog = 4096;
  error_code failed;
  acceptor_.open(endpoint.protocol(), failed);
  if (!failed) acceptor_.set_option(asio::socket_base::reuse_address(true), failed);
  if (!failed) acceptor_.bind(endpoint, failed);
  if (!failed) acceptor_.listen(backlog, failed);
  if (failed) {
    error_code ignored;
    acceptor_.close(ignored);
    throw std::system_error(std::error_code(failed.value(), std::system_category()),
                            "cannot listen on 127.0.0.1:" + std::to_string(port_));
  }
  port_ = acceptor_.local_endpoint().port();
}

void Server::accept() {
  acceptor_.async_accept(
      [this](error_code failed, asio::ip::tcp::socket socket) { on_accept(failed, std::move(socket)); });
}

void Server::on_accept(error_code failed, asio::ip::tcp::socket socket) {
  if (!acceptor_.is_open() || failed == asio::error::operation_aborted) return;
  if (failed) {
    // Most likely there are no more file descriptors; some may be free again soon.
    breather_.expires_after(std::chrono::milliseconds(20));
    breather_.async_wait([this](error_code cancelled) {
      if (!cancelled && acceptor_.is_open()) accept();
    });
    return;
  }
  const auto connection =
      std::make_shared<Connection>(std::move(socket), static_cast<Host&>(*this), recorder_.connection_opened());
  connections_.emplace(connection.get(), connection);
  connection->start();
  accept();
}

void Server::forget(Connection& connection) {
  if (connections_.erase(&connection) > 0) recorder_.connection_closed();
}

void Server::refuse_connections(bool on) {
  std::promise<void> done;
  asio::post(io_, [&] {
    try {
      if (on && acceptor_.is_open()) {
        breather_.cancel();
        acceptor_.close();
      } else if (!on && !acceptor_.is_open()) {
        listen();
        accept();
      }
      done.set_value();
    } catch (...) {
      done.set_exception(std::current_exception());
    }
  });
  done.get_future().get();
}

void Server::close_all() {
  error_code ignored;
  acceptor_.close(ignored);
  breather_.cancel();
  pacer_.stop();
  for (auto open = std::exchange(connections_, {}); const auto& [key, connection] : open) {
    connection->close();
    recorder_.connection_closed();
  }
  work_.reset();
  io_.stop();
}

void Server::run() noexcept {
  while (true) {
    try {
      io_.run();
      return;
    } catch (...) {
      // A connection that fails is closed where it fails; whatever comes here must not end the others.
    }
  }
}

}  // namespace fastccg::sim
