#pragma once

#include "requests.hpp"

namespace recordings {

/// Reads a request of Gemini's. Members that are no setting of ours become the setting `extra`.
NeutralRequest read_generate_request(const boost::json::object& body, const std::string& provider);
Json normalised_generate_request(boost::json::object body);

}  // namespace recordings
