#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "personas/openai_common.hpp"

namespace fastccg::sim {
namespace {

namespace json = boost::json;

json::object describe(const std::string& model) {
  return {{"id", model}, {"object", "model"}, {"created", openai_created}, {"owned_by", "fastccg-simulator"}};
}

// `GET {base}/models` and `GET {base}/models/{id}`.
class OpenAiModels : public Persona {
 public:
  std::string_view name() const noexcept override { return "openai_models"; }

  bool serves(const Request& request) const override {
    const auto at = request.path.rfind("/models");
    if (at == std::string::npos) return false;
    const auto rest = std::string_view(request.path).substr(at + 7);
    return rest.empty() || rest == "/" || (rest[0] == '/' && request.method == "GET");
  }

  Response respond(const Request& request, Backstage& backstage) const override {
    const auto identity = identity_of(request, backstage.rules.seed);
    if (const auto problem = check_key(request, backstage.rules)) return render_problem(*problem, identity);
    if (request.method != "GET") {
      Problem problem(405, Problem::Kind::wrong_method);
      problem.message = request.method + " " + request.path;
      return render_problem(problem, identity);
    }
    const auto name = request.path.substr(std::min(request.path.rfind("/models") + 8, request.path.size()));
    Response response(200, json::serialize(name.empty() ? list(backstage.rules) : describe(name)));
    if (!name.empty() && !backstage.rules.knows_model(name)) {
      Problem problem(404, Problem::Kind::unknown_model);
      problem.message = name;
      return render_problem(problem, identity);
    }
    response.headers = openai_headers(identity);
    return response;
  }

  Response render_problem(const Problem& problem, std::uint64_t identity) const override {
    return render_openai_problem(problem, identity);
  }
  std::string render_stream_problem(const Problem& problem, const std::vector<Event>&) const override {
    return render_openai_stream_problem(problem);
  }

 private:
  static json::object list(const Rules& rules) {
    json::array models;
    for (const auto& model : openai_models(rules)) models.push_back(describe(model));
    return {{"object", "list"}, {"data", std::move(models)}};
  }
};

}  // namespace

std::unique_ptr<Persona> make_openai_models();
std::unique_ptr<Persona> make_openai_models() { return std::make_unique<OpenAiModels>(); }

}  // namespace fastccg::sim
