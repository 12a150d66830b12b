#include "robots/link/zap_authenticator.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

#include <chrono>
#include <cstring>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "robots/link/socket_security.h"
#include "tests/core/expect_error.h"

// Which peers are admitted, over real sockets on this computer. A refused peer gets 0.2 s in which a message would show
// an error.
namespace sinew {
namespace {

struct Context {
  void* handle = ::zmq_ctx_new();
  ~Context() { ::zmq_ctx_term(handle); }
};

class Socket {
 public:
  Socket(Context& context, int type) : handle_(::zmq_socket(context.handle, type)) { set(ZMQ_LINGER, 0); }
  ~Socket() { ::zmq_close(handle_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  void* handle() { return handle_; }
  void set(int option, int value) { ::zmq_setsockopt(handle_, option, &value, sizeof value); }
  std::string bind() {
    EXPECT_EQ(::zmq_bind(handle_, "tcp://127.0.0.1:*"), 0) << ::zmq_strerror(::zmq_errno());
    char address[64];
    size_t size = sizeof address;
    ::zmq_getsockopt(handle_, ZMQ_LAST_ENDPOINT, address, &size);
    return address;
  }
  void send(const std::string& address, const char* text) {
    ::zmq_connect(handle_, address.c_str());
    ::zmq_send(handle_, text, std::strlen(text), ZMQ_DONTWAIT);
  }
  // "text from NAME", or "" if nothing arrives in time.
  std::string receive(double seconds) {
    set(ZMQ_RCVTIMEO, static_cast<int>(seconds * 1000));
    zmq_msg_t message;
    ::zmq_msg_init(&message);
    std::string text;
    if (const int size = ::zmq_msg_recv(&message, handle_, 0); size >= 0) {
      const char* user = ::zmq_msg_gets(&message, "User-Id");
      text = std::string(static_cast<const char*>(::zmq_msg_data(&message)), static_cast<size_t>(size)) + " from " +
             (user ? user : "?");
    }
    ::zmq_msg_close(&message);
    return text;
  }

 private:
  void* handle_;
};

constexpr double in_time = 20, while_refused = 0.2;  // s

// The reports of a authenticator.
class Log {
 public:
  ZapAuthenticator::OnRefused writer() {
    return [this](const RefusedPeer& peer) {
      const std::lock_guard lock(mutex_);
      peers_.push_back(peer);
    };
  }
  // Waits for the first report.
  std::optional<RefusedPeer> first() {
    for (const double begin = now_seconds(); now_seconds() < begin + in_time;) {
      if (const std::lock_guard lock(mutex_); !peers_.empty()) return peers_[0];
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return std::nullopt;
  }
  size_t size() {
    const std::lock_guard lock(mutex_);
    return peers_.size();
  }

 private:
  std::mutex mutex_;
  std::vector<RefusedPeer> peers_;
};

// A guarded server, and a stranger's context.
struct Link {
  const KeyPair own = make_key_pair(), friendly = make_key_pair(), stranger = make_key_pair();
  Log log;
  Context here, there;
  std::optional<ZapAuthenticator> authenticator{std::in_place, here.handle,
                                                AllowList{{{"policy", friendly.public_key}}}, log.writer()};
  Socket server{here, ZMQ_PULL};
  std::string address;
  Link() {
    authenticator->guard(server.handle(), own);
    address = server.bind();
  }
  // The message that the server receives from a client with these keys.
  std::string deliver(const KeyPair& keys, const std::string& server_key, double seconds) {
    Socket client(there, ZMQ_PUSH);
    trust_server(client.handle(), keys, server_key);
    client.send(address, "hello");
    return server.receive(seconds);
  }
  std::string deliver_in_the_open() {
    Socket client(there, ZMQ_PUSH);
    client.send(address, "hello");
    return server.receive(while_refused);
  }
  // Expects that nothing arrives from a peer with these keys, or without keys, and that it is reported.
  RefusedPeer expect_refused(const KeyPair* keys, const std::string& server_key = "") {
    Socket client(there, ZMQ_PUSH);
    if (keys) trust_server(client.handle(), *keys, server_key);
    client.send(address, "hello");
    const auto report = log.first();
    EXPECT_TRUE(report) << "nothing is reported";
    EXPECT_EQ(server.receive(while_refused), "");
    EXPECT_EQ(authenticator->admitted(), 0u);
    EXPECT_GE(authenticator->refused(), 1u);
    return report.value_or(RefusedPeer{});
  }
  void expect_still_open() { EXPECT_EQ(deliver(friendly, own.public_key, in_time), "hello from policy"); }
};

TEST(ZapAuthenticator, LetsInWhoIsOnTheList) {
  Link link;
  link.expect_still_open();
  EXPECT_EQ(link.authenticator->admitted(), 1u);
  EXPECT_EQ(link.authenticator->refused(), 0u);
  EXPECT_EQ(link.log.size(), 0u);
}

TEST(ZapAuthenticator, RefusesAKeyThatIsNotOnTheList) {
  Link link;
  const RefusedPeer report = link.expect_refused(&link.stranger, link.own.public_key);
  EXPECT_EQ(report.why, "its key is not on the allow-list");
  EXPECT_EQ(report.address, "127.0.0.1");
  EXPECT_EQ(report.key, link.stranger.public_key);
  EXPECT_EQ(report.times, 1u);
  EXPECT_EQ(link.log.size(), 1u) << "for one reason";
  link.expect_still_open();
}

TEST(ZapAuthenticator, RefusesWhoExpectsAnotherServer) {
  Link link;
  const RefusedPeer report = link.expect_refused(&link.friendly, link.stranger.public_key);
  EXPECT_EQ(report.why, "it expects a server with another key");
  EXPECT_EQ(report.address, link.address);
  link.expect_still_open();
}

TEST(ZapAuthenticator, RefusesWhoDoesNotEncrypt) {
  Link link;
  const RefusedPeer report = link.expect_refused(nullptr);
  expect_contains(report.why, "it does not encrypt (CURVE)");  // for certain, or "perhaps" if noticed earlier
  EXPECT_EQ(report.address, link.address);
  link.expect_still_open();
}

// A socket in its domain that has no keys.
TEST(ZapAuthenticator, RefusesWhoAsksForItsDomainInTheOpen) {
  Log log;
  Context here;
  ZapAuthenticator authenticator(here.handle, {}, log.writer());
  Socket server(here, ZMQ_PULL), client(here, ZMQ_PUSH), unguarded(here, ZMQ_PULL), other(here, ZMQ_PUSH);
  ::zmq_setsockopt(server.handle(), ZMQ_ZAP_DOMAIN, "sinew", 5);
  client.send(server.bind(), "hello");
  const auto report = log.first();
  ASSERT_TRUE(report);
  EXPECT_EQ(server.receive(while_refused), "");
  EXPECT_EQ(report->why, "it does not encrypt (CURVE)");
  EXPECT_EQ(report->address, "127.0.0.1");
  other.send(unguarded.bind(), "hello");
  EXPECT_EQ(unguarded.receive(in_time), "hello from ?") << "a socket of no domain is not its affair";
}

TEST(ZapAuthenticator, RefusesADomainThatIsNotItsOwn) {
  Log log;
  Context here;
  const KeyPair own = make_key_pair(), friendly = make_key_pair();
  ZapAuthenticator authenticator(here.handle, {{{"policy", friendly.public_key}}}, log.writer());
  Socket server(here, ZMQ_PULL), client(here, ZMQ_PUSH);
  server.set(ZMQ_CURVE_SERVER, 1);
  ::zmq_setsockopt(server.handle(), ZMQ_CURVE_SECRETKEY, own.secret_key.data(), 40);
  ::zmq_setsockopt(server.handle(), ZMQ_ZAP_DOMAIN, "other", 5);
  trust_server(client.handle(), friendly, own.public_key);
  client.send(server.bind(), "hello");
  const auto report = log.first();
  ASSERT_TRUE(report);
  EXPECT_EQ(server.receive(while_refused), "");
  EXPECT_EQ(report->why, "it connected to a socket that is not guarded");
}

TEST(ZapAuthenticator, IsNotDisturbedByGarbage) {
  Link link;
  sockaddr_in to{.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
  to.sin_port = htons(static_cast<uint16_t>(std::stoi(link.address.substr(link.address.rfind(':') + 1))));
  const std::string greeting("\xff\0\0\0\0\0\0\0\1\x7f\3\0CURVE", 17);
  for (const std::string& bytes :
       {std::string("GET / HTTP/1.0\r\n\r\n"), std::string(4096, '\xff'), std::string(64, '\0'),
        greeting + std::string(47, '\0') + std::string(500, '\x04')}) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    ASSERT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
    EXPECT_EQ(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
    EXPECT_EQ(link.server.receive(0.02), "");
    ::close(fd);
  }
  link.expect_still_open();
  EXPECT_EQ(link.authenticator->admitted(), 1u);
}

TEST(ZapAuthenticator, ReportsAgainOnlyInAWhile) {
  Link link;
  for (uint64_t i = 0; i < 5; ++i) {
    Socket client(link.there, ZMQ_PUSH);
    trust_server(client.handle(), link.stranger, link.own.public_key);
    client.send(link.address, "hello");
    for (const double begin = now_seconds(); link.authenticator->refused() <= i && now_seconds() < begin + in_time;)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  EXPECT_GE(link.authenticator->refused(), 5u);
  EXPECT_LE(link.log.size(), 2u);
}

TEST(ZapAuthenticator, ManyKeysShareAReport) {
  Link link;
  constexpr size_t many = 12;
  for (size_t i = 0; i < many; ++i) {
    Socket client(link.there, ZMQ_PUSH);
    trust_server(client.handle(), make_key_pair(), link.own.public_key);
    client.send(link.address, "hello");
    for (const double begin = now_seconds(); link.authenticator->refused() <= i && now_seconds() < begin + in_time;)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  EXPECT_GE(link.authenticator->refused(), many);
  EXPECT_LE(link.log.size(), 7u) << "four keys, what they have in common, and who hung up";
}

TEST(ZapAuthenticator, WithoutItNobodyGetsInAndTheContextGoesOn) {
  Link link;
  link.expect_still_open();
  link.authenticator.reset();
  EXPECT_EQ(link.deliver(link.friendly, link.own.public_key, while_refused), "");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(link.deliver_in_the_open(), "");
  Socket server(link.here, ZMQ_PULL), client(link.here, ZMQ_PUSH);
  client.send(server.bind(), "hello");
  EXPECT_EQ(server.receive(in_time), "hello from ?");
}

TEST(ZapAuthenticator, GuardsSeveralSocketsWhichMayCloseBefore) {
  Link link;
  for (int i = 0; i < 3; ++i) {
    Socket other(link.here, ZMQ_PULL), client(link.there, ZMQ_PUSH);
    link.authenticator->guard(other.handle(), link.own);
    trust_server(client.handle(), link.friendly, link.own.public_key);
    client.send(other.bind(), "hello");
    EXPECT_EQ(other.receive(in_time), "hello from policy");
  }
  link.expect_still_open();
  EXPECT_EQ(link.authenticator->admitted(), 4u);
}

TEST(ZapAuthenticator, AContextHasOneAtATime) {
  Link link;
  expect_contains(error_of([&] { ZapAuthenticator second(link.here.handle, {}, link.log.writer()); }),
                  "this ZeroMQ context already has an authenticator");
  link.expect_still_open();
  Context here;
  for (int i = 0; i < 3; ++i) EXPECT_NO_THROW(ZapAuthenticator(here.handle, {}, link.log.writer()));
}

TEST(ZapAuthenticator, MayEndAfterItsContext) {
  Log log;
  std::optional<Context> here(std::in_place);
  ZapAuthenticator authenticator(here->handle, {}, log.writer());
  here.reset();
  EXPECT_EQ(authenticator.admitted(), 0u);
}

TEST(ZapAuthenticator, RefusesKeysThatAreNone) {
  Link link;
  Socket server(link.here, ZMQ_PULL);
  expect_contains(error_of([&] { link.authenticator->guard(server.handle(), {link.own.public_key, "secret"}); }),
                  "not a key of 40 characters");
}

}  // namespace
}  // namespace sinew
