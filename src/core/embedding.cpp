#include <cmath>
#include <utility>

#include "fastccg/embed.hpp"
#include "fastccg/error.hpp"

namespace fastccg {

namespace {

int checked(int value, int least, int most, const char* setting, const char* rule) {
  if (value < least || value > most) throw_error(Error(ErrorKind::usage, std::string(setting) + " must be " + rule));
  return value;
}

/// No model is near it, and sizes computed from it do not overflow.
constexpr int most_dimensions = 1'000'000;

}  // namespace

std::string_view to_string(InputKind kind) noexcept {
  switch (kind) {
    case InputKind::query: return "query";
    case InputKind::document: return "document";
    case InputKind::similarity: return "similarity";
    case InputKind::classification: return "classification";
    case InputKind::clustering: return "clustering";
    case InputKind::question: return "question";
    case InputKind::fact_verification: return "fact_verification";
    case InputKind::code_query: break;
  }
  return "code_query";
}

EmbeddingSettings& EmbeddingSettings::dimensions(int value) {
  dimensions_ = checked(value, 1, most_dimensions, "dimensions", "from 1 to 1000000");
  return *this;
}

EmbeddingSettings& EmbeddingSettings::input_kind(InputKind value) {
  input_kind_ = value;
  return *this;
}
EmbeddingSettings& EmbeddingSettings::normalize(bool value) {
  normalize_ = value;
  return *this;
}
EmbeddingSettings& EmbeddingSettings::encoding(VectorEncoding value) {
  encoding_ = value;
  return *this;
}

EmbeddingSettings& EmbeddingSettings::batch_size(int value) {
  batch_size_ = checked(value, 1, 1'000'000, "batch_size", "from 1 to 1000000");
  return *this;
}

EmbeddingSettings& EmbeddingSettings::parallel(int value) {
  parallel_ = checked(value, 1, 64, "parallel", "from 1 to 64");
  return *this;
}

EmbeddingSettings& EmbeddingSettings::extra(std::string json_object) {
  extra_ = std::move(json_object);
  return *this;
}

EmbeddingSettings& EmbeddingSettings::extra_headers(Pairs headers) {
  extra_headers_ = Settings().extra_headers(std::move(headers)).extra_headers();
  return *this;
}

EmbeddingSettings& EmbeddingSettings::timeouts(Timeouts value) {
  timeouts_ = value;
  return *this;
}
EmbeddingSettings& EmbeddingSettings::retries(Retries value) {
  retries_ = value;
  return *this;
}
EmbeddingSettings& EmbeddingSettings::limits(Limits value) {
  limits_ = value;
  return *this;
}

EmbeddingSettings EmbeddingSettings::overlaid_with(const EmbeddingSettings& over) const {
  EmbeddingSettings result = *this;
  const auto lay = [](auto& below, const auto& above) {
    if (above) below = above;
  };
  lay(result.dimensions_, over.dimensions_);
  lay(result.input_kind_, over.input_kind_);
  lay(result.normalize_, over.normalize_);
  lay(result.encoding_, over.encoding_);
  lay(result.batch_size_, over.batch_size_);
  lay(result.parallel_, over.parallel_);
  lay(result.extra_, over.extra_);
  lay(result.extra_headers_, over.extra_headers_);
  lay(result.timeouts_, over.timeouts_);
  lay(result.retries_, over.retries_);
  lay(result.limits_, over.limits_);
  return result;
}

Texts::Texts(const char* text) { list.emplace_back(text); }
Texts::Texts(std::string text) { list.push_back(std::move(text)); }
Texts::Texts(std::string_view text) { list.emplace_back(text); }
Texts::Texts(std::vector<std::string> texts) : list(std::move(texts)) {}
Texts::Texts(std::initializer_list<std::string_view> texts) : list(texts.begin(), texts.end()) {}

double cosine_similarity(std::span<const float> a, std::span<const float> b) {
  if (a.size() != b.size())
    throw_error(Error(ErrorKind::usage, "vectors of " + std::to_string(a.size()) + " and " + std::to_string(b.size()) +
                                            " numbers cannot be compared"));
  double product = 0, square_a = 0, square_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    product += static_cast<double>(a[i]) * b[i];
    square_a += static_cast<double>(a[i]) * a[i];
    square_b += static_cast<double>(b[i]) * b[i];
  }
  if (square_a == 0 || square_b == 0) return 0;
  return product / (std::sqrt(square_a) * std::sqrt(square_b));
}

}  // namespace fastccg
