#include "json/document.hpp"

#include <algorithm>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <vector>

#include "json/parse_value.hpp"

namespace fastccg::json {

/// The values lie in blocks that are given back as a whole: a value whose memory comes from such a resource alone does
/// not visit what it holds when it is destroyed.
class Document::Storage {
 public:
  explicit Storage(std::size_t text_bytes)
      : resource(std::clamp(text_bytes, smallest_block, largest_first_block)), value(&resource) {}

  boost::json::monotonic_resource resource;
  boost::json::value value;

 private:
  static constexpr std::size_t smallest_block = 1024;
  static constexpr std::size_t largest_first_block = std::size_t{1} << 20;
};

Document::Document(std::string_view text, Source source)
    : source_(std::move(source)), storage_(std::make_unique<Storage>(text.size())) {
  const auto failure = parse_value(text, boost::json::storage_ptr(&storage_->resource), storage_->value);
  if (!failure) return;
  throw_error(Error(source_.kind, source_.what + " is not valid JSON: line " + std::to_string(failure->line) +
                                      ", column " + std::to_string(failure->column) + ": " + failure->message + ". " +
                                      source_.advice));
}

Document::~Document() = default;

boost::json::value& Document::value() noexcept { return storage_->value; }

Field Document::root() const& { return Field(*this, &storage_->value); }

bool Field::is_null() const noexcept { return value_->is_null(); }
bool Field::is_text() const noexcept { return value_->is_string(); }
bool Field::is_array() const noexcept { return value_->is_array(); }
bool Field::is_object() const noexcept { return value_->is_object(); }

std::string_view Field::text() const {
  const auto* text = value_->if_string();
  if (!text) fail("must be a text");
  return std::string_view(text->data(), text->size());
}

bool Field::boolean() const {
  const auto* boolean = value_->if_bool();
  if (!boolean) fail("must be true or false");
  return *boolean;
}

double Field::number() const {
  double number = 0;
  if (const auto* whole = value_->if_int64())
    number = static_cast<double>(*whole);
  else if (const auto* large = value_->if_uint64())
    number = static_cast<double>(*large);
  else if (const auto* real = value_->if_double())
    number = *real;
  else
    fail("must be a number");
  if (!std::isfinite(number)) fail("is too large a number");
  return number;
}

std::int64_t Field::signed_integer(std::int64_t low, std::int64_t high) const {
  if (!value_->is_number()) fail("must be a whole number");
  const auto* integer = value_->if_int64();
  if (!integer && value_->is_double() && std::trunc(value_->get_double()) != value_->get_double())
    fail("must be a whole number");
  if (!integer || *integer < low || *integer > high)
    fail("must be a whole number from " + std::to_string(low) + " to " + std::to_string(high) + ", without exponent");
  return *integer;
}

std::uint64_t Field::unsigned_integer(std::uint64_t high) const {
  const auto* large = value_->if_uint64();
  const auto value =
      large ? *large : static_cast<std::uint64_t>(signed_integer(0, std::numeric_limits<std::int64_t>::max()));
  if (value > high) fail("must be a whole number up to " + std::to_string(high));
  return value;
}

std::size_t Field::items() const {
  const auto* array = value_->if_array();
  if (!array) fail("must be a list");
  return array->size();
}

Field Field::item(std::size_t index) const& { return Field(*this, &value_->get_array()[index], {}, index); }

std::size_t Field::members() const {
  const auto* object = value_->if_object();
  if (!object) fail("must be an object");
  return object->size();
}

Field Field::member(std::size_t index) const& {
  const auto& member = value_->get_object().begin()[static_cast<std::ptrdiff_t>(index)];
  return Field(*this, &member.value(), std::string_view(member.key().data(), member.key().size()), no_index);
}

const boost::json::value* Field::look_up(std::string_view key) const {
  const auto* object = value_->if_object();
  if (!object) fail("must be an object");
  return object->if_contains(boost::json::string_view(key.data(), key.size()));
}

Field Field::at(std::string_view key) const& {
  const Field field(*this, look_up(key), key, no_index);
  if (!field.value_) field.fail("is missing");
  return field;
}

std::optional<Field> Field::find(std::string_view key) const& {
  const auto* value = look_up(key);
  if (!value || value->is_null()) return std::nullopt;
  return Field(*this, value, key, no_index);
}

std::string Field::path() const {
  std::vector<const Field*> way;
  for (const auto* field = this; field->parent_; field = field->parent_) way.push_back(field);
  std::string path;
  for (auto step = way.rbegin(); step != way.rend(); ++step) {
    if ((*step)->index_ != no_index)
      path.append("[").append(std::to_string((*step)->index_)).append("]");
    else
      path.append(path.empty() ? "" : ".").append(shown((*step)->key_));
  }
  return path;
}

void Field::fail(std::string_view message) const {
  const auto& source = document_->source_;
  auto place = path();
  if (place.empty()) place = "its content";
  throw_error(Error(source.kind, source.what + ": " + place + ": " + std::string(message) + ". " + source.advice));
}

}  // namespace fastccg::json
