#include "personas/openai_common.hpp"

namespace fastccg::sim {
namespace {

// Whatever nobody else serves.
class UnknownPath : public Persona {
 public:
  std::string_view name() const noexcept override { return ""; }
  bool serves(const Request&) const override { return true; }

  Response respond(const Request& request, Backstage& backstage) const override {
    Problem problem(404, Problem::Kind::unknown_path);
    problem.message = request.method + " " + request.path;
    return render_problem(problem, identity_of(request, backstage.rules.seed));
  }

  Response render_problem(const Problem& problem, std::uint64_t identity) const override {
    return render_openai_problem(problem, identity);
  }
  std::string render_stream_problem(const Problem& problem, const std::vector<Event>&) const override {
    return render_openai_stream_problem(problem);
  }
};

}  // namespace

std::unique_ptr<Persona> make_unknown_path();
std::unique_ptr<Persona> make_unknown_path() { return std::make_unique<UnknownPath>(); }

}  // namespace fastccg::sim
