#include "personas/model_list.hpp"

#include <boost/json/serialize.hpp>

namespace fastccg::sim {
namespace {

constexpr std::string_view list_path = "/models";

// The model that a path names; empty for the list of all.
std::string model_in(const std::string& path) {
  const auto start = std::min(path.rfind(list_path) + list_path.size() + 1, path.size());
  return path.substr(start);
}

}  // namespace

bool ModelList::serves(const Request& request) const {
  const auto at = request.path.rfind(list_path);
  if (at == std::string::npos) return false;
  const auto rest = std::string_view(request.path).substr(at + list_path.size());
  const bool is_path = rest.empty() || rest == "/" || (rest[0] == '/' && request.method == "GET");
  return is_path && is_meant(request);
}

Response ModelList::answer(const Request& request, Backstage& backstage, std::uint64_t identity) const {
  const auto& rules = backstage.rules;
  check_access(request, rules, "GET");
  const auto model = model_in(request.path);
  if (!model.empty()) check_model(model, rules);
  boost::json::array models;
  if (model.empty())
    for (const auto& each : rules.models.empty() ? usual_models() : rules.models) models.push_back(describe(each));
  Response response(200, boost::json::serialize(model.empty() ? list(std::move(models)) : describe(model)));
  response.headers = headers(identity);
  return response;
}

}  // namespace fastccg::sim
