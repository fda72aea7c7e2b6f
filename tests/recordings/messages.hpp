#pragma once

#include "requests.hpp"

namespace recordings {

fastccg::Usage messages_usage(const boost::json::object& expected);
/// Reads a request of Anthropic's messages. Members that are no setting of ours become the setting `extra`.
NeutralRequest read_messages_request(const boost::json::object& body, const std::string& provider);
Json normalised_messages_request(boost::json::object body);

}  // namespace recordings
