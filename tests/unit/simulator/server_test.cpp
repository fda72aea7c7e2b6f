#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "chat_helpers.hpp"

using fastccg::Fault;
using fastccg::Simulator;
using fastccg::SimulatorOptions;
using namespace simulator_test;
using namespace std::chrono_literals;

namespace {

std::string streaming(const std::string& question) { return chat_body(question, R"(,"stream":true)"); }

std::string without_authorization(const std::string& request) {
  auto result = request;
  const auto start = result.find("Authorization");
  return result.erase(start, result.find("\r\n", start) + 2 - start);
}

}  // namespace

TEST(Server, url_is_the_root_and_the_port_a_free_one) {
  const Simulator one;
  const Simulator two;
  EXPECT_EQ(one.url(), "http://127.0.0.1:" + std::to_string(one.port()));
  EXPECT_NE(one.port(), 0);
  EXPECT_NE(one.port(), two.port());
}

TEST(Server, a_taken_port_is_an_error) {
  const Simulator simulator;
  EXPECT_THROW(Simulator(SimulatorOptions().port(simulator.port())), std::system_error);
}

TEST(Server, keeps_connections_alive) {
  const Simulator simulator;
  RawClient client(simulator.port());
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(client.post(chat_path, chat_body("hi")).status, 200);
    EXPECT_TRUE(client.post(chat_path, streaming("hi")).complete);
  }
  EXPECT_EQ(simulator.connection_count(), 1U);
  EXPECT_EQ(simulator.request_count(), 6U);
  EXPECT_EQ(simulator.requests().back().connection, 1U);
}

TEST(Server, answers_requests_that_came_at_once_in_order) {
  const Simulator simulator(SimulatorOptions().first_byte_delay(5ms));
  RawClient client(simulator.port());
  client.send(post_request(chat_path, chat_body("say one")) + post_request(chat_path, chat_body("say two")));
  EXPECT_EQ(content(client.read()), "one");
  EXPECT_EQ(content(client.read()), "two");
}

TEST(Server, takes_a_request_byte_by_byte) {
  const Simulator simulator;
  RawClient client(simulator.port());
  for (const auto c : post_request(chat_path, chat_body("say bit"))) client.send(std::string(1, c));
  EXPECT_EQ(content(client.read()), "bit");
}

TEST(Server, takes_a_chunked_request) {
  const Simulator simulator;
  RawClient client(simulator.port());
  const auto body = chat_body("say chunk");
  char size[16];
  std::snprintf(size, sizeof size, "%zx\r\n", body.size());
  client.send(
      "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: chunked\r\n\r\n" +
      std::string(size) + body + "\r\n0\r\n\r\n");
  EXPECT_EQ(content(client.read()), "chunk");
}

TEST(Server, tells_a_careful_client_to_go_on) {
  const Simulator simulator;
  RawClient client(simulator.port());
  const auto request = post_request(chat_path, chat_body("say go"), "Expect: 100-continue\r\n");
  const auto head = request.find("\r\n\r\n") + 4;
  client.send(request.substr(0, head));
  EXPECT_EQ(client.read_some().bytes, "HTTP/1.1 100 Continue\r\n\r\n");
  client.send(request.substr(head));
  EXPECT_EQ(content(client.read()), "go");
}

TEST(Server, takes_a_large_request) {
  const Simulator simulator;
  const auto answer = ask(simulator, chat_body(std::string(8'000'000, 'x')));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(simulator.requests()[0].body.size(), chat_body("").size() + 8'000'000);
}

TEST(Server, old_clients_get_a_body_that_ends_with_the_connection) {
  const Simulator simulator;
  RawClient client(simulator.port());
  auto request = post_request(chat_path, streaming("hi"));
  request.replace(request.find("HTTP/1.1"), 8, "HTTP/1.0");
  client.send(request);
  const auto answer = client.read();
  EXPECT_TRUE(answer.closed);
  EXPECT_EQ(answer.header("transfer-encoding"), "");
  EXPECT_EQ(answer.events().back(), "[DONE]");
}

TEST(Server, closes_when_asked_to) {
  const Simulator simulator;
  RawClient client(simulator.port());
  EXPECT_EQ(client.post(chat_path, chat_body("hi"), "Connection: close\r\n").header("connection"), "close");
  EXPECT_TRUE(client.read().closed);
}

TEST(Server, refuses_what_is_no_http) {
  const Simulator simulator;
  RawClient client(simulator.port());
  client.send("\x16\x03\x01 this is not a request\r\n\r\n");
  EXPECT_EQ(client.read().status, 400);
  RawClient other(simulator.port());
  other.send("GET / HTTP/1.1\r\nX: " + std::string(1'000'000, 'x') + "\r\n\r\n");
  EXPECT_EQ(other.read().status, 431);
  EXPECT_EQ(ask(simulator, chat_body("hi")).status, 200);
}

TEST(Server, survives_clients_that_leave_at_any_point) {
  const Simulator simulator(SimulatorOptions().chunk_delay(1ms));
  const auto request = post_request(chat_path, streaming("count to 200"));
  for (const auto length : {std::size_t{0}, std::size_t{1}, request.size() / 2, request.size() - 1, request.size()}) {
    RawClient client(simulator.port());
    client.send(request.substr(0, length));
  }
  EXPECT_TRUE(simulator.wait_for_open_connections(0));
  EXPECT_EQ(ask(simulator, chat_body("hi")).status, 200);
}

TEST(Server, notices_that_a_client_left_a_slow_stream) {
  const Simulator simulator(SimulatorOptions().chunk_delay(1h));
  RawClient client(simulator.port());
  client.send(post_request(chat_path, streaming("count to 200")));
  ASSERT_TRUE(simulator.wait_for_requests(1));
  client.close();
  EXPECT_TRUE(simulator.wait_for_open_connections(0));
}

TEST(Server, does_not_wait_for_a_client_that_does_not_read) {
  const Simulator simulator(SimulatorOptions().fault(Fault("endless;path=/chat/completions;first=1")));
  RawClient lazy(simulator.port());
  lazy.send(post_request(chat_path, streaming("count to 100")));
  ASSERT_TRUE(simulator.wait_for_requests(1));
  EXPECT_EQ(ask(simulator, chat_body("hi")).status, 200);
}

TEST(Server, serves_two_hundred_streams_at_once) {
  constexpr std::size_t count = 200;
  const Simulator simulator(SimulatorOptions().chunk_delay(2ms));
  std::vector<std::unique_ptr<RawClient>> clients;
  for (std::size_t i = 0; i < count; ++i) {
    clients.push_back(std::make_unique<RawClient>(simulator.port()));
    clients.back()->send(post_request(chat_path, streaming("say stream number " + std::to_string(i))));
  }
  EXPECT_TRUE(simulator.wait_for_requests(count));
  EXPECT_EQ(simulator.open_connections(), count);
  for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(joined(clients[i]->read()), "stream number " + std::to_string(i));
}

TEST(Server, serves_clients_on_several_threads) {
  const Simulator simulator;
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&simulator, &good] {
      RawClient client(simulator.port());
      for (int i = 0; i < 50; ++i) good += client.post(chat_path, chat_body("hi")).status == 200 ? 1 : 0;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 200);
  EXPECT_EQ(simulator.request_count(), 200U);
}

TEST(Server, stops_with_streams_in_flight) {
  std::vector<std::unique_ptr<RawClient>> clients;
  {
    const Simulator simulator(SimulatorOptions().chunk_delay(1h).fault(Fault("stall-before-headers;first=5")));
    for (int i = 0; i < 20; ++i) {
      clients.push_back(std::make_unique<RawClient>(simulator.port()));
      clients.back()->send(post_request(chat_path, streaming("count to 200")));
    }
    ASSERT_TRUE(simulator.wait_for_requests(20));
  }
  for (const auto& client : clients) EXPECT_FALSE(client->read().complete);
}

TEST(Server, can_be_started_again_on_the_same_port) {
  std::uint16_t port = 0;
  {
    const Simulator simulator;
    port = simulator.port();
    EXPECT_EQ(ask(simulator, chat_body("hi")).status, 200);
  }
  const Simulator again(SimulatorOptions().port(port));
  EXPECT_EQ(ask(again, chat_body("hi")).status, 200);
}

TEST(Pacing, the_first_byte_and_each_chunk_wait_their_time) {
  const Simulator simulator(SimulatorOptions().first_byte_delay(30ms).chunk_delay(40ms));
  const auto start = std::chrono::steady_clock::now();
  const auto answer = ask(simulator, streaming("count to 6"));
  // "1" comes with the head; a blank and a digit make one token.
  EXPECT_GE(std::chrono::steady_clock::now() - start, 30ms + 5 * 40ms);
  EXPECT_EQ(joined(answer), "1 2 3 4 5 6");
  // On a busy machine several chunks are there before they are read, but not all.
  EXPECT_GT(answer.reads, 1U);
}

TEST(Pacing, changes_no_byte) {
  const Simulator paced(SimulatorOptions().chunk_delay(100us));
  const Simulator unpaced;
  EXPECT_EQ(ask(paced, streaming("count to 20")).bytes, ask(unpaced, streaming("count to 20")).bytes);
}

TEST(Pacing, a_whole_answer_takes_as_long_as_its_tokens) {
  const Simulator simulator(SimulatorOptions().tokens_per_second(100));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(content(ask(simulator, chat_body("count to 8"))), "1 2 3 4 5 6 7 8");
  EXPECT_GE(std::chrono::steady_clock::now() - start, 80ms);
}

TEST(Pacing, nonsense_is_refused) {
  EXPECT_THROW(SimulatorOptions().tokens_per_second(-1), std::invalid_argument);
  EXPECT_THROW(SimulatorOptions().tokens_per_second(1e-300), std::invalid_argument);
  EXPECT_THROW(SimulatorOptions().first_byte_delay(-1ms), std::invalid_argument);
  EXPECT_THROW(SimulatorOptions().chunk_delay(-1ms), std::invalid_argument);
}

TEST(Requests, are_recorded_as_they_came) {
  Simulator simulator;
  const auto body = streaming("hi");
  RawClient(simulator.port()).post("/v1/chat/completions?trace=1", body, "X-Own: value\r\nx-fastccg-fault: 503\r\n");
  const auto requests = simulator.requests();
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].method, "POST");
  EXPECT_EQ(requests[0].target, "/v1/chat/completions?trace=1");
  EXPECT_EQ(requests[0].header("x-own"), "value");
  EXPECT_EQ(requests[0].header("authorization"), "Bearer test-key");
  EXPECT_EQ(requests[0].header("absent"), "");
  EXPECT_EQ(requests[0].body, body);
  EXPECT_EQ(requests[0].persona, "openai_chat");
  EXPECT_EQ(requests[0].faults, "status;code=503");
  EXPECT_EQ(requests[0].status, 503);
  simulator.clear_requests();
  EXPECT_EQ(simulator.request_count(), 0U);
  EXPECT_TRUE(simulator.requests().empty());
}

TEST(Requests, only_the_latest_are_kept) {
  const Simulator simulator(SimulatorOptions().keep_requests(2));
  for (const auto* word : {"a", "b", "c"}) ask(simulator, chat_body(word));
  EXPECT_EQ(simulator.request_count(), 3U);
  ASSERT_EQ(simulator.requests().size(), 2U);
  EXPECT_EQ(simulator.requests()[1].body, chat_body("c"));
}

TEST(Requests, waiting_for_one_that_does_not_come_ends) {
  const Simulator simulator;
  EXPECT_FALSE(simulator.wait_for_requests(1, 10ms));
}

TEST(Log, has_one_line_per_request_and_no_key) {
  std::mutex mutex;
  std::vector<std::string> lines;
  const auto path = testing::TempDir() + "simulator.log";
  std::remove(path.c_str());
  {
    const Simulator simulator(SimulatorOptions().log_file(path).log([&](std::string_view line) {
      const std::lock_guard lock(mutex);
      lines.emplace_back(line);
    }));
    RawClient(simulator.port())
        .post("/v1/chat/completions?key=test-key", streaming("hi"), "x-fastccg-fault: split\r\n");
    RawClient(simulator.port()).post("/nowhere", "{}");
  }
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0], "POST /v1/chat/completions 200 openai_chat stream faults=split");
  EXPECT_EQ(lines[1], "POST /nowhere 404 -");
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  EXPECT_EQ(line, lines[0]);
  EXPECT_THROW(Simulator(SimulatorOptions().log_file("/nonexistent/folder/log")), std::runtime_error);
}

TEST(Log, a_callback_that_throws_harms_nobody) {
  const Simulator simulator(SimulatorOptions().log([](std::string_view) { throw std::runtime_error("full"); }));
  EXPECT_EQ(ask(simulator, chat_body("hi")).status, 200);
}

TEST(Control, shows_requests_without_keys_and_takes_faults) {
  const Simulator simulator;
  RawClient client(simulator.port());
  client.post("/v1/chat/completions?key=test-key", chat_body("hi"), "x-api-key: test-key\r\n");
  client.send("GET /__fastccg/requests HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto shown = client.read().body;
  EXPECT_EQ(at(shown, "/count"), "1");
  EXPECT_EQ(at(shown, "/open_connections"), "1");
  EXPECT_EQ(at(shown, "/requests/0/path"), "/v1/chat/completions");
  EXPECT_EQ(shown.find("test-key"), std::string::npos);
  client.send("PUT /__fastccg/faults HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n529");
  EXPECT_EQ(client.read().status, 200);
  EXPECT_EQ(client.post(chat_path, chat_body("hi")).status, 529);
  client.send("PUT /__fastccg/faults HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nbad");
  EXPECT_EQ(client.read().status, 400);
  client.send("PUT /__fastccg/faults HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(client.read().status, 200);
  EXPECT_EQ(client.post(chat_path, chat_body("hi")).status, 200);
  client.send("DELETE /__fastccg/requests HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.read().status, 200);
  EXPECT_EQ(simulator.request_count(), 0U);
}

TEST(Memory, a_remembered_answer_does_not_get_past_the_key) {
  const Simulator simulator;
  const auto request = post_request(chat_path, chat_body("hi"));
  RawClient client(simulator.port());
  client.send(request);
  EXPECT_EQ(client.read().status, 200);
  client.send(without_authorization(request));
  EXPECT_EQ(client.read().status, 401);
}
