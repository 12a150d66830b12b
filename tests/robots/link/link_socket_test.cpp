// A message that is too large for a socket is dropped whole and reported; later messages are unaffected.
#include "robots/link/link_socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "core/safe_file.h"
#include "tests/core/expect_error.h"
#include "tests/robots/fake_robot.h"

namespace sinew {
namespace {

using Frames = std::vector<std::string>;

// A sender and a router, whose messages begin with the sender's name.
struct Wire {
  explicit Wire(int64_t most_bytes) : receiver(context, LinkSocket::Kind::router, {.most_bytes = most_bytes}) {
    sender.connect(receiver.bind("tcp://127.0.0.1:*"));
  }
  void send(const Frames& frames) {
    EXPECT_TRUE(soon([&] { return sender.send(frames); }));
  }
  // The number of calls needed to receive the next message after its first frame arrived.
  size_t receive(Frames& frames) {
    const Doorbell nobody;
    LinkSocket* sockets[] = {&receiver};
    size_t times = 0;
    EXPECT_TRUE(soon([&] {
      wait_for(sockets, nobody, 1);
      ++times;
      return receiver.receive(frames);
    }));
    return times;
  }
  LinkContext context;
  LinkSocket receiver;
  LinkSocket sender{context, LinkSocket::Kind::dealer, {.routing_id = "somebody"}};
};

struct Sent {
  const char* name;
  size_t frames, bytes;  // bytes: per frame
  const char* error;     // "": not too large
};

const Sent small_limit[] = {
    {"a small one", 2, 5, ""},
    {"a frame of the most bytes", 1, 1000, ""},
    {"one byte more", 1, 1001, "a frame of 1001 bytes; 1000 are allowed"},
    {"many such frames", 50, 1500, "a frame of 1500 bytes; 1000 are allowed"},
    {"the most frames", 69, 1, ""},
    {"one frame more", 70, 1, "a message of 71 frames; 70 are allowed"},
    {"a hundred thousand frames", 100000, 0, "a message of 100001 frames; 70 are allowed"},
};

void expect_as_sent(Wire& wire, const Sent& sent) {
  SCOPED_TRACE(sent.name);
  const Frames whole(sent.frames, std::string(sent.bytes, 'x'));
  Frames received;
  wire.send(whole);
  const size_t times = wire.receive(received);
  EXPECT_GE(times, sent.frames / 1000) << "a receiver that takes all at once does nothing else";
  Frames expected = {"somebody"};
  if (*sent.error) {
    EXPECT_EQ(error_of([&] { wire.receiver.check_size(); }), sent.error);
    if (sent.bytes == 0) expected.emplace_back();  // like the start of a REQ's message
  } else {
    EXPECT_NO_THROW(wire.receiver.check_size());
    expected.insert(expected.end(), whole.begin(), whole.end());
  }
  EXPECT_EQ(received, expected);
  wire.send({"next"});
  wire.receive(received);
  EXPECT_NO_THROW(wire.receiver.check_size());
  EXPECT_EQ(received, (Frames{"somebody", "next"}));
}

TEST(LinkSocket, WhatIsTooLargeIsLeftOutWhole) {
  Wire wire(1000);
  for (const Sent& sent : small_limit) expect_as_sent(wire, sent);
}

TEST(LinkSocket, ManyLargeFramesAreTooLargeTogether) {
  Wire wire(1 << 20);
  expect_as_sent(wire, {"64 MiB and a byte", 65, 1 << 20, "a message of 68157448 bytes; 67108864 are allowed"});
}

// ZeroMQ itself would remove an existing file there.
TEST(LinkSocket, AnIpcAddressTakesNobodysPlace) {
  namespace fs = std::filesystem;
  const std::string path = testing::TempDir() + "sinew_ipc_" + std::to_string(::getpid());
  const std::string address = "ipc://" + path;
  const LinkContext context;
  const auto listen = [&] {
    return std::make_unique<LinkSocket>(context, LinkSocket::Kind::router, LinkSocket::Options{});
  };
  std::ofstream(path) << "somebody's work";
  expect_contains(error_of([&] { listen()->bind(address); }), "exists and is not a socket; take another path");
  EXPECT_EQ(read_file(path), "somebody's work");
  fs::remove(path);
  const auto first = listen();
  first->bind(address);
  expect_contains(error_of([&] { listen()->bind(address); }), "another program does already");
  // The socket file that a killed process leaves behind.
  const std::string left = path + "_left";
  const int dead = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un name{.sun_family = AF_UNIX, .sun_path = {}};
  left.copy(name.sun_path, sizeof name.sun_path - 1);
  ASSERT_EQ(::bind(dead, reinterpret_cast<const sockaddr*>(&name), sizeof name), 0);
  ::close(dead);
  EXPECT_NO_THROW(listen()->bind("ipc://" + left));
  fs::remove(left);
}

}  // namespace
}  // namespace sinew
