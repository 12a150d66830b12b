#include "tests/robots/tcp_proxy.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cmath>
#include <string>
#include <thread>
#include <vector>

#include "core/clock.h"

namespace sinew {
namespace {

constexpr double long_enough = 10;  // s: enough for a busy machine to answer

// Receives up to `size` bytes; fewer if the other side ends or crashes first, or nothing arrives for `seconds`.
std::string receive(const Socket& socket, size_t size, double seconds = long_enough) {
  const timeval time{static_cast<time_t>(seconds),
                     static_cast<suseconds_t>((seconds - static_cast<int>(seconds)) * 1e6)};
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  std::string bytes(size, '\0');
  size_t there = 0;
  while (there < size) {
    const ssize_t more = ::recv(socket.fd(), bytes.data() + there, size - there, 0);
    if (more <= 0) break;
    there += static_cast<size_t>(more);
  }
  bytes.resize(there);
  return bytes;
}

void send_bytes(const Socket& socket, const std::string& bytes) {
  for (size_t sent = 0; sent < bytes.size();) {
    const ssize_t more = ::send(socket.fd(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    ASSERT_GT(more, 0);
    sent += static_cast<size_t>(more);
  }
}

// Whether the other side ended or crashed with no more data to read.
bool is_over(const Socket& socket) {
  const timeval time{static_cast<time_t>(long_enough), 0};
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  char byte;
  const ssize_t size = ::recv(socket.fd(), &byte, 1, 0);
  return size == 0 || (size < 0 && (errno == ECONNRESET || errno == EPIPE));
}

bool is_silent(const Socket& socket) { return receive(socket, 1, 0.05).empty(); }

std::string letters(size_t size) {
  std::string text(size, ' ');
  for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 23);
  return text;
}

// A client, a server, and the proxy between them.
struct Line {
  Socket listener = listen_locally();
  TcpProxy proxy{port_of(listener)};
  Socket client, server;

  Line() { connect(); }
  void connect() {
    client = connect_locally(proxy.port());
    server = accept_from(listener);
  }
};

TEST(TcpProxy, HandsOnBothWays) {
  Line line;
  EXPECT_EQ(line.proxy.address(), "tcp://127.0.0.1:" + std::to_string(line.proxy.port()));
  send_bytes(line.client, "question");
  EXPECT_EQ(receive(line.server, 8), "question");
  send_bytes(line.server, "answer");
  EXPECT_EQ(receive(line.client, 6), "answer");
  EXPECT_EQ(line.proxy.connections(), 1);
  EXPECT_EQ(line.proxy.accepted(), 1u);
  EXPECT_EQ(line.proxy.forwarded(), 14u);
}

TEST(TcpProxy, HandsOnMuchAndTheEnd) {
  Line line;
  const std::string there = letters(3 << 20), back = letters(1 << 20);
  std::thread sender([&] {
    send_bytes(line.client, there);
    ::shutdown(line.client.fd(), SHUT_WR);
  });
  EXPECT_EQ(receive(line.server, there.size()), there);
  sender.join();
  EXPECT_TRUE(is_over(line.server));
  std::thread answerer([&] {
    send_bytes(line.server, back);
    line.server.close();
  });
  EXPECT_EQ(receive(line.client, back.size()), back) << "one direction has ended, the other has not";
  answerer.join();
  EXPECT_TRUE(is_over(line.client));
  while (line.proxy.connections() > 0) std::this_thread::yield();
}

TEST(TcpProxy, KeepsConnectionsApart) {
  Line line;
  Socket client = std::move(line.client), server = std::move(line.server);
  line.connect();
  send_bytes(client, "first");
  send_bytes(line.client, "second");
  EXPECT_EQ(receive(line.server, 6), "second");
  EXPECT_EQ(receive(server, 5), "first");
  client.close();
  EXPECT_TRUE(is_over(server));
  send_bytes(line.server, "still there");
  EXPECT_EQ(receive(line.client, 11), "still there");
}

TEST(TcpProxy, StallsAndGoesOn) {
  Line line;
  line.proxy.stall(true);
  send_bytes(line.client, "later");
  send_bytes(line.server, "too");
  EXPECT_TRUE(is_silent(line.server));
  EXPECT_TRUE(is_silent(line.client));
  Socket client = connect_locally(line.proxy.port());
  EXPECT_TRUE(client);
  EXPECT_TRUE(is_silent(client)) << "neither taken nor refused";
  EXPECT_EQ(line.proxy.forwarded(), 0u);
  line.proxy.stall(false);
  EXPECT_EQ(receive(line.server, 5), "later");
  EXPECT_EQ(receive(line.client, 3), "too");
}

TEST(TcpProxy, CutsAndLetsInAgain) {
  Line line;
  line.proxy.cut();
  EXPECT_EQ(line.proxy.connections(), 0);
  EXPECT_TRUE(is_over(line.client));
  EXPECT_TRUE(is_over(line.server));
  line.connect();
  send_bytes(line.client, "again");
  EXPECT_EQ(receive(line.server, 5), "again");
  EXPECT_EQ(line.proxy.accepted(), 2u);
}

TEST(TcpProxy, CutsWhatIsStalled) {
  Line line;
  line.proxy.stall(true);
  send_bytes(line.client, "lost");
  line.proxy.cut();
  EXPECT_TRUE(is_over(line.client));
  EXPECT_TRUE(is_over(line.server)) << "and nothing came before";
}

TEST(TcpProxy, Refuses) {
  Line line;
  line.proxy.refuse(true);
  const Socket refused = connect_locally(line.proxy.port());
  EXPECT_TRUE(!refused || is_over(refused));
  send_bytes(line.client, "present ones stay");
  EXPECT_EQ(receive(line.server, 17), "present ones stay");
  EXPECT_EQ(line.proxy.accepted(), 1u);
  line.proxy.refuse(false);
  line.connect();
  send_bytes(line.client, "in");
  EXPECT_EQ(receive(line.server, 2), "in");
}

TEST(TcpProxy, ResetsWhereNobodyListens) {
  const Line line;
  TcpProxy proxy(port_of(line.client));  // a used port, so that no other test listens there
  const Socket client = connect_locally(proxy.port());
  EXPECT_TRUE(!client || is_over(client));
}

TEST(TcpProxy, CorruptsByItsSeed) {
  const std::string text = letters(20000);
  const auto corrupted = [&](double probability, uint64_t seed, bool from_client) {
    Line line;
    line.proxy.corrupt(probability, seed);
    send_bytes(from_client ? line.client : line.server, text);
    return receive(from_client ? line.server : line.client, text.size());
  };
  const auto changed = [&](const std::string& other) {
    size_t count = 0;
    for (size_t i = 0; i < text.size(); ++i) count += text[i] != other.at(i);
    return count;
  };
  const std::string some = corrupted(0.1, 1, true);
  EXPECT_EQ(some, corrupted(0.1, 1, true));
  EXPECT_NE(some, corrupted(0.1, 2, true));
  EXPECT_NE(some, corrupted(0.1, 1, false));
  EXPECT_NEAR(static_cast<double>(changed(some)), 2000, 6 * std::sqrt(20000 * 0.1 * 0.9)) << "six standard deviations";
  EXPECT_EQ(changed(corrupted(1, 1, true)), text.size());
  EXPECT_EQ(corrupted(0, 1, true), text);
}

TEST(TcpProxy, CorruptsPresentConnectionsFromNowOn) {
  Line line;
  send_bytes(line.client, "whole");
  EXPECT_EQ(receive(line.server, 5), "whole");
  line.proxy.corrupt(1);
  send_bytes(line.client, "wrong");
  EXPECT_NE(receive(line.server, 5), "wrong");
  line.proxy.corrupt(0);
  send_bytes(line.client, "whole");
  EXPECT_EQ(receive(line.server, 5), "whole");
}

TEST(TcpProxy, TruncatesOnce) {
  Line line;
  const std::string text = letters(100);
  line.proxy.truncate();
  send_bytes(line.client, text);
  const std::string part = receive(line.server, text.size());
  EXPECT_GT(part.size(), 0u);
  EXPECT_LT(part.size(), text.size());
  EXPECT_EQ(part, text.substr(0, part.size()));
  EXPECT_TRUE(is_over(line.client));
  line.connect();
  send_bytes(line.client, text);
  EXPECT_EQ(receive(line.server, text.size()), text);
}

TEST(TcpProxy, Delays) {
  Line line;
  line.proxy.delay(0.1);
  const Stopwatch watch;
  send_bytes(line.client, "one ");
  send_bytes(line.client, "two");
  EXPECT_EQ(receive(line.server, 7), "one two");
  EXPECT_GE(watch.seconds(), 0.1);
  const Stopwatch back;
  send_bytes(line.server, "back");
  line.server.close();
  EXPECT_EQ(receive(line.client, 4), "back") << "what waits still comes before the end";
  EXPECT_GE(back.seconds(), 0.1);
  EXPECT_TRUE(is_over(line.client));
}

TEST(TcpProxy, EndsWhateverItHolds) {
  const Socket listener = listen_locally();
  Socket client, server, other;
  {
    TcpProxy proxy(port_of(listener));
    client = connect_locally(proxy.port());
    server = accept_from(listener);
    proxy.delay(60);
    send_bytes(client, "never");
    proxy.stall(true);
    other = connect_locally(proxy.port());
  }
  EXPECT_TRUE(is_over(server));
  EXPECT_TRUE(is_over(client));
}

TEST(TcpProxy, IsToldFromSeveralThreads) {
  Line line;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&, i] {
      for (int k = 0; k < 30; ++k) {
        line.proxy.stall(k % 2 == 0);
        line.proxy.delay(i * 1e-4);
        line.proxy.connections();
      }
    });
  send_bytes(line.client, letters(1000));
  for (std::thread& thread : threads) thread.join();
  line.proxy.stall(false);
  EXPECT_EQ(receive(line.server, 1000), letters(1000));
}

}  // namespace
}  // namespace sinew
