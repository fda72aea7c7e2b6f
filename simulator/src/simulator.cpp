#include "fastccg/simulator.hpp"

#include "server/recorder.hpp"
#include "server/server.hpp"
#include "server/service.hpp"

namespace fastccg {

class Simulator::Impl {
 public:
  explicit Impl(const SimulatorOptions& options)
      : recorder(options.keep_requests()), service(options, recorder), server(options.port(), service, recorder) {}

  sim::Recorder recorder;
  sim::Service service;
  sim::Server server;
};

Simulator::Simulator(SimulatorOptions options) : impl_(std::make_unique<Impl>(options)) {}
Simulator::~Simulator() = default;

std::string Simulator::url() const { return "http://127.0.0.1:" + std::to_string(port()); }
std::uint16_t Simulator::port() const noexcept { return impl_->server.port(); }

std::vector<RecordedRequest> Simulator::requests() const { return impl_->recorder.requests(); }
std::size_t Simulator::request_count() const { return impl_->recorder.request_count(); }
bool Simulator::wait_for_requests(std::size_t count, std::chrono::milliseconds timeout) const {
  return impl_->recorder.wait_for_requests(count, timeout);
}
void Simulator::clear_requests() { impl_->recorder.clear(); }

std::size_t Simulator::connection_count() const { return impl_->recorder.connection_count(); }
std::size_t Simulator::open_connections() const { return impl_->recorder.open_connections(); }
bool Simulator::wait_for_open_connections(std::size_t count, std::chrono::milliseconds timeout) const {
  return impl_->recorder.wait_for_open_connections(count, timeout);
}

void Simulator::set_faults(std::vector<Fault> faults) { impl_->service.set_faults(std::move(faults)); }
void Simulator::refuse_connections(bool on) { impl_->server.refuse_connections(on); }

}  // namespace fastccg
