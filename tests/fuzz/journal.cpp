#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "fastccg/error.hpp"
#include "session/checksum.hpp"
#include "session/journal.hpp"

namespace {

using namespace fastccg;

/// The line as a record with the right length and checksum, which no fuzzer would find.
std::string framed(std::string_view line) {
  const auto covered = std::string(line) + '\n';
  char crc[9];
  std::snprintf(crc, sizeof crc, "%08x", session::crc32c(covered));
  return std::string("{\"crc\":\"") + crc + "\",\"size\":" + std::to_string(covered.size()) + "," + covered;
}

/// After a first line that says "framed", each line is one that only lacks its beginning. Anything else is taken as it is.
std::string journal_in(std::string_view text) {
  constexpr std::string_view mark = "framed\n";
  if (!text.starts_with(mark)) return std::string(text);
  std::string journal;
  for (text.remove_prefix(mark.size()); !text.empty();) {
    const auto line = text.substr(0, text.find('\n'));
    journal += framed(line);
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return journal;
}

std::string rendered(const session::JournalImage& image) {
  std::string entries;
  session::render_entry(entries, session::SettingsText(image.settings));
  for (const auto& turn : image.turns) session::render_entry(entries.append(", "), turn);
  std::string text;
  session::render_journal_header(text, image.name);
  session::render_record(text, 1, entries);
  return text;
}

}  // namespace

/// Whatever the file: it is refused with a `SessionError`, or what was read is written and read again without a change,
/// and is all in the part that is called sound.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = journal_in(std::string_view(reinterpret_cast<const char*>(data), size));
  session::RecoveredJournal found;
  try {
    found = session::recover(text);
  } catch (const SessionError&) {
    return 0;
  }
  const auto written = rendered(found.image);
  if (rendered(session::recover(written).image) != written) std::abort();
  const auto sound = session::recover(std::string_view(text).substr(0, found.sound_bytes));
  if (!sound.warnings.empty() || rendered(sound.image) != written) std::abort();
  return 0;
}
