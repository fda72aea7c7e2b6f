#pragma once

#include "requests.hpp"

namespace recordings {

/// Reads a request of OpenAI's Responses. Members that are no setting of ours become the setting `extra`.
NeutralRequest read_responses_request(const boost::json::object& body, const std::string& provider);
Json normalised_responses_request(boost::json::object body);

}  // namespace recordings
