#include "robots/socket_security.h"

#include "tests/core/expect_error.h"

namespace sinew {
namespace {

TEST(SocketSecurity, KnowsWhatStaysOnThisComputer) {
  for (const char* address : {"tcp://127.0.0.1:5570", "tcp://127.0.0.1:*", "tcp://127.12.3.4:1", "tcp://localhost:5570",
                              "tcp://[::1]:5570", "ipc:///tmp/robot", "ipc://@robot", "inproc://robot"})
    EXPECT_TRUE(is_loopback(address)) << address;
  for (const char* address : {"tcp://*:5570",
                              "tcp://0.0.0.0:5570",
                              "tcp://[::]:5570",
                              "tcp://192.168.1.7:5570",
                              "tcp://[2001:db8::1]:5570",
                              "tcp://robot:5570",
                              "tcp://localhost.lan:5570",
                              "tcp://127.0.0.1.lan:5570",
                              "tcp://127.1:5570",
                              "tcp://lo:5570",
                              "tcp://eth0:5570",
                              "tcp://127.0.0.1",
                              "tcp://127.0.0.1:",
                              "tcp://127.0.0.1:x",
                              "tcp://127.0.0.1:65536",
                              "tcp://127.0.0.1:-1",
                              "tcp://10.0.0.1:0;127.0.0.1:5570",
                              "tcp://127.0.0.1:0;10.0.0.1:5570",
                              "tcp://",
                              "tcp://:1",
                              "udp://127.0.0.1:5570",
                              "ws://127.0.0.1:80",
                              "TCP://127.0.0.1:5570",
                              " tcp://127.0.0.1:5570",
                              "127.0.0.1:5570",
                              "ipc:/x",
                              "",
                              ":",
                              "tcp:"})
    EXPECT_FALSE(is_loopback(address)) << address;
}

TEST(SocketSecurity, RefusesKeysThatAreNone) {
  const KeyPair keys = make_key_pair();
  for (const KeyPair& bad : {KeyPair{"", keys.secret_key}, KeyPair{keys.public_key, "secret"}})
    expect_contains(error_of([&] { trust_server(nullptr, bad, keys.public_key); }), "no key of 40 characters");
  expect_contains(error_of([&] { trust_server(nullptr, keys, ""); }), "no key of 40 characters");
}

}  // namespace
}  // namespace sinew
