#include "session/journal.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "session/checksum.hpp"
#include "session/file_system.hpp"
#include "session/format.hpp"
#include "session/writer.hpp"

namespace fastccg::session {

namespace {

constexpr std::string_view journal_format = "fastccg-journal";
constexpr std::int64_t journal_version = 1;

// A line is `{"crc":"0123abcd","size":123,` and then as many bytes as the size says, which the checksum covers; the last
// two are the brace and the line break. Inside of a record this beginning cannot occur: quotes within texts are escaped,
// and keys have a blank after their colon.
constexpr std::string_view before_crc = "{\"crc\":\"";
constexpr std::string_view before_size = "\",\"size\":";
constexpr std::size_t crc_digits = 8;

void append_crc(std::string& out, std::uint32_t crc) {
  for (int shift = 28; shift >= 0; shift -= 4) out.push_back("0123456789abcdef"[(crc >> shift) & 0xF]);
}

/// Appends the record whose content is the JSON object `content`.
void append_line(std::string& out, std::string_view content) {
  const auto covered = std::string(content.substr(1)) + '\n';
  out.append(before_crc);
  append_crc(out, crc32c(covered));
  out.append(before_size);
  append_number(out, covered.size());
  out.append(",").append(covered);
}

/// A number at the front of the text, which loses it; nothing that the writer would write otherwise is accepted.
template <class T>
std::optional<T> take_number(std::string_view& text, std::size_t least_digits, std::size_t most_digits, int base) {
  std::size_t digits = 0;
  const auto is_digit = [&](char c) { return (c >= '0' && c <= '9') || (base == 16 && c >= 'a' && c <= 'f'); };
  while (digits < most_digits && digits < text.size() && is_digit(text[digits])) ++digits;
  if (digits < least_digits || (base == 10 && text.front() == '0')) return std::nullopt;
  T value = 0;
  std::from_chars(text.data(), text.data() + digits, value, base);
  text.remove_prefix(digits);
  return value;
}

bool take_literal(std::string_view& text, std::string_view literal) {
  if (!text.starts_with(literal)) return false;
  text.remove_prefix(literal.size());
  return true;
}

/// Finds whole records in a text that anybody may have made.
class RecordFinder {
 public:
  explicit RecordFinder(std::string_view text) : text_(text), budget_(4 * text.size()) {}

  /// The end of the record that begins at `begin`, if it is whole.
  std::optional<std::size_t> end_of(std::size_t begin) {
    auto rest = text_.substr(begin);
    if (!take_literal(rest, before_crc)) return std::nullopt;
    const auto crc = take_number<std::uint32_t>(rest, crc_digits, crc_digits, 16);
    if (!crc || !take_literal(rest, before_size)) return std::nullopt;
    const auto size = take_number<std::size_t>(rest, 1, 15, 10);
    if (!size || !take_literal(rest, ",") || *size < 2 || *size > rest.size()) return std::nullopt;
    const auto covered = rest.substr(0, *size);
    if (!covered.ends_with("}\n") || !spend(*size) || crc32c(covered) != *crc) return std::nullopt;
    return text_.size() - rest.size() + *size;
  }

  /// Whether there is a whole record behind `begin`; or so many beginnings of records that no writer can have left them.
  bool any_after(std::size_t begin) {
    for (auto at = text_.find(before_crc, begin + 1); at != std::string_view::npos; at = text_.find(before_crc, at + 1))
      if (end_of(at) || exhausted_) return true;
    return false;
  }

 private:
  bool spend(std::size_t bytes) {
    exhausted_ = exhausted_ || bytes > budget_;
    if (!exhausted_) budget_ -= bytes;
    return !exhausted_;
  }

  std::string_view text_;
  std::size_t budget_;  // of bytes to take checksums of
  bool exhausted_ = false;
};

class Recovery {
 public:
  Recovery(std::string_view text, std::string_view path) : text_(text), path_(path), finder_(text) {}

  RecoveredJournal run() {
    while (at_ < text_.size()) {
      const auto end = finder_.end_of(at_);
      if (!end) {
        cut_off();
        break;
      }
      take_record(text_.substr(at_, *end - at_));
      at_ = *end;
      ++result_.records;
    }
    if (result_.records == 0) fail("it has no whole line");
    std::ranges::stable_sort(result_.image.turns, {}, &PlacedTurn::order);
    result_.sound_bytes = at_;
    result_.live_bytes = header_bytes_ + result_.image.settings.size() + turns_bytes_;
    return std::move(result_);
  }

 private:
  std::string place() const { return "line " + std::to_string(result_.records + 1) + ", byte " + std::to_string(at_); }

  [[noreturn]] void fail(const std::string& why) const {
    auto message =
        named("the session journal", path_) + " is damaged at " + place() + ": " + why + ". Load another copy";
    if (result_.records > 0)
      message += "; or cut the file off before that byte, which loses what was said from there on";
    throw_error(Error(ErrorKind::session, std::move(message)));
  }

  /// What follows is no whole record. The writer waits for a record to be safe before it writes the next one: only the
  /// last one can be cut off by a crash.
  void cut_off() {
    if (finder_.any_after(at_)) fail("its length or checksum is wrong, and it is not the last line");
    if (result_.records == 0) fail("the first line is not whole");
    result_.warnings.emplace_back(
        "autosave", named("the journal", path_) + " ends at " + place() + " with " +
                        std::to_string(text_.size() - at_) +
                        " bytes of a record that was being written when its writer stopped; they were dropped. No call "
                        "had returned with what they say");
  }

  void take_record(std::string_view line) {
    const json::Document document(
        line, json::Document::Source(ErrorKind::session, named("the session journal", path_) + ", " + place(),
                                     "Load another copy"));
    const auto root = document.root();
    const auto number = root.at("n");
    if (number.integer<std::uint64_t>() != result_.records)
      fail("here stands record " + std::to_string(number.integer<std::uint64_t>()) + " where record " +
           std::to_string(result_.records) + " belongs: a line was lost or stands twice");
    if (result_.records == 0) return take_header(root, line.size());
    const auto entries = root.at("entries");
    bool has_turn = false;
    for (std::size_t i = 0; i < entries.items(); ++i) has_turn = take_entry(entries.item(i)) || has_turn;
    if (has_turn) turns_bytes_ += line.size();
  }

  void take_header(const json::Field& root, std::size_t size) {
    const auto format = root.at("format");
    if (format.text() != journal_format) format.fail("is not \"" + std::string(journal_format) + "\"");
    const auto field = root.at("version");
    const auto version = field.integer<std::int64_t>();
    if (version < 1) field.fail("must be at least 1");
    if (version > journal_version)
      throw_error(Error(ErrorKind::session, named("the session journal", path_) + " has version " +
                                                std::to_string(version) +
                                                " of the format, and this FastCCG reads up to version " +
                                                std::to_string(journal_version) + ": update FastCCG to load it"));
    const auto name = root.at("name");
    result_.image.name = parse_text(name);
    if (result_.image.name.empty()) name.fail("is empty; it must be \"provider/name\"");
    header_bytes_ = size;
  }

  /// Returns whether it was a turn.
  bool take_entry(const json::Field& field) {
    if (const auto turn = field.find("turn")) {
      const auto order = field.at("order");
      // Sorted at the end: whoever made the file may have chosen the numbers so that inserting would be slow.
      result_.image.turns.emplace_back(order.integer<std::uint64_t>(), std::make_shared<const Turn>(parse_turn(*turn)));
      return true;
    }
    if (const auto settings = field.find("settings")) {
      result_.settings = parse_settings(*settings);
      SettingsText text("");
      render_settings(text.json, result_.settings, 0);
      result_.image.apply(std::move(text));
      return false;
    }
    const auto cleared = field.find("cleared");
    if (!cleared || !cleared->boolean())
      field.fail("must have the member \"turn\", \"settings\" or \"cleared\"; if it has another one, update FastCCG");
    result_.image.apply(Cleared());
    result_.settings = Settings();
    turns_bytes_ = 0;
    return false;
  }

  std::string_view text_;
  std::string_view path_;
  RecordFinder finder_;
  std::size_t at_ = 0;
  std::size_t header_bytes_ = 0;
  std::size_t turns_bytes_ = 0;
  RecoveredJournal result_;
};

/// Puts an entry into the image.
class Apply {
 public:
  explicit Apply(JournalImage& image) : image_(image) {}

  void operator()(const PlacedTurn& turn) {
    const auto place = std::ranges::upper_bound(image_.turns, turn.order, {}, &PlacedTurn::order);
    image_.turns.insert(place, turn);
  }
  void operator()(const SettingsText& settings) { image_.settings = settings.json; }
  void operator()(const Cleared&) {
    image_.turns.clear();
    image_.settings = "{}";
  }

 private:
  JournalImage& image_;
};

class EntryWriter {
 public:
  explicit EntryWriter(std::string& out) : out_(out) {}

  void operator()(const PlacedTurn& placed) {
    ObjectWriter object(out_);
    object.number("order", placed.order);
    render_turn(object.member("turn"), *placed.turn, 0);
    object.end();
  }
  void operator()(const SettingsText& settings) {
    ObjectWriter object(out_);
    object.member("settings").append(settings.json);
    object.end();
  }
  void operator()(const Cleared&) { out_.append("{\"cleared\": true}"); }

 private:
  std::string& out_;
};

}  // namespace

void JournalImage::apply(const JournalEntry& entry) { std::visit(Apply(*this), entry); }

void JournalImage::make_room_for(std::span<const JournalEntry> entries) {
  const auto most = turns.size() + entries.size();
  if (most > turns.capacity()) turns.reserve(2 * most);
  for (const auto& entry : entries)
    if (const auto* text = std::get_if<SettingsText>(&entry)) settings.reserve(text->json.size());
}

bool is_journal(std::string_view text) {
  constexpr std::size_t header_size = 200;
  const auto format = "\"format\": \"" + std::string(journal_format) + "\"";
  return text.starts_with(before_crc) || text.substr(0, header_size).find(format) != std::string_view::npos;
}

RecoveredJournal recover(std::string_view text, std::string_view path) { return Recovery(text, path).run(); }

State load(const std::string& path) {
  const auto text = read(path);
  if (!is_journal(text)) return parse(text, path);
  auto recovered = recover(text, path);
  State state;
  state.name = std::move(recovered.image.name);
  state.settings = std::move(recovered.settings);
  state.warnings = std::move(recovered.warnings);
  for (auto& placed : recovered.image.turns) {
    state.turns.push_back(std::move(placed.turn));
    state.orders.push_back(placed.order);
  }
  return state;
}

void render_journal_header(std::string& out, std::string_view name) {
  std::string content;
  ObjectWriter object(content);
  object.number("n", 0);
  object.text("format", journal_format);
  object.number("version", journal_version);
  object.text("name", name);
  object.end();
  append_line(out, content);
}

void render_entry(std::string& out, const JournalEntry& entry) { std::visit(EntryWriter(out), entry); }

void render_record(std::string& out, std::uint64_t number, std::string_view entries) {
  std::string content;
  ObjectWriter object(content);
  object.number("n", number);
  object.member("entries").append("[").append(entries).append("]");
  object.end();
  append_line(out, content);
}

}  // namespace fastccg::session
