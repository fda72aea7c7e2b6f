#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "fastccg/error.hpp"
#include "session/journal.hpp"

namespace {

using namespace fastccg;

/// A journal whose records are the lines of `text`, each with a good checksum, so that what they say is read.
std::string journal_of(std::string_view text) {
  std::string journal;
  session::render_journal_header(journal, "openai/gpt-4o");
  for (std::uint64_t number = 1; !text.empty(); ++number) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    session::render_record(journal, number, line);
  }
  return journal;
}

/// Whatever the file: it is refused with a `SessionError`, or read as far as it is whole, and then again the same.
void recover_twice(std::string_view text) {
  session::RecoveredJournal first;
  try {
    first = session::recover(text);
  } catch (const SessionError&) {
    return;
  }
  if (first.sound_bytes > text.size()) std::abort();
  const auto second = session::recover(text.substr(0, first.sound_bytes));
  if (second.records != first.records || second.image.turns.size() != first.image.turns.size() ||
      second.image.settings != first.image.settings || second.sound_bytes != first.sound_bytes)
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (session::is_journal(text)) recover_twice(text);
  recover_twice(journal_of(text));
  return 0;
}
