#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "personas/persona.hpp"

namespace fastccg::sim {

/// `GET {base}/models` and `GET {base}/models/{id}`: where the providers differ is how they describe a model.
class ModelList : public Endpoint {
 public:
  bool serves(const Request& request) const final;
  std::string render_stream_problem(const Problem& problem, const std::vector<Event>&) const final {
    return render_problem(problem, 0).body;
  }

 protected:
  Response answer(const Request& request, Backstage& backstage, std::uint64_t identity) const final;
  /// Whether the request comes to this provider, given that it asks for models.
  virtual bool is_meant(const Request& request) const = 0;
  /// The models that there are where the rules name none.
  virtual std::vector<std::string> usual_models() const = 0;
  virtual boost::json::object describe(const std::string& model) const = 0;
  virtual boost::json::object list(boost::json::array models) const = 0;
  virtual Headers headers(std::uint64_t identity) const = 0;
};

}  // namespace fastccg::sim
