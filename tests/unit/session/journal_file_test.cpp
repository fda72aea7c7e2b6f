#include "session/journal_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

#include "temporary_folder.hpp"

namespace fastccg::session {
namespace {

namespace fs = std::filesystem;

JournalEntry turn(std::uint64_t order, const std::string& question, std::size_t size = 1) {
  Turn turn;
  turn.messages = {Message::user(question), Message::assistant(std::string(size, 'x'))};
  return PlacedTurn(order, std::make_shared<const Turn>(std::move(turn)));
}

JournalImage empty_image() {
  JournalImage image;
  image.name = "openai/gpt-4o";
  return image;
}

class JournalFiles : public ::testing::Test {
 protected:
  JournalFile begun() {
    JournalFile file(path);
    file.begin(file.recovered() ? file.recovered()->image : empty_image());
    return file;
  }
  static void add(JournalFile& file, const JournalEntry& entry) { file.append(std::span(&entry, 1)); }
  std::vector<std::string> questions() const {
    std::vector<std::string> texts;
    for (const auto& turn : load(path).turns) texts.push_back(turn->messages.at(0).text());
    return texts;
  }
  std::string error_of_opening() const {
    try {
      JournalFile file(path);
    } catch (const SessionError& error) {
      return error.error().message;
    }
    return "no error";
  }

  testing::TemporaryFolder folder;
  const std::string path = folder.file("chat.journal");
};

using Texts = std::vector<std::string>;

TEST_F(JournalFiles, what_was_appended_is_read_back_and_gone_on_with) {
  {
    auto file = begun();
    add(file, turn(0, "a"));
    add(file, turn(1, "b"));
  }
  auto file = begun();
  add(file, turn(2, "c"));
  EXPECT_EQ(questions(), (Texts{"a", "b", "c"})) << "a reader needs no lock";
  EXPECT_EQ(folder.entries(), 1u);
}

TEST_F(JournalFiles, mode_is_owner_only_whatever_the_umask) {
  for (const ::mode_t mask : {::mode_t{0}, ::mode_t{0277}}) {
    const auto old = ::umask(mask);
    auto file = begun();
    ::umask(old);
    struct stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, ::mode_t{0600});
  }
}

TEST_F(JournalFiles, second_writer_is_refused_and_the_file_can_be_had_afterwards) {
  {
    auto file = begun();
    EXPECT_NE(error_of_opening().find("another process or model"), std::string::npos) << error_of_opening();
  }
  EXPECT_EQ(error_of_opening(), "no error");
}

TEST_F(JournalFiles, lock_is_kept_when_the_file_is_written_anew) {
  auto file = begun();
  for (std::uint64_t i = 0; i < 20; ++i) {
    add(file, turn(i, "q", 10'000));
    add(file, Cleared());
  }
  struct stat before {};
  ASSERT_EQ(::stat(path.c_str(), &before), 0);
  EXPECT_FALSE(file.compact_if_wasteful());
  struct stat after {};
  ASSERT_EQ(::stat(path.c_str(), &after), 0);
  ASSERT_NE(before.st_ino, after.st_ino);
  EXPECT_NE(error_of_opening().find("another process or model"), std::string::npos);
}

TEST_F(JournalFiles, file_that_is_mostly_superseded_is_written_anew) {
  auto file = begun();
  std::uintmax_t largest = 0;
  for (std::uint64_t i = 0; i < 100; ++i) {
    add(file, SettingsText("{\"sys_prompt\": \"" + std::string(5000, 'p') + "\"}"));
    EXPECT_FALSE(file.compact_if_wasteful());
    largest = std::max(largest, fs::file_size(path));
  }
  add(file, turn(0, "a"));
  EXPECT_LT(largest, 100'000u);
  EXPECT_EQ(load(path).settings.sys_prompt(), std::string(5000, 'p'));
  EXPECT_EQ(questions(), Texts{"a"});
  EXPECT_EQ(folder.entries(), 1u);
}

TEST_F(JournalFiles, turns_are_never_superseded_by_turns) {
  auto file = begun();
  struct stat before {};
  ASSERT_EQ(::stat(path.c_str(), &before), 0);
  for (std::uint64_t i = 0; i < 100; ++i) {
    add(file, turn(i, "q", 5000));
    EXPECT_FALSE(file.compact_if_wasteful());
  }
  struct stat after {};
  ASSERT_EQ(::stat(path.c_str(), &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino) << "the cost of a turn does not depend on how many there are";
}

TEST_F(JournalFiles, torn_end_is_dropped_and_written_over) {
  {
    auto file = begun();
    add(file, turn(0, "a"));
  }
  std::ofstream(path, std::ios::app) << R"({"crc":"12345678","size":100,"n")";
  {
    JournalFile file(path);
    ASSERT_TRUE(file.recovered());
    EXPECT_EQ(file.recovered()->warnings.size(), 1u);
    file.begin(file.recovered()->image);
    add(file, turn(1, "b"));
  }
  const auto state = load(path);
  EXPECT_EQ(state.turns.size(), 2u);
  EXPECT_TRUE(state.warnings.empty());
}

TEST_F(JournalFiles, unchanged_journal_is_not_written_when_it_is_begun) {
  {
    auto file = begun();
    add(file, turn(0, "a"));
  }
  const auto size = fs::file_size(path);
  const auto time = fs::last_write_time(path);
  auto file = begun();
  EXPECT_EQ(fs::file_size(path), size);
  EXPECT_EQ(fs::last_write_time(path), time);
}

TEST_F(JournalFiles, damage_is_told_with_the_path) {
  std::ofstream(path, std::ios::binary) << "{\"crc\":\"0";
  try {
    JournalFile file(path);
    ADD_FAILURE();
  } catch (const SessionError& error) {
    EXPECT_NE(error.error().message.find("\"" + path + "\" is damaged at line 1"), std::string::npos) << error.what();
  }
}

TEST_F(JournalFiles, empty_file_is_one_without_turns) {
  std::ofstream(path).close();
  auto file = begun();
  add(file, turn(0, "a"));
  EXPECT_EQ(questions(), Texts{"a"});
}

TEST_F(JournalFiles, other_files_are_left_alone) {
  std::ofstream(path) << "a shopping list";
  EXPECT_NE(error_of_opening().find("is no journal"), std::string::npos);
  EXPECT_EQ(fs::file_size(path), 15u);
  fs::remove(path);
  fs::create_directory(path);
  EXPECT_NE(error_of_opening().find("it is a folder"), std::string::npos);
  fs::remove(path);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_NE(error_of_opening().find("no regular file"), std::string::npos);
}

TEST_F(JournalFiles, folder_that_is_not_there_is_an_error) {
  JournalFile file(folder.file("missing/a.journal"));
  EXPECT_THROW(file.begin(empty_image()), SessionError);
}

TEST_F(JournalFiles, link_stays_a_link) {
  fs::create_directory(folder.path() / "real");
  fs::create_symlink("real/a.journal", path);
  auto file = begun();
  for (std::uint64_t i = 0; i < 20; ++i) {
    add(file, turn(i, "q", 10'000));
    add(file, Cleared());
    file.compact_if_wasteful();
  }
  add(file, turn(20, "last"));
  EXPECT_TRUE(fs::is_symlink(path));
  EXPECT_EQ(questions(), Texts{"last"});
}

TEST_F(JournalFiles, file_that_was_removed_is_written_anew_with_all_that_was_in_it) {
  auto file = begun();
  add(file, turn(0, "a"));
  fs::remove(path);
  add(file, turn(1, "b"));
  EXPECT_EQ(questions(), (Texts{"a", "b"}));
}

TEST_F(JournalFiles, file_that_somebody_cut_off_or_added_to_is_written_anew) {
  for (const auto size : {0, 1, 300}) {
    fs::remove(path);
    auto file = begun();
    add(file, turn(0, "a"));
    fs::resize_file(path, static_cast<std::uintmax_t>(size));
    add(file, turn(1, "b"));
    EXPECT_EQ(questions(), (Texts{"a", "b"})) << "cut or grown to " << size;
    add(file, turn(2, "c"));
    EXPECT_EQ(questions(), (Texts{"a", "b", "c"}));
  }
}

TEST_F(JournalFiles, relative_path_stays_where_it_was_when_the_program_goes_elsewhere) {
  const auto before = fs::current_path();
  fs::create_directory(folder.path() / "elsewhere");
  fs::current_path(folder.path());
  JournalFile file("chat.journal");
  fs::current_path(folder.path() / "elsewhere");
  file.begin(empty_image());
  add(file, turn(0, "a"));
  fs::remove(path);
  add(file, turn(1, "b"));
  fs::current_path(before);
  EXPECT_EQ(questions(), (Texts{"a", "b"}));
}

TEST_F(JournalFiles, file_that_another_one_took_the_place_of_is_not_overwritten) {
  auto file = begun();
  add(file, turn(0, "a"));
  fs::remove(path);
  std::ofstream(path) << "mine";
  EXPECT_THROW(add(file, turn(1, "b")), SessionError);
  EXPECT_EQ(fs::file_size(path), 4u);
  fs::remove(path);
  add(file, turn(1, "b"));
  EXPECT_EQ(questions(), (Texts{"a", "b"}));
}

/// Lets files grow up to a size and no further, as a full disk does.
class SmallDisk {
 public:
  explicit SmallDisk(std::uintmax_t bytes) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    auto limit = before_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SmallDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST_F(JournalFiles, failed_write_leaves_the_file_whole_and_can_be_repeated) {
  auto file = begun();
  add(file, turn(0, "a"));
  const auto size = fs::file_size(path);
  {
    const SmallDisk disk(size + 100);
    EXPECT_THROW(add(file, turn(1, "b", 1000)), SessionError);
    EXPECT_EQ(fs::file_size(path), size);
    EXPECT_EQ(questions(), Texts{"a"});
  }
  add(file, turn(1, "b", 1000));
  EXPECT_EQ(questions(), (Texts{"a", "b"}));
}

TEST_F(JournalFiles, failed_compaction_harms_nothing) {
  auto file = begun();
  for (std::uint64_t i = 0; i < 30; ++i)
    add(file, SettingsText("{\"sys_prompt\": \"" + std::string(5000, 'p') + "\"}"));
  add(file, turn(0, "a"));
  {
    const SmallDisk disk(1000);
    EXPECT_TRUE(file.compact_if_wasteful());
  }
  EXPECT_EQ(folder.entries(), 1u) << "no temporary file is left";
  add(file, turn(1, "b"));
  EXPECT_EQ(questions(), (Texts{"a", "b"}));
}

TEST_F(JournalFiles, lock_of_a_killed_process_is_gone) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const auto child = ::fork();
  if (child == 0) {
    auto file = begun();
    add(file, turn(0, "a"));
    ::write(ready[1], "x", 1);
    ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_NE(error_of_opening().find("another process or model"), std::string::npos);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(error_of_opening(), "no error");
  EXPECT_EQ(questions(), Texts{"a"});
  ::close(ready[0]);
  ::close(ready[1]);
}

}  // namespace
}  // namespace fastccg::session
