// Feeds every recorded exchange through the library and compares what comes out with what the recording says.

#include <cstdio>
#include <iostream>

#include "answers.hpp"
#include "embeddings.hpp"
#include "requests.hpp"
#include "wire.hpp"

namespace {

using namespace recordings;

class Tally {
 public:
  std::size_t agree = 0, known = 0, all = 0;
};

void report(const Exchange& exchange, const std::vector<std::string>& lines) {
  std::cout << exchange.id << " (" << exchange.provider << ")\n";
  for (const auto& line : lines) std::cout << "    " << line << '\n';
}

/// Every exchange, decoded directly, and for a stream cut in many ways, compared with what is expected.
Tally run_answers(const Api& api, const std::vector<Exchange>& exchanges,
                  const std::map<std::string, std::string>& known) {
  Tally tally;
  for (const auto& exchange : exchanges) {
    ++tally.all;
    const auto observed = observe(exchange, api);
    auto lines = compare(exchange, api, observed);
    if (is_stream(exchange))
      if (const auto differs = check_cuts(exchange, api, observed); !differs.empty())
        lines.push_back("the outcome differs when " + differs);
    if (lines.empty()) {
      ++tally.agree;
      if (known.contains(exchange.id)) std::cout << exchange.id << ": listed as a disagreement, but agrees\n";
    } else if (known.contains(exchange.id)) {
      ++tally.known;
    } else {
      report(exchange, lines);
    }
  }
  return tally;
}

/// Every exchange again, over HTTP.
Tally run_wire(const Api& api, const std::vector<Exchange>& exchanges, Wire& wire) {
  Tally tally;
  for (const auto& exchange : exchanges) {
    ++tally.all;
    const auto differs = wire.check(exchange, api, observe(exchange, api));
    if (differs.empty())
      ++tally.agree;
    else
      report(exchange, {differs});
  }
  return tally;
}

Tally run_requests(const Api& api, const std::vector<Exchange>& exchanges,
                   const std::map<std::string, std::string>& known, std::map<std::string, int>& beyond) {
  Tally tally;
  for (const auto& exchange : exchanges) {
    const auto* body = exchange.request.is_object() ? exchange.request.as_object().if_contains("body") : nullptr;
    // What a provider has refused need not be said by us.
    if (!body || !body->is_object() || exchange.status != 200) continue;
    ++tally.all;
    std::string why;
    const auto lines = compare_request(exchange, api, why);
    const auto id = exchange.id + "/request";
    if (!why.empty()) ++beyond[why];
    if (!why.empty() || (!lines.empty() && known.contains(id)))
      ++tally.known;
    else if (lines.empty())
      ++tally.agree;
    else
      report(exchange, lines);
  }
  return tally;
}

Tally run_vectors(const EmbeddingApi& api, const std::vector<Exchange>& exchanges,
                  const std::map<std::string, std::string>& known) {
  Tally tally;
  for (const auto& exchange : exchanges) {
    ++tally.all;
    const auto lines = compare_vectors(exchange, api);
    if (lines.empty())
      ++tally.agree;
    else if (known.contains(exchange.id))
      ++tally.known;
    else
      report(exchange, lines);
  }
  return tally;
}

Tally run_vector_requests(const EmbeddingApi& api, const std::vector<Exchange>& exchanges,
                          std::map<std::string, int>& beyond) {
  Tally tally;
  for (const auto& exchange : exchanges) {
    if (!exchange.request.is_object() || exchange.status != 200) continue;
    ++tally.all;
    std::string why;
    const auto lines = compare_embedding_request(exchange, api, why);
    if (!why.empty()) {
      ++beyond[why];
      ++tally.known;
    } else if (lines.empty()) {
      ++tally.agree;
    } else {
      report(exchange, lines);
    }
  }
  return tally;
}

bool print(const char* title, const std::vector<std::pair<std::string_view, Tally>>& table, const char* known) {
  bool good = true;
  std::printf("\n%-26s %7s %7s %7s\n", title, "agree", known, "of");
  for (const auto& [name, tally] : table) {
    std::printf("%-26s %7zu %7zu %7zu\n", std::string(name).c_str(), tally.agree, tally.known, tally.all);
    good = good && tally.agree + tally.known == tally.all;
  }
  return good;
}

}  // namespace

int main() {
  const auto folder = find_folder();
  if (folder.empty()) {
    std::cout
        << "There are no recordings: neither beside the checkout (../shared/recordings) nor where FASTCCG_RECORDINGS "
           "says. Nothing was compared.\n";
    return 0;
  }
  const auto known = load_known();
  Wire wire;
  std::vector<std::pair<std::string_view, Tally>> answers, requests, over_http;
  std::map<std::string, int> beyond;
  for (const auto& api : apis()) {
    const auto exchanges = load(folder, api.name);
    answers.emplace_back(api.name, run_answers(api, exchanges, known));
    over_http.emplace_back(api.name, run_wire(api, exchanges, wire));
    requests.emplace_back(api.name, run_requests(api, exchanges, known, beyond));
  }
  for (const auto& api : embedding_apis()) {
    const auto exchanges = load(folder, api.name);
    answers.emplace_back(api.name, run_vectors(api, exchanges, known));
    requests.emplace_back(api.name, run_vector_requests(api, exchanges, beyond));
  }
  for (const auto& [what, count] : beyond) std::cout << "requests not compared: " << count << " with " << what << '\n';
  std::cout.flush();
  const bool good_requests = print("requests, rendered again", requests, "beyond");
  const bool good_wire = print("answers over HTTP", over_http, "known");
  const bool good_answers = print("answers", answers, "known");
  return good_answers && good_wire && good_requests ? 0 : 1;
}
