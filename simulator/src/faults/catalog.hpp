#pragma once

#include <span>
#include <string_view>

namespace fastccg::sim {

/// Whether a parameter must be a number.
enum class Form { text, number };

class FaultParameter {
 public:
  constexpr FaultParameter() = default;
  constexpr FaultParameter(std::string_view name_, Form form_, std::string_view standard_ = "")
      : name(name_), form(form_), standard(standard_) {}

  std::string_view name;
  Form form = Form::text;
  std::string_view standard;  ///< The value where none is given.
};

class FaultEntry {
 public:
  constexpr FaultEntry(std::string_view name_, std::span<const FaultParameter> parameters_, std::string_view summary_)
      : name(name_), parameters(parameters_), summary(summary_) {}

  std::string_view name;
  std::span<const FaultParameter> parameters;
  std::string_view summary;
};

/// Every fault there is, with the parameters that are its own.
std::span<const FaultEntry> fault_catalog();
/// The parameters that every fault has.
std::span<const FaultParameter> choosing_parameters();

}  // namespace fastccg::sim
