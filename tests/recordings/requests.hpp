#pragma once

#include <memory>
#include <string>
#include <vector>

#include "corpus.hpp"

namespace recordings {

/// A recorded request in the neutral model.
class NeutralRequest {
 public:
  fastccg::Settings settings;
  std::vector<fastccg::Message> messages;
  std::string model;
  bool stream = false;
  bool reasons = false;  ///< Whether what was asked for shows that the model thinks.
  /// What the neutral model cannot say; if it is not empty the request is not compared.
  std::string beyond;
};

/// Reads a request of chat completions. Members that are no setting of ours become the setting `extra`.
NeutralRequest read_chat_request(const boost::json::object& body, const std::string& provider);

/// Renders the recorded request again and compares: what differs, one line each. `beyond` as in `NeutralRequest`.
std::vector<std::string> compare_request(const Exchange& exchange, const Api& api, std::string& beyond);

}  // namespace recordings
