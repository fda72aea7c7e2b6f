#pragma once

#include <boost/json.hpp>
#include <string>

#include "fastccg/simulator.hpp"
#include "raw_client.hpp"

namespace simulator_test {

inline constexpr auto chat_path = "/v1/chat/completions";

/// One request on a connection of its own.
RawAnswer ask(const fastccg::Simulator& simulator, const std::string& body, const std::string& headers = "");
/// The text of a whole answer.
std::string content(const RawAnswer& answer);
/// The text of a streamed answer, put together.
std::string joined(const RawAnswer& answer);
/// A string somewhere in a JSON text; "null" for null, empty if there is none.
std::string at(const std::string& text, const std::string& pointer);
std::size_t count_at(const std::string& text, const std::string& pointer);

}  // namespace simulator_test
