// Thousands of peers connect to a robot and send nothing, or garbage, at the link's port and at the emergency stop's:
// the controller continues, and an emergency stop is received. On this computer only, and for seconds.
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <functional>
#include <thread>

#include "core/random.h"
#include "robots/link/connection_bound.h"
#include "robots/link/emergency_stop.h"
#include "tests/robots/local_socket.h"
#include "tests/robots/moving_robot.h"

namespace sinew {
namespace {

constexpr size_t how_many = 5000;
constexpr double longest = 5;  // s: limit for a busy machine

int port_of(const std::string& address) { return std::stoi(address.substr(address.rfind(':') + 1)); }

std::string greeting() {
  std::string bytes("\xff\0\0\0\0\0\0\0\1\x7f\3\0NULL", 16);
  bytes.resize(64, '\0');
  return bytes;
}
// Sent after a greeting: declares a DEALER without a name.
const std::string ready("\4\x29\5READY\x0bSocket-Type\0\0\0\6DEALER\x08Identity\0\0\0\0", 43);

// The bytes that each peer sends; afterwards it stays connected and reads nothing.
const std::vector<std::pair<const char*, std::string>> openings = {
    {"silent", ""},
    {"half a greeting", greeting().substr(0, 10)},
    {"a greeting", greeting()},
    {"a handshake", greeting() + ready},
    {"a handshake and half a frame", greeting() + ready + std::string("\2\0\0\0\0\0\0\x40\0abc", 12)},
    {"no ZeroMQ", "GET / HTTP/1.1\r\n\r\n"},
};

std::vector<Socket> connect_all(int port, const std::string& opening) {
  std::vector<Socket> all;
  for (size_t i = 0; i < how_many; ++i) {
    all.push_back(connect_locally(port));
    if (all.back() && !opening.empty()) [[maybe_unused]]
      const ssize_t sent = ::send(all.back().fd(), opening.data(), opening.size(), MSG_NOSIGNAL);
  }
  return all;
}

class FaultConnections : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (raise_descriptor_limit() < how_many + 3000)
      GTEST_SKIP() << "this process may have " << raise_descriptor_limit() << " descriptors open, too few for "
                   << how_many << " connections: 'ulimit -Hn'";
  }
};

TEST_P(FaultConnections, TheEmergencyStopIsReached) {
  for (const auto& one : openings) {
    const std::string& opening = one.second;
    MovingRobot moving;
    const RobotConfig& config = moving.robot.config();
    const std::string& attacked = GetParam() ? config.stop_address : config.address;
    std::vector<Socket> many;
    std::atomic<bool> done{false};
    std::thread strangers([&] {
      many = connect_all(port_of(attacked), opening);
      done = true;
    });
    moving.hand.until([&] { return done.load(); }, 60);
    strangers.join();
    const std::string fault =
        fmt::format("{} connections to the {}, {}", how_many, GetParam() ? "stop" : "link", one.first);
    const bool was_armed = moving.robot.server().mode() == Mode::armed;
    const double pressed_at = now_seconds();
    double confirmed_at = 0;
    std::thread somebody([&] {
      EXPECT_NO_THROW(emergency_stop(config.stop_address, {}, "enough", 20)) << fault;
      confirmed_at = now_seconds();
    });
    EXPECT_TRUE(moving.hand.until([&] { return moving.robot.server().in_emergency(); }, 20)) << fault;
    somebody.join();
    report_reaction(fault, confirmed_at - pressed_at, longest, was_armed ? "; its policy went on until then" : "");
    EXPECT_EQ(moving.body.outside, 0u);
    // The peers are still connected, and the robot may be driven again.
    release_emergency_stop(config.stop_address, {}, "a test", 20);
    EXPECT_TRUE(soon([&] { return moving.hand.connect(0.5) && moving.hand.recover(0.5); }, 20)) << fault;
  }
}

// Peers connect, disconnect, and break off at any point.
TEST_P(FaultConnections, TheEmergencyStopIsReachedAmongThoseThatBreakOff) {
  MovingRobot moving;
  const RobotConfig& config = moving.robot.config();
  const int port = port_of(GetParam() ? config.stop_address : config.address);
  std::atomic<bool> enough{false};
  std::vector<std::thread> strangers;
  for (uint64_t i = 0; i < 2; ++i)
    strangers.emplace_back([&, i] {
      Rng rng(i);
      for (size_t n = 0; n < how_many && !enough; ++n) {
        std::string bytes = openings[rng.below(static_cast<uint32_t>(openings.size()))].second;
        for (uint32_t more = rng.below(40); more > 0; --more) bytes += static_cast<char>(rng.below(256));
        bytes.resize(rng.below(static_cast<uint32_t>(bytes.size() + 1)));
        const Socket stranger = connect_locally(port);
        if (stranger) [[maybe_unused]]
          const ssize_t sent = ::send(stranger.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      }
    });
  moving.hand.live(0.3);
  const std::string fault = fmt::format("connections to the {} that break off", GetParam() ? "stop" : "link");
  const double pressed_at = now_seconds();
  EXPECT_NO_THROW(emergency_stop(config.stop_address, {}, "enough", 20)) << fault;
  report_reaction(fault, now_seconds() - pressed_at, longest);
  EXPECT_TRUE(moving.robot.server().in_emergency());
  enough = true;
  for (std::thread& stranger : strangers) stranger.join();
  release_emergency_stop(config.stop_address, {}, "a test", 20);
  EXPECT_TRUE(soon([&] { return moving.hand.connect(0.5) && moving.hand.recover(0.5); }, 20));
  EXPECT_EQ(moving.body.outside, 0u);
}

INSTANTIATE_TEST_SUITE_P(Sockets, FaultConnections, testing::Bool(),
                         [](const auto& to_stop) { return to_stop.param ? "OfTheStop" : "OfTheLink"; });

// Closes the connections that were silent for longest, and no more than necessary.
TEST(ConnectionBound, ClosesWhoWasSilentForLongest) {
  const Socket listener = listen_locally();
  const int port = port_of(listener);
  ConnectionBound bound(fmt::format("tcp://127.0.0.1:{}", port), 20);
  std::vector<Socket> here, there;
  const auto connect = [&](int count) {
    for (int i = 0; i < count; ++i) {
      there.push_back(connect_locally(port));
      here.push_back(accept_from(listener));
    }
  };
  const auto is_open = [&](size_t i) {
    char byte = 0;
    return ::recv(here[i].fd(), &byte, 1, MSG_DONTWAIT | MSG_PEEK) != 0;
  };
  const auto wait = [] { std::this_thread::sleep_for(std::chrono::milliseconds(50)); };
  connect(20);
  EXPECT_EQ(bound.keep(), "");
  for (size_t i = 0; i < 20; ++i) EXPECT_TRUE(is_open(i)) << i;
  wait();
  for (const size_t talker : {0, 5}) EXPECT_EQ(::send(there[talker].fd(), "x", 1, 0), 1);
  connect(5);
  wait();
  EXPECT_EQ(bound.keep(here[1].fd()),  // of 24: 10 stay, and the spared one
            "there are more than 20 connections: the 14 that were silent for longest are closed");
  int open = 0;
  for (size_t i = 0; i < 25; ++i) open += is_open(i);
  EXPECT_EQ(open, 11);
  for (const size_t kept : {0, 1, 5, 20, 21, 22, 23, 24}) EXPECT_TRUE(is_open(kept)) << kept;
}

// A connection whose message has no end is closed; one whose messages end may continue without limit.
TEST(ConnectionBound, ClosesWhoseMessageHasNoEnd) {
  const Socket listener = listen_locally();
  const int port = port_of(listener);
  ConnectionBound bound(fmt::format("tcp://127.0.0.1:{}", port), 20);
  const Socket endless = connect_locally(port), endless_here = accept_from(listener);
  const Socket good = connect_locally(port), good_here = accept_from(listener);
  std::string done, buffer(1 << 20, 'x');
  size_t sent = 0;
  const auto pass = [&](const Socket& from, const Socket& to) {
    if (::send(from.fd(), buffer.data(), buffer.size(), MSG_NOSIGNAL) < 0) return false;
    return ::recv(to.fd(), buffer.data(), buffer.size(), MSG_WAITALL) == static_cast<ssize_t>(buffer.size());
  };
  for (; done.empty() && sent < 2 * ConnectionBound::most_unfinished; sent += buffer.size()) {
    ASSERT_TRUE(pass(endless, endless_here) && pass(good, good_here));
    bound.heard(good_here.fd());
    if (sent % (ConnectionBound::most_unfinished / 8) == 0) std::this_thread::sleep_for(std::chrono::milliseconds(300));
    done = bound.keep();
  }
  EXPECT_EQ(done, "more than 256 MiB came in unfinished messages: 1 connections are closed");
  EXPECT_GE(sent, ConnectionBound::most_unfinished);
  EXPECT_FALSE(pass(endless, endless_here));
  EXPECT_TRUE(pass(good, good_here));
}

// A reused descriptor inherits no credit from its former connection.
TEST(ConnectionBound, KnowsAConnectionFromOneThatHadItsDescriptor) {
  const Socket listener = listen_locally();
  const int port = port_of(listener);
  ConnectionBound bound(fmt::format("tcp://127.0.0.1:{}", port), 20);
  std::string buffer(1 << 20, 'x');
  const auto pass = [&](const Socket& from, const Socket& to, size_t bytes) {
    for (size_t sent = 0; sent < bytes; sent += buffer.size()) {
      if (::send(from.fd(), buffer.data(), buffer.size(), MSG_NOSIGNAL) < 0) return;
      if (::recv(to.fd(), buffer.data(), buffer.size(), MSG_WAITALL) <= 0) return;
    }
  };
  int before = -1;
  {
    const Socket honest = connect_locally(port), here = accept_from(listener);
    before = here.fd();
    pass(honest, here, size_t{100} << 20);
    bound.heard(here.fd());
  }
  const Socket endless = connect_locally(port), here = accept_from(listener);
  EXPECT_EQ(here.fd(), before);
  pass(endless, here, ConnectionBound::most_unfinished + buffer.size());
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_NE(bound.keep(), "");
}

size_t resident_bytes() {
  size_t total = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

// ZeroMQ keeps a message's frames until the last one has arrived, and limits only the size of each frame.
TEST(EndlessMessage, TakesNoMoreMemoryThanItsBound) {
  MovingRobot moving;
  const size_t before = resident_bytes();
  std::atomic<size_t> sent = 0;
  std::thread stranger([&] {
    const Socket socket = connect_locally(port_of(moving.robot.config().address));
    const std::string opening = greeting() + ready;
    ::send(socket.fd(), opening.data(), opening.size(), MSG_NOSIGNAL);
    std::string answer(64 + 43, '\0');  // the ROUTER's counterpart; earlier frames violate the protocol
    EXPECT_EQ(::recv(socket.fd(), answer.data(), answer.size(), MSG_WAITALL), static_cast<ssize_t>(answer.size()));
    std::string frame("\3\0\0\0\0\0\0\x40\0", 9);  // a long frame, with more to follow: 16,384 bytes
    frame.resize(9 + 16384, 'x');
    while (sent < (size_t{8} << 30) && ::send(socket.fd(), frame.data(), frame.size(), MSG_NOSIGNAL) > 0)
      sent += frame.size();
  });
  std::atomic<bool> ended = false;
  std::thread waits([&] { stranger.join(), ended = true; });
  EXPECT_TRUE(moving.hand.until([&] { return ended.load(); }, 120));
  waits.join();
  EXPECT_GE(sent, ConnectionBound::most_unfinished / 2);
  EXPECT_LT(sent, size_t{8} << 30);
  EXPECT_LT(resident_bytes(), before + (size_t{3} << 30));
  EXPECT_TRUE(soon([&] { return moving.hand.connect(0.5) && moving.hand.recover(0.5); }, 20));
  EXPECT_EQ(moving.body.outside, 0u);
}

TEST(ConnectionBound, RaisesTheLimitOfDescriptors) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit lower{100, limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &lower), 0);
  EXPECT_EQ(ConnectionBound("tcp://127.0.0.1:1", 1'000'000'000).most(), limit.rlim_max / 8);
  rlimit raised{};
  ::getrlimit(RLIMIT_NOFILE, &raised);
  EXPECT_EQ(raised.rlim_cur, limit.rlim_max);
}

}  // namespace
}  // namespace sinew
