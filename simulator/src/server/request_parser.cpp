#include "server/request_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

#include "model/text.hpp"

namespace fastccg::sim {
namespace http = boost::beast::http;
namespace {

constexpr std::uint64_t largest_body = 256U << 20U;
constexpr std::uint32_t largest_head = 256U << 10U;

}  // namespace

class RequestParser::Impl {
 public:
  using Parser = http::request_parser<http::string_body>;

  // The parser is made when a request begins, so that an idle connection costs little.
  Parser& parser() {
    if (parser_) return *parser_;
    parser_.emplace();
    parser_->body_limit(largest_body);
    parser_->header_limit(largest_head);
    headers_reported = false;
    return *parser_;
  }
  void reset() { parser_.reset(); }

  bool headers_reported = false;

 private:
  std::optional<Parser> parser_;
};

RequestParser::RequestParser() : impl_(std::make_unique<Impl>()) {}
RequestParser::~RequestParser() = default;

RequestParser::State RequestParser::feed(std::string_view& bytes) {
  auto& parser = impl_->parser();
  while (!parser.is_done()) {
    if (bytes.empty()) return State::more;
    boost::system::error_code failed;
    const auto used = parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), failed);
    bytes.remove_prefix(used);
    if (failed && failed != http::error::need_more) {
      error_status_ = failed == http::error::body_limit ? 413 : failed == http::error::header_limit ? 431 : 400;
      return State::bad;
    }
    if (parser.is_header_done() && !impl_->headers_reported) {
      impl_->headers_reported = true;
      read_headers();
      return State::headers;
    }
    if (failed == http::error::need_more) return State::more;
  }
  return State::done;
}

void RequestParser::read_headers() {
  const auto& message = impl_->parser().get();
  request_ = Request();
  request_.method = std::string_view(message.method_string());
  request_.target = std::string_view(message.target());
  const auto mark = request_.target.find('?');
  request_.path = request_.target.substr(0, mark);
  if (mark != std::string::npos) request_.query = request_.target.substr(mark + 1);
  for (const auto& field : message)
    request_.headers.emplace_back(std::string_view(field.name_string()), std::string_view(field.value()));
  request_.version = message.version();
  request_.keep_alive = message.keep_alive();
}

Request RequestParser::take() {
  auto request = std::move(request_);
  request.body = std::move(impl_->parser().get().body());
  request_ = Request();
  impl_->reset();
  return request;
}

bool RequestParser::expects_continue() const noexcept {
  return equal_ignoring_case(request_.header("expect"), "100-continue");
}

}  // namespace fastccg::sim
