#include <algorithm>
#include <array>

#include "matrix.hpp"

namespace fastccg::faults {

namespace {

using namespace std::chrono_literals;

class Status {
 public:
  int code;
  std::string_view kind;
};

/// Every refusal by status, with the provider's own words and with the page of some machine in between.
constexpr std::array statuses{Status{400, "invalid_request"},
                              Status{401, "authentication"},
                              Status{402, "quota_exhausted"},
                              Status{403, "permission"},
                              Status{404, "model_unavailable"},
                              Status{405, "invalid_request"},
                              Status{408, "server"},
                              Status{409, "server"},
                              Status{410, "invalid_request"},
                              Status{413, "invalid_request"},
                              Status{415, "invalid_request"},
                              Status{422, "invalid_request"},
                              Status{424, "invalid_request"},
                              Status{429, "rate_limited"},
                              Status{451, "invalid_request"},
                              Status{500, "server"},
                              Status{501, "server"},
                              Status{502, "server"},
                              Status{503, "overloaded"},
                              Status{504, "server"},
                              Status{520, "server"},
                              Status{529, "overloaded"},
                              Status{599, "server"}};

constexpr std::array unknown_to_gemini{402, 405, 410, 415, 422, 424, 451};

std::vector<Row> make_rows() {
  std::vector<Row> all;
  const auto add = [&](Row row) { all.push_back(std::move(row)); };

  // No answer at all.
  add(Row("connection refused", "", Expected("connection")).in(Scene::refused));
  add(Row("certificate of a stranger", "", Expected("tls")).in(Scene::certificate));
  add(Row("reset before the headers", "reset-before-headers", Expected("connection")));
  add(Row("stall before the headers", "stall-before-headers", Expected("timeout:first_byte"))
          .takes(first_byte_deadline));
  add(Row("no HTTP", "garbage;bytes=256", Expected("protocol")));
  add(Row("nothing but headers", "empty-body", Expected("stream_truncated")));
  add(Row("heartbeats and nothing else", "heartbeats-only;delay-ms=20", Expected("timeout:first_byte"))
          .takes(first_byte_deadline));

  // An answer that breaks off.
  add(Row("reset in the body", "reset-in-body;events=6", Expected("connection", "connection+text")));
  add(Row("stall in the body", "stall-mid-stream;events=6", Expected("timeout:idle", "timeout:idle+text"))
          .takes(idle_deadline));
  add(Row("cut, chunked", "truncate;events=6", Expected("stream_truncated", "stream_truncated+text")));
  add(Row("cut, until the end of the connection", "close-delimited,truncate;events=6",
          Expected("protocol", "stream_truncated+text")));
  add(Row("cut, with a length", "long-content-length;bytes=10", Expected("stream_truncated", "answer")));

  // An answer that is slow, or in pieces.
  add(Row("in small pieces", "split;max=3", Expected("answer")));
  add(Row("slow drip", "drip;bytes=40;delay-ms=1", Expected("answer")));
  add(Row("heartbeats between events", "heartbeats;count=3", Expected("answer")));
  add(Row("no end mark", "missing-terminator", Expected("answer"))
          .except("messages", Expected("answer", "stream_truncated+text"))
          .except("responses", Expected("answer", "stream_truncated+text")));
  add(Row("until the end of the connection", "close-delimited", Expected("answer")));
  add(Row("connection closed without notice", "close;silent=1", Expected("answer")));
  add(Row("another content type", "content-type;value=text/plain", Expected("answer")));

  // Refusals.
  for (const auto& status : statuses) {
    const auto code = std::to_string(status.code);
    auto row = Row(code, "status;code=" + code, Expected(status.kind));
    // The simulator gives statuses that Gemini does not use its words for a precondition: this key may not do that.
    if (std::ranges::find(unknown_to_gemini, status.code) != unknown_to_gemini.end())
      row = std::move(row).except("generate_content", Expected("permission"));
    add(std::move(row));
    add(Row(code + " in HTML", "status;html=1;code=" + code, Expected(status.kind)));
  }
  add(Row("no credit", "quota", Expected("quota_exhausted"))
          .except("mistral", Expected("rate_limited"))  // it says so in words alone
          .attempts(3, 1));
  add(Row("context too long", "context-length", Expected("context_too_long")).attempts(3, 1));
  add(Row("redirect", "status;code=307;location=http://127.0.0.1:1/", Expected("protocol"))
          .except("generate_content", Expected("permission")));
  add(Row("early answer", "early-response;code=413", Expected("invalid_request")));

  // Refusals that pass.
  add(Row("429, then well", "rate-limit;first=1", Expected("answer")).attempts(2));
  add(Row("429, retry-after", "rate-limit;retry-after=1;first=1", Expected("answer")).attempts(2).takes(1000ms));
  add(Row("429, retry-after-ms", "rate-limit;retry-after-ms=150;first=1", Expected("answer")).attempts(2).takes(150ms));
  add(Row("429, retry-after too far", "rate-limit;retry-after=100;first=1", Expected("rate_limited")).attempts(2, 1));
  add(Row("429, a date too far", "rate-limit;retry-after=date;first=1", Expected("rate_limited"))
          .except("generate_content", Expected("answer"))
          .attempts(2, 1));
  add(Row("429, do not retry", "rate-limit;should-retry=false;first=1", Expected("rate_limited")).attempts(2, 1));
  add(Row("500, then well", "500;first=1", Expected("answer")).attempts(2));
  add(Row("reset, then well", "reset-before-headers;first=1", Expected("answer")).attempts(2));

  // An answer that is wrong.
  add(Row("error inside of the answer", "error-event;events=6", Expected("server", "server+text")));
  add(Row("half an event", "malformed-event;events=6", Expected("protocol", "protocol+text")));
  add(Row("no UTF-8", "invalid-utf8;events=6", Expected("protocol", "protocol+text")));
  add(Row("an event twice", "duplicate-event;events=6", Expected("answer")));
  add(Row("two events swapped", "swap-events;events=6", Expected("answer")));
  add(Row("an event that nobody knows", "unknown-event;events=6", Expected("answer")));

  // An answer without measure.
  add(Row("giant header", "huge-header;bytes=1000000", Expected("protocol")));
  add(Row("giant line", "huge-line;bytes=1500000", Expected("protocol")));
  add(Row("giant event or body", "huge-event;bytes=1500000", Expected("protocol")));
  add(Row("no end", "endless;delay-ms=1", Expected("timeout:total", "timeout:total+text")).takes(total_deadline));
  return all;
}

}  // namespace

const Expected& Row::expected_of(std::string_view service) const {
  const auto found = std::ranges::find(exceptions, service, &std::pair<std::string_view, Expected>::first);
  return found == exceptions.end() ? expected : found->second;
}

const std::vector<Row>& rows() {
  static const auto all = make_rows();
  return all;
}

}  // namespace fastccg::faults
