#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "corpus.hpp"

namespace recordings {

/// An API that turns texts into vectors.
class EmbeddingApi {
 public:
  std::string_view name;  ///< Of the folder.
  fastccg::protocols::Speaks speaks;
};

const std::vector<EmbeddingApi>& embedding_apis();

/// Decodes the recorded answer and compares: what differs, one line each.
std::vector<std::string> compare_vectors(const Exchange& exchange, const EmbeddingApi& api);

/// Reads the recorded request, renders it again and compares. `beyond` says what the library cannot ask for; if it is not
/// empty the request is not compared.
std::vector<std::string> compare_embedding_request(const Exchange& exchange, const EmbeddingApi& api,
                                                   std::string& beyond);

}  // namespace recordings
