#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "../support.hpp"

namespace {

std::atomic<std::size_t> allocations{0};

}  // namespace

// Counts what the whole program allocates. All forms are replaced but the aligned ones; simdjson's library uses those that
// do not throw.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size ? size : 1);
}
void* operator new(std::size_t size) {
  if (void* memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc();
}
void* operator new[](std::size_t size) { return operator new(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return operator new(size, std::nothrow); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

namespace fastccg::protocols {
namespace {

class Ear final : public ReplyBuilder::Listener {
 public:
  void on_text(std::string_view text) override { heard += text.size(); }
  void on_reasoning(std::string_view text) override { heard += text.size(); }
  void on_refusal(std::string_view) override {}
  void on_tool_call(std::size_t, std::string_view, std::string_view) override {}
  void on_tool_arguments(std::size_t, std::string_view) override {}
  std::size_t heard = 0;
};

class Feeder final : public sse::Handler {
 public:
  Feeder(StreamDecoder& decoder, ReplyBuilder& builder) : decoder_(decoder), builder_(builder) {}
  void on_event(const sse::Event& event) override { decoder_.on_event(event, builder_); }

 private:
  StreamDecoder& decoder_;
  ReplyBuilder& builder_;
};

/// How many allocations ten thousand events of text cost, fed in pieces of this size.
std::size_t allocations_for_text(std::size_t piece) {
  const auto stream = [](int count) {
    std::string all;
    for (int i = 0; i < count; ++i)
      all += "data: " + chunk(R"({"role":null,"content":"some words","reasoning":null,"tool_calls":null})") + "\n\n";
    return all;
  };
  const auto warm_up = stream(100);
  const auto text = stream(10'000);
  Ear ear;
  ReplyBuilder builder("test", &ear);
  const auto decoder = chat().decode_stream(plain);
  Feeder feeder(*decoder, builder);
  sse::Framer framer;
  const auto feed = [&](std::string_view bytes) {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
      framer.feed(bytes.substr(0, piece), feeder);
  };
  feed(warm_up);
  const auto before = allocations.load();
  feed(text);
  const auto after = allocations.load();
  EXPECT_EQ(ear.heard, 10'100u * 10);
  return after - before;
}

TEST(ChatStream, text_in_steady_state_allocates_nothing_but_the_growing_answer) {
  // The answer's text doubles its memory now and then.
  EXPECT_LE(allocations_for_text(1 << 20), 12u);
  EXPECT_LE(allocations_for_text(100), 12u) << "events cut by the reads";
}

}  // namespace
}  // namespace fastccg::protocols
