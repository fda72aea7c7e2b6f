#include "faults/catalog.hpp"

#include <array>

namespace fastccg::sim {
namespace {

using P = FaultParameter;

constexpr std::array choosing{P{"first", Form::number}, P{"skip", Form::number}, P{"every", Form::number},
                              P{"path", Form::text}};

constexpr std::array status{
    P{"code", Form::number, "500"},  P{"retry-after", Form::text},  P{"retry-after-ms", Form::number},
    P{"reset-requests", Form::text}, P{"reset-tokens", Form::text}, P{"should-retry", Form::text},
    P{"location", Form::text},       P{"html", Form::number},       P{"type", Form::text},
    P{"error-code", Form::text},     P{"message", Form::text}};
constexpr std::array limit{P{"retry-after", Form::text},    P{"retry-after-ms", Form::number},
                           P{"reset-requests", Form::text}, P{"reset-tokens", Form::text},
                           P{"should-retry", Form::text},   P{"message", Form::text}};
constexpr std::array message{P{"message", Form::text}};
constexpr std::array wait{P{"ms", Form::number}};
constexpr std::array wait_inside{P{"events", Form::number, "1"}, P{"bytes", Form::number}, P{"ms", Form::number}};
constexpr std::array inside{P{"events", Form::number, "1"}, P{"bytes", Form::number}};
constexpr std::array extra{P{"bytes", Form::number, "10"}};
constexpr std::array split{P{"max", Form::number, "3"}, P{"seed", Form::number, "1"}, P{"delay-ms", Form::number, "0"}};
constexpr std::array drip{P{"bytes", Form::number, "1"}, P{"delay-ms", Form::number, "10"}};
constexpr std::array at_event{P{"events", Form::number, "1"}};
constexpr std::array error_event{P{"events", Form::number, "1"}, P{"code", Form::number, "500"}, P{"type", Form::text},
                                 P{"error-code", Form::text}, P{"message", Form::text}};
constexpr std::array value{P{"value", Form::text, "text/plain"}};
constexpr std::array endless{P{"delay-ms", Form::number, "0"}};
constexpr std::array big{P{"bytes", Form::number, "16777216"}};
constexpr std::array big_header{P{"bytes", Form::number, "1048576"}};
constexpr std::array heartbeats_only{P{"delay-ms", Form::number, "100"}};
constexpr std::array heartbeats{P{"count", Form::number, "1"}, P{"text", Form::text}};
constexpr std::array early{P{"code", Form::number, "413"}};
constexpr std::array closing{P{"silent", Form::number, "0"}};
constexpr std::array garbage{P{"bytes", Form::number, "256"}};

constexpr std::array catalog{
    FaultEntry{"status", status, "an error answer as the provider writes it; with `location` a redirect"},
    FaultEntry{"rate-limit", limit, "429: too many requests"},
    FaultEntry{"quota", message, "429: the account has no credit left"},
    FaultEntry{"context-length", message, "400: the conversation is too long for the model"},
    FaultEntry{"stall-before-headers", wait, "waits before it answers: so long, or until the client leaves"},
    FaultEntry{"stall-mid-stream", wait_inside, "the same after so many events, or bytes of the body"},
    FaultEntry{"reset-before-headers", {}, "resets the connection instead of answering"},
    FaultEntry{"reset-in-body", inside, "resets the connection after so many events, or bytes of the body"},
    FaultEntry{"truncate", inside, "closes the connection there, so that the body has no end"},
    FaultEntry{"long-content-length", extra, "announces more bytes than follow"},
    FaultEntry{"split", split, "writes the answer in random pieces of 1 to `max` bytes"},
    FaultEntry{"drip", drip, "writes the answer slowly, so many bytes at a time"},
    FaultEntry{"malformed-event", at_event, "cuts the JSON of the event after that many in half"},
    FaultEntry{"error-event", error_event, "ends a stream that began well with an error, after so many events"},
    FaultEntry{"invalid-utf8", at_event, "bytes that are no UTF-8 inside of a text, after that many events"},
    FaultEntry{"duplicate-event", at_event, "the event after that many comes twice"},
    FaultEntry{"swap-events", at_event, "the event after that many and the next change places"},
    FaultEntry{"unknown-event", at_event, "an event of a kind that nobody knows, after that many"},
    FaultEntry{"missing-terminator", {}, "leaves out the last word of a stream, such as [DONE]"},
    FaultEntry{"content-type", value, "another content type than the content has"},
    FaultEntry{"endless", endless,
               "a stream that repeats its text for ever, or a whole answer followed by blanks without end"},
    FaultEntry{"huge-event", big, "a first event, or an answer, of so many bytes"},
    FaultEntry{"huge-line", big,
               "a comment line of so many bytes before the first event; blanks before a whole answer"},
    FaultEntry{"huge-header", big_header, "a header of so many bytes"},
    FaultEntry{"heartbeats", heartbeats, "comments, or what the provider sends instead, before every event"},
    FaultEntry{"heartbeats-only", heartbeats_only, "heartbeats for ever and nothing else"},
    FaultEntry{"early-response", early, "answers with an error as soon as the headers are read, then closes"},
    FaultEntry{"close", closing, "closes the connection after the answer; if silent, without announcing it"},
    FaultEntry{"close-delimited", {}, "no length and no chunks: the body ends where the connection does"},
    FaultEntry{"empty-body", {}, "a good status with nothing after it"},
    FaultEntry{"garbage", garbage, "random bytes that are no HTTP at all"},
};

}  // namespace

std::span<const FaultEntry> fault_catalog() { return catalog; }
std::span<const FaultParameter> choosing_parameters() { return choosing; }

}  // namespace fastccg::sim
