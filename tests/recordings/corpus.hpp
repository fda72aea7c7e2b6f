#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/request.hpp"
#include "fastccg/reply.hpp"
#include "protocols/protocols.hpp"

namespace recordings {

using Json = boost::json::value;

class NeutralRequest;

/// How the exchanges of one folder are decoded and compared. Another protocol is one more row in `apis`.
class Api {
 public:
  std::string_view name;  ///< Of the folder.
  fastccg::protocols::Speaks speaks;
  /// The neutral numbers of `expected`, which has the provider's raw ones.
  fastccg::Usage (*usage)(const boost::json::object& expected);
  /// The neutral model of a recorded request, and what two bodies may differ in and still say the same.
  NeutralRequest (*read_request)(const boost::json::object& body, const std::string& provider);
  Json (*normalised)(boost::json::object body);
};

const std::vector<Api>& apis();

/// One recorded answer and what it says.
class Exchange {
 public:
  std::string id;  ///< File and position, for people and for the list of known disagreements.
  std::string provider;
  Json request;
  int status = 0;
  fastccg::Headers headers;
  std::string body;
  boost::json::object expected;
};

/// The folder of the recordings; empty if there is none.
std::filesystem::path find_folder();

/// The exchanges of one API, sorted by id.
std::vector<Exchange> load(const std::filesystem::path& folder, std::string_view api);

/// Disagreements in which the expectation is wrong, by id: why.
std::map<std::string, std::string> load_known();

/// The member's object; empty if it is missing or no object.
boost::json::object object(const boost::json::object& from, std::string_view name);

/// The member's text; empty if it is missing or no text.
std::string text(const boost::json::object& object, std::string_view name);

/// The provider's quirks if it has a row in the table, else none.
fastccg::protocols::Dialect dialect_of(const std::string& provider);

}  // namespace recordings
