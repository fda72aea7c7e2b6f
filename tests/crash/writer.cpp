// Talks to a model that autosaves, until it is killed, and says on its output what it begins and what has returned.
//
//     ask 17      the turn 17 is being asked
//     done 17     the call has returned
//     reset       the conversation is being cleared
//     cleared     the call has returned
//
// usage: crash_writer JOURNAL FIRST_NUMBER SEED

#include <unistd.h>

#include <cstdlib>
#include <fastccg/fastccg.hpp>
#include <random>
#include <string>
#include <utility>

namespace {

void say(std::string line) {
  line += '\n';
  // One write, which a pipe takes whole or not at all.
  if (::write(STDOUT_FILENO, line.data(), line.size()) != static_cast<::ssize_t>(line.size())) std::exit(1);
}

class Writer {
 public:
  Writer(fastccg::Model model, long first, unsigned seed) : model_(std::move(model)), next_(first), random_(seed) {}

  void run() {
    for (;;) {
      const auto dice = random_() % 100;
      if (dice < 25)
        ask();
      else if (dice < 40)
        ask_three();
      else if (dice < 50)
        stream_around_others();
      else if (dice < 55)
        abandon_stream();
      else if (dice < 60)
        append();
      else if (dice < 99)
        change_settings();
      else
        reset();
    }
  }

 private:
  std::string begin() {
    auto number = std::to_string(next_++);
    say("ask " + number);
    return number;
  }
  static void done(const std::string& number) { say("done " + number); }

  void ask() {
    const auto number = begin();
    model_.ask(number);
    done(number);
  }

  static fastccg::Task<void> ask_all(fastccg::Model& model, std::string a, std::string b, std::string c) {
    auto first = model.ask_async(a);
    auto second = model.ask_async(b);
    auto third = model.ask_async(c);
    co_await fastccg::gather(std::move(first), std::move(second), std::move(third));
  }

  void ask_three() {
    const auto a = begin();
    const auto b = begin();
    const auto c = begin();
    fastccg::run(ask_all(model_, a, b, c));
    done(a);
    done(b);
    done(c);
  }

  /// The turn that is asked first ends last.
  void stream_around_others() {
    const auto number = begin();
    auto stream = model_.ask_stream(number);
    stream.wait_next();
    ask();
    ask();
    stream.response();
    done(number);
  }

  void abandon_stream() {
    const auto number = begin();
    auto stream = model_.ask_stream(number);
    stream.wait_next();
    stream.close();
    model_.flush();
    done(number);
  }

  void append() {
    const auto number = begin();
    model_.append_prompt(number);
    model_.append_response("Re: " + number);
    done(number);
  }

  /// Large settings supersede each other, so that the file is soon written anew.
  void change_settings() { model_.sys_prompt(std::string(random_() % 60'000, 's')); }

  void reset() {
    say("reset");
    model_.reset();
    say("cleared");
    answer_as_expected();
  }

 public:
  void answer_as_expected() { model_.settings(fastccg::Settings().extra(R"({"mock_reply": "Re: {prompt}"})")); }

 private:
  fastccg::Model model_;
  long next_;
  std::minstd_rand random_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  auto model = fastccg::init_model(fastccg::models::mock_model);
  model.autosave(argv[1]);
  Writer writer(std::move(model), std::atol(argv[2]), static_cast<unsigned>(std::atol(argv[3])));
  writer.answer_as_expected();
  say("open");
  writer.run();
}
