#include "fastccg/simulator/fault.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "faults/catalog.hpp"
#include "model/text.hpp"

namespace fastccg {
namespace {

using sim::FaultEntry;
using sim::FaultParameter;
using sim::Form;

const FaultEntry* find_entry(std::string_view name) {
  const auto catalog = sim::fault_catalog();
  const auto found =
      std::find_if(catalog.begin(), catalog.end(), [name](const auto& each) { return each.name == name; });
  return found == catalog.end() ? nullptr : &*found;
}

const FaultParameter* find_parameter(std::string_view fault, std::string_view name) {
  const auto* entry = find_entry(fault);
  for (const auto list : {entry->parameters, sim::choosing_parameters()})
    for (const auto& parameter : list)
      if (parameter.name == name) return &parameter;
  return nullptr;
}

bool is_number(std::string_view text) {
  constexpr std::size_t most_digits = 15;
  return !text.empty() && text.size() <= most_digits && std::all_of(text.begin(), text.end(), sim::is_digit);
}

int hex_digit(char c) {
  if (sim::is_digit(c)) return c - '0';
  const auto small = sim::lower(c);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

std::string decode(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0;
    result += escape ? static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])) : text[i];
    if (escape) i += 2;
  }
  return result;
}

std::string encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string result;
  for (const auto c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && c != '%' && c != ',' && c != ';' && c != '=') {
      result += c;
    } else {
      result += '%';
      result += digits[byte / 16];
      result += digits[byte % 16];
    }
  }
  return result;
}

std::string names_of(std::span<const FaultParameter> own) {
  std::string result;
  for (const auto list : {own, sim::choosing_parameters()})
    for (const auto& parameter : list) result += (result.empty() ? "" : ", ") + std::string(parameter.name);
  return result;
}

template <class Use>
void split(std::string_view text, char separator, Use use) {
  while (true) {
    const auto end = text.find(separator);
    use(sim::trim(text.substr(0, end)));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

Fault::Fault(std::string_view text) {
  split(text, ';', [this](std::string_view piece) {
    const auto equals = piece.find('=');
    if (name_.empty()) {
      name_ = piece;
      if (is_number(piece)) {
        name_ = "status";
        set("code", piece);
      }
      if (find_entry(name_) != nullptr) return;
      std::string known;
      for (const auto& entry : sim::fault_catalog()) known += (known.empty() ? "" : ", ") + std::string(entry.name);
      throw std::invalid_argument("there is no fault '" + std::string(piece) + "'; there are a status code, " + known);
    }
    if (piece.empty()) return;
    if (equals == std::string_view::npos)
      throw std::invalid_argument("'" + std::string(piece) + "' in fault '" + name_ +
                                  "' has no value; write name=value");
    set(sim::trim(piece.substr(0, equals)), decode(sim::trim(piece.substr(equals + 1))));
  });
}

void Fault::set(std::string_view parameter, std::string_view value) {
  const auto* known = find_parameter(name_, parameter);
  if (known == nullptr)
    throw std::invalid_argument("fault '" + name_ + "' has no parameter '" + std::string(parameter) + "'; it has " +
                                names_of(find_entry(name_)->parameters));
  if (known->form == Form::number && !is_number(value))
    throw std::invalid_argument("'" + std::string(parameter) + "' of fault '" + name_ +
                                "' must be a whole number, not '" + std::string(value) + "'");
  const bool has_control =
      std::any_of(value.begin(), value.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (has_control)
    throw std::invalid_argument("'" + std::string(parameter) + "' of fault '" + name_ + "' has control characters");
  std::int64_t number = 0;
  if (parameter == "code") {
    std::from_chars(value.data(), value.data() + value.size(), number);
    if (number < 200 || number > 599)
      throw std::invalid_argument("a status code lies between 200 and 599, not at '" + std::string(value) + "'");
  }
  values_.insert_or_assign(std::string(parameter), std::string(value));
}

Fault& Fault::with(std::string_view parameter, std::string_view value) & {
  set(parameter, value);
  return *this;
}

Fault& Fault::with(std::string_view parameter, std::int64_t value) & { return with(parameter, std::to_string(value)); }

Fault&& Fault::with(std::string_view parameter, std::string_view value) && { return std::move(with(parameter, value)); }

Fault&& Fault::with(std::string_view parameter, std::int64_t value) && { return std::move(with(parameter, value)); }

bool Fault::has(std::string_view parameter) const { return values_.find(parameter) != values_.end(); }

std::string Fault::text(std::string_view parameter) const {
  if (const auto found = values_.find(parameter); found != values_.end()) return found->second;
  const auto* known = find_parameter(name_, parameter);
  return known == nullptr ? std::string() : std::string(known->standard);
}

std::int64_t Fault::number(std::string_view parameter) const {
  const auto value = text(parameter);
  std::int64_t result = 0;
  std::from_chars(value.data(), value.data() + value.size(), result);
  return result;
}

std::string Fault::to_string() const {
  auto result = name_;
  for (const auto& [parameter, value] : values_) result += ";" + parameter + "=" + encode(value);
  return result;
}

std::vector<Fault> Fault::parse_list(std::string_view text) {
  std::vector<Fault> faults;
  split(text, ',', [&faults](std::string_view piece) {
    if (!piece.empty()) faults.emplace_back(piece);
  });
  return faults;
}

std::string Fault::help() {
  std::string result;
  for (const auto& entry : sim::fault_catalog()) {
    result += "  " + std::string(entry.name);
    for (const auto& parameter : entry.parameters)
      result += ";" + std::string(parameter.name) + "=" +
                (parameter.standard.empty() ? std::string("…") : std::string(parameter.standard));
    result += "\n      " + std::string(entry.summary) + "\n";
  }
  return result;
}

}  // namespace fastccg
