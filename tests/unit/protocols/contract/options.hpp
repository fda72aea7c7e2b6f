#pragma once

#include <functional>
#include <string>
#include <vector>

#include "speakers.hpp"

namespace fastccg::protocols::contract {

/// What becomes of something that was asked for.
enum class Fate {
  sent,     ///< It is in the request.
  warned,   ///< It was left out or changed, and the reply says so.
  refused,  ///< There is an error instead of a request.
  dropped,  ///< Nothing tells that it was asked for.
};

/// One value of a setting.
class Option {
 public:
  Option(std::string setting_, std::string value_, std::function<void(Settings&)> set_)
      : setting(std::move(setting_)), value(std::move(value_)), set(std::move(set_)) {}

  std::string setting;
  std::string value;
  std::function<void(Settings&)> set;
};

/// All settings that are the protocols' business, each with the values that are rendered in different ways.
const std::vector<Option>& options();

/// Settings that the call itself obeys, whatever the protocol is.
const std::vector<std::string>& settings_of_the_call();

/// What everything is asked beside: instructions and tools, since several settings are about those.
Settings usual_settings();

Fate fate_of(const Speaker& speaker, const Option& option, const ModelInfo& model);

}  // namespace fastccg::protocols::contract
