#include <algorithm>
#include <filesystem>
#include <span>
#include <system_error>
#include <utility>

#include "conversation/conversation.hpp"
#include "session/format.hpp"

namespace fastccg::detail {

namespace {

std::string settings_text(const Settings& settings) {
  std::string text;
  session::render_settings(text, settings, 0);
  return text;
}

bool same_content(const session::PlacedTurn& a, const session::PlacedTurn& b) {
  return a.turn == b.turn || (a.turn->interrupted == b.turn->interrupted && a.turn->messages == b.turn->messages);
}

/// Whether `turns` begin with all of `first`.
bool begin_with(const std::vector<session::PlacedTurn>& turns, const std::vector<session::PlacedTurn>& first) {
  return turns.size() >= first.size() && std::ranges::equal(std::span(turns).first(first.size()), first, same_content);
}

void add_once(std::vector<Warning>& warnings, const Warning& warning) {
  if (std::ranges::find(warnings, warning) == warnings.end()) warnings.push_back(warning);
}

}  // namespace

/// What a journal is to begin with, as decided without the lock.
class Conversation::Beginning {
 public:
  Beginning() = default;

  session::JournalImage image;
  Settings settings;
  bool takes_over = false;    ///< The conversation is the journal's from now on.
  std::uint64_t changes = 0;  ///< How far the conversation was when this was decided.
};

void Conversation::autosave(const std::string& path) {
  const std::lock_guard one_at_a_time(autosave_mutex_);
  if (autosaves_to(path)) return flush();
  if (!path.empty()) return begin_journal(std::make_shared<Journal>(session::JournalFile(path)));
  // In the child of a fork there is nothing to wait for: the journal is the parent's.
  if (const auto current = journal(); current && current->is_here()) flush();
  const std::lock_guard lock(mutex_);
  journal_.reset();
}

bool Conversation::autosaves_to(const std::string& path) const {
  const auto current = journal();
  std::error_code ignored;
  return current && std::filesystem::equivalent(current->target(), path, ignored);
}

void Conversation::begin_journal(const std::shared_ptr<Journal>& journal) {
  const auto found = journal->recovered();
  for (;;) {
    auto start = beginning(found, journal->target());
    journal->begin(start.image);
    if (!attach(journal, start)) continue;
    if (!found) return;
    const std::lock_guard lock(mutex_);
    for (const auto& warning : found->warnings) add_once(warnings_, warning);
    return;
  }
}

Conversation::Beginning Conversation::beginning(const std::optional<session::RecoveredJournal>& found,
                                                const std::string& target) const {
  Beginning start;
  start.image.name = target_->name();
  {
    const std::lock_guard lock(mutex_);
    start.image.turns = entries_;
    start.settings = settings_;
    start.changes = changes_;
  }
  if (found && start.image.turns.empty()) {
    start.takes_over = true;
    start.image.turns = found->image.turns;
    start.settings = found->settings.overlaid_with(start.settings);
  } else if (found && !begin_with(start.image.turns, found->image.turns)) {
    throw_error(Error(ErrorKind::session,
                      "the journal \"" + target +
                          "\" holds another conversation than this model; go on with that one by load_model, or "
                          "autosave this one to another path"));
  }
  start.image.settings = settings_text(start.settings);
  return start;
}

/// Returns false if the conversation has changed in a way for which another beginning is needed.
bool Conversation::attach(const std::shared_ptr<Journal>& journal, Beginning& start) {
  std::shared_ptr<Journal> previous;
  const std::lock_guard lock(mutex_);
  if (start.takes_over && changes_ != start.changes) return false;
  if (start.takes_over) {
    replace_entries(std::move(start.image.turns));
    settings_ = std::move(start.settings);
  } else if (changes_ != start.changes) {
    journal->add(whole(), {});
  }
  previous = std::exchange(journal_, journal);
  return true;
}

std::vector<session::JournalEntry> Conversation::whole() const {
  std::vector<session::JournalEntry> all{session::Cleared(), session::SettingsText(settings_text(settings_))};
  all.insert(all.end(), entries_.begin(), entries_.end());
  return all;
}

void Conversation::flush() {
  const auto current = journal();
  if (!current) return;
  const RecordedWait wait;
  if (!current->add({}, wait.recorded())) throw_error(current->not_here());
  if (auto failure = wait.wait()) throw_error(*std::move(failure));
}

std::vector<Warning> Conversation::warnings() const {
  const auto current = journal();
  auto failure = current ? current->failure() : std::nullopt;
  const std::lock_guard lock(mutex_);
  auto warnings = warnings_;
  if (failure) warnings.emplace_back("autosave", std::move(failure->message));
  return warnings;
}

std::shared_ptr<Journal> Conversation::journal() const {
  const std::lock_guard lock(mutex_);
  return journal_;
}

}  // namespace fastccg::detail
