// Runs a fuzzer's function without a fuzzer: on each file of the folder that is named, on beginnings of it, and on
// copies with a few bytes changed, the same ones every time.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t cuts = 32;
constexpr int changes = 48;

void run(const std::string& text, std::size_t size) {
  // A copy of exactly that size, so that the sanitizers see what is read beyond it.
  const std::vector<std::uint8_t> copy(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size));
  LLVMFuzzerTestOneInput(copy.data(), copy.size());
}

void run_all(const std::string& text) {
  run(text, text.size());
  const auto step = std::max<std::size_t>(text.size() / cuts, 1);
  for (std::size_t size = 0; size < text.size(); size += step) run(text, size);
  if (text.empty()) return;
  std::minstd_rand random(1);
  for (int i = 0; i < changes; ++i) {
    auto changed = text;
    for (int k = 0; k < 3; ++k) changed[random() % changed.size()] = static_cast<char>(random() % 256);
    run(changed, changed.size());
  }
}

}  // namespace

int main(int count, char** arguments) {
  std::size_t files = 0;
  for (int i = 1; i < count; ++i)
    for (const auto& file : std::filesystem::directory_iterator(arguments[i])) {
      std::ifstream stream(file.path(), std::ios::binary);
      std::printf("%s\n", file.path().filename().c_str());
      std::fflush(stdout);
      run_all(std::string(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()));
      ++files;
    }
  return files > 0 ? 0 : 1;
}
