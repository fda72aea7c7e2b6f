#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>

#include "samples.hpp"
#include "session/journal.hpp"
#include "session/session.hpp"

namespace fastccg::session {
namespace {

namespace fs = std::filesystem;

class SessionFile : public ::testing::Test {
 protected:
  SessionFile() {
    auto pattern = (fs::temp_directory_path() / "fastccg-session-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    path_ = (folder_ / "session.json").string();
  }
  ~SessionFile() override { fs::remove_all(folder_); }

  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  static mode_t mode(const std::string& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0);
    return status.st_mode & 07777;
  }

  void expect_write_error(const std::string& path, const std::string& part) {
    try {
      write_atomically(path, "new");
      ADD_FAILURE() << path;
    } catch (const SessionError& error) {
      EXPECT_NE(error.error().message.find(part), std::string::npos) << error.what();
      EXPECT_NE(error.error().message.find("\"" + path + "\""), std::string::npos) << error.what();
    }
  }

  void expect_read_error(const std::string& path, const std::string& part, std::size_t limit = 1000) {
    try {
      read(path, limit);
      ADD_FAILURE() << path;
    } catch (const SessionError& error) {
      EXPECT_NE(error.error().message.find(part), std::string::npos) << error.what();
    }
  }

  fs::path folder_;
  std::string path_;
};

TEST_F(SessionFile, written_bytes_are_read_back) {
  const auto bytes = samples::all_bytes();
  write_atomically(path_, bytes);
  EXPECT_EQ(read(path_), bytes);
  write_atomically(path_, "");
  EXPECT_EQ(read(path_), "");
}

TEST_F(SessionFile, large_text_is_read_back) {
  const std::string text(5'000'000, 'x');
  write_atomically(path_, text);
  EXPECT_TRUE(read(path_) == text);
}

TEST_F(SessionFile, mode_is_owner_only_whatever_the_umask) {
  for (const mode_t mask : {mode_t{0}, mode_t{0277}}) {
    const auto old = ::umask(mask);
    write_atomically(path_, "x");
    ::umask(old);
    EXPECT_EQ(mode(path_), mode_t{0600});
  }
}

TEST_F(SessionFile, mode_of_an_open_file_is_narrowed) {
  std::ofstream(path_) << "old";
  ASSERT_EQ(::chmod(path_.c_str(), 0644), 0);
  write_atomically(path_, "new");
  EXPECT_EQ(mode(path_), mode_t{0600});
}

TEST_F(SessionFile, no_temporary_file_is_left) {
  write_atomically(path_, "one");
  write_atomically(path_, "two");
  EXPECT_EQ(entries(), 1u);
}

TEST_F(SessionFile, relative_path_is_written) {
  const auto old = fs::current_path();
  fs::current_path(folder_);
  write_atomically("here.json", "x");
  fs::current_path(old);
  EXPECT_EQ(read((folder_ / "here.json").string()), "x");
}

TEST_F(SessionFile, link_stays_a_link) {
  fs::create_directory(folder_ / "real");
  write_atomically((folder_ / "real" / "a.json").string(), "old");
  fs::create_symlink("real/a.json", folder_ / "link2");
  fs::create_symlink("link2", path_);
  write_atomically(path_, "new");
  EXPECT_TRUE(fs::is_symlink(path_));
  EXPECT_TRUE(fs::is_symlink(folder_ / "link2"));
  EXPECT_EQ(read((folder_ / "real" / "a.json").string()), "new");
  EXPECT_EQ(read(path_), "new");
}

TEST_F(SessionFile, link_to_nothing_makes_its_target) {
  fs::create_symlink(folder_ / "target.json", path_);
  write_atomically(path_, "new");
  EXPECT_TRUE(fs::is_symlink(path_));
  EXPECT_EQ(read((folder_ / "target.json").string()), "new");
}

TEST_F(SessionFile, circle_of_links_is_an_error) {
  fs::create_symlink("session.json", folder_ / "other");
  fs::create_symlink("other", path_);
  expect_write_error(path_, "symbolic links");
  expect_read_error(path_, "symbolic links");
}

TEST_F(SessionFile, bad_paths_are_errors) {
  expect_write_error("", "the path is empty");
  expect_write_error(folder_.string(), "it is a folder");
  expect_write_error(folder_.string() + "/", "it is a folder");
  expect_write_error((folder_ / "missing" / "a.json").string(), "No such file or directory");
  expect_write_error("/dev/null", "no regular file");
  expect_write_error((folder_ / std::string(300, 'n')).string(), "File name too long");
  EXPECT_THROW(write_atomically(std::string("a\0b", 3), "x"), SessionError);
  EXPECT_EQ(entries(), 0u);
}

TEST_F(SessionFile, path_through_a_file_is_an_error) {
  write_atomically(path_, "old");
  expect_write_error(path_ + "/a.json", "Not a directory");
  EXPECT_EQ(read(path_), "old");
}

TEST_F(SessionFile, folder_without_permission_is_an_error) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  write_atomically(path_, "old");
  ASSERT_EQ(::chmod(folder_.c_str(), 0500), 0);
  expect_write_error(path_, "Permission denied");
  ASSERT_EQ(::chmod(folder_.c_str(), 0700), 0);
  EXPECT_EQ(read(path_), "old");
}

TEST_F(SessionFile, failed_write_leaves_the_old_file_alone) {
  write_atomically(path_, "old");
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  auto limit = before;
  limit.rlim_cur = 4096;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  std::string message;
  try {
    write_atomically(path_, std::string(100'000, 'x'));
  } catch (const SessionError& error) {
    message = error.what();
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, handler);
  EXPECT_NE(message.find("File too large"), std::string::npos) << message;
  EXPECT_EQ(read(path_), "old");
  EXPECT_EQ(entries(), 1u);
}

TEST_F(SessionFile, unreadable_things_are_errors) {
  expect_read_error("", "the path is empty");
  expect_read_error(folder_.string(), "it is a folder");
  expect_read_error((folder_ / "missing").string(), "No such file or directory");
  expect_read_error("/dev/zero", "no regular file");
}

TEST_F(SessionFile, pipe_is_an_error_and_does_not_block) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  expect_read_error(path_, "no regular file");
  expect_write_error(path_, "no regular file");
}

TEST_F(SessionFile, size_limit_is_kept) {
  write_atomically(path_, std::string(1000, 'x'));
  EXPECT_EQ(read(path_, 1000).size(), 1000u);
  expect_read_error(path_, "999 bytes", 999);
}

TEST_F(SessionFile, limit_holds_for_files_that_do_not_tell_their_size) {
  if (!fs::exists("/proc/self/smaps")) GTEST_SKIP() << "no such file here";
  EXPECT_FALSE(read("/proc/self/smaps").empty());
  expect_read_error("/proc/self/smaps", "10 bytes", 10);
}

TEST_F(SessionFile, concurrent_writers_leave_one_whole_file) {
  std::vector<std::thread> writers;
  for (char c = 'a'; c < 'e'; ++c)
    writers.emplace_back([this, c] {
      for (int i = 0; i < 20; ++i) write_atomically(path_, std::string(10'000, c));
    });
  for (auto& writer : writers) writer.join();
  const auto text = read(path_);
  EXPECT_EQ(text, std::string(10'000, text.at(0)));
  EXPECT_EQ(entries(), 1u);
}

State of_turns(int count) {
  auto state = samples::plain();
  for (int i = 1; i < count; ++i) state.turns.push_back(state.turns.front());
  return state;
}

[[noreturn]] void save_for_ever(const std::string& path, const std::string& small, const std::string& large) {
  while (true) {
    write_atomically(path, small);
    write_atomically(path, large);
  }
}

TEST_F(SessionFile, killed_while_saving_the_file_stays_whole) {
  const auto small = render(of_turns(10));
  const auto large = render(of_turns(2000));
  write_atomically(path_, small);
  std::mt19937 random(20240817);
  std::uniform_int_distribution<int> pause(0, 20'000);
  for (int kill = 0; kill < 50; ++kill) {
    const auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) save_for_ever(path_, small, large);
    // The instant is meant to be random: nothing is waited for.
    std::this_thread::sleep_for(std::chrono::microseconds(pause(random)));
    ::kill(child, SIGKILL);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    const auto text = read(path_);
    ASSERT_TRUE(text == small || text == large) << kill;
    ASSERT_NO_THROW(parse(text));
  }
}

TEST_F(SessionFile, every_kind_of_damage_is_told_with_the_path_and_the_place) {
  const auto expect_told = [this](const std::string& text, const std::string& place) {
    std::ofstream(path_, std::ios::binary) << text;
    try {
      load(path_);
      ADD_FAILURE() << text;
    } catch (const SessionError& error) {
      const auto& message = error.error().message;
      EXPECT_NE(message.find("\"" + path_ + "\""), std::string::npos) << message;
      EXPECT_NE(message.find(place), std::string::npos) << message;
    }
  };
  const std::string session = R"({"format": "fastccg-session", "version": )";
  expect_told("", "the text is empty");
  expect_told("{?", "line 1, column 2");
  expect_told("[]", "is not a session");
  expect_told(session + "99}", "version 99");
  expect_told(session + R"(1, "name": "a/b", "turns": [{"messages": 5}]})", "turns[0].messages");
  expect_told(R"({"model_name": "gpt-4o", "provider": "openai", "history": [{"role": "cook"}]})", "history[0].role");

  std::string journal;
  render_journal_header(journal, "a/b");
  std::string wrong;
  render_record(wrong, 1, R"({"order": 0, "turn": {"messages": 5}})");
  std::string repeated;
  render_record(repeated, 0, "");
  std::string damaged = wrong;
  damaged.insert(damaged.size() - 3, "!");
  expect_told(journal.substr(0, journal.size() / 2), "line 1, byte 0");
  expect_told(journal + wrong, "entries[0].turn.messages");
  expect_told(journal + repeated, "line 2");
  expect_told(journal + damaged + wrong, "line 2, byte " + std::to_string(journal.size()));
}

TEST_F(SessionFile, torn_end_of_a_journal_is_warned_of_with_the_path) {
  std::string journal;
  render_journal_header(journal, "a/b");
  std::ofstream(path_, std::ios::binary) << journal << "{\"crc";
  const auto state = load(path_);
  ASSERT_EQ(state.warnings.size(), 1u);
  EXPECT_NE(state.warnings[0].message.find("\"" + path_ + "\""), std::string::npos) << state.warnings[0].message;
}

}  // namespace
}  // namespace fastccg::session
