#include "protocols/shared/sampling.hpp"

namespace fastccg::protocols::shared {

bool reasons(const Request& request) noexcept {
  const auto& model = request.model;
  const auto& reasoning = request.settings.reasoning();
  if (!model.reasons && !model.reasons_by_default) return false;
  return reasoning ? !reasoning->is_off() : model.reasons_by_default;
}

bool may_sample(const Request& request, const char* setting, std::vector<Warning>& warnings) {
  using Sampling = ModelInfo::Sampling;
  const auto sampling = request.model.sampling;
  if (sampling == Sampling::allowed || (sampling == Sampling::only_without_reasoning && !reasons(request))) return true;
  warnings.emplace_back(setting, sampling == Sampling::rejected
                                     ? "the model does not take it; it was left out"
                                     : "the model takes it only with reasoning off; it was left out");
  return false;
}

}  // namespace fastccg::protocols::shared
