#pragma once

#include <string>
#include <vector>

#include "core/request.hpp"
#include "fastccg/reply.hpp"
#include "json/writer.hpp"
#include "protocols/generate_content/family.hpp"
#include "protocols/generate_content/overlay.hpp"

namespace fastccg::protocols::generate_content {

/// Writes the object `generationConfig`: sampling, limits, reasoning and the form of the answer.
class ConfigWriter {
 public:
  ConfigWriter(const Request& request, const Family& family, const Overlay& overlay, std::vector<Warning>& warnings);

  /// The object; "{}" if there is nothing to say. Throws `FastCCGError` for settings that the provider refuses.
  std::string write();

  /// What the model has to be told in words, since it cannot be demanded in another way; empty if nothing.
  std::string instructions() const;

 private:
  bool wants(std::string_view name) const { return !overlay_.replaces("generationConfig", name); }
  template <class T>
  void put(std::string_view name, const T& value) {
    if (wants(name)) out_.member(name, value);
  }
  void warn(const char* setting, std::string why) { warnings_.emplace_back(setting, std::move(why)); }

  bool may_sample(const char* setting);
  bool enforces_format() const;
  bool enforces_schema() const;
  void write_sampling();
  void write_seed();
  void write_stop();
  void write_format();
  void write_reasoning();
  void write_budget(const ReasoningSetting& reasoning);
  void write_level(const ReasoningSetting& reasoning);
  int budget_of(const ReasoningSetting& reasoning);
  std::string level_of(const ReasoningSetting& reasoning);

  const Request& request_;
  const Settings& settings_;
  const Family& family_;
  const Overlay& overlay_;
  std::vector<Warning>& warnings_;
  json::Writer out_;
};

}  // namespace fastccg::protocols::generate_content
