#pragma once
#include <array>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/random.h"
#include "tests/robots/local_socket.h"

namespace sinew {

/// A wire that a test can spoil: what connects to its port of 127.0.0.1 is connected to another one there, and it hands
/// on what each side sends. What it is told holds when the call returns, for both directions of all connections,
/// present and to come. From any thread.
class TcpProxy {
 public:
  /// `port`: where it hands on to. Throws Error where it cannot listen itself.
  explicit TcpProxy(int port);
  /// Closes all connections.
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  int port() const { return port_; }
  std::string address() const;  // "tcp://127.0.0.1:40123"

  /// Hands on nothing, and keeps what comes: connections stay, and nobody is told that they are dead.
  void stall(bool on);
  /// Closes all present connections at once.
  void cut();
  /// New connections are reset at once.
  void refuse(bool on);
  /// Changes each byte with this probability (0: no longer). Which, and into what, follows from the seed, the number of
  /// the connection, its direction, and the byte's place since this call.
  void corrupt(double probability, uint64_t seed = 0);
  /// Hands on the first half of the next piece that comes, and then closes that piece's connection. Once.
  void truncate();
  /// What comes from now on is handed on so many seconds later.
  void delay(double seconds);

  int connections();     // at present
  uint64_t accepted();   // so far, without those refused
  uint64_t forwarded();  // bytes handed on so far

 private:
  struct Piece {
    double due;  // s, of now_seconds()
    std::string bytes;
    bool last = false;  // the connection is closed after it
  };
  // From one socket to the other.
  struct Direction {
    Rng rng = Rng();  // of what is corrupted
    std::deque<Piece> waiting;
    size_t waiting_bytes = 0;
    bool ended = false;    // nothing more comes
    bool closed = false;   // and the other socket was told
    bool blocked = false;  // the other socket takes nothing just now
  };
  struct Connection {
    uint64_t number;
    std::array<Socket, 2> sockets;
    std::array<Direction, 2> from;  // from[i]: from sockets[i] to the other
    bool broken = false;
  };

  void ask(const std::function<void()>& task);
  void loop();
  void sleep();
  void accept_all();
  void reseed(Connection& connection) const;
  void transfer(Connection& connection, size_t i);
  void take(Connection& connection, size_t i);
  void hand_on(Connection& connection, size_t i);
  void keep(Direction& direction, std::string bytes);

  Socket listener_, wake_;
  const int port_, to_;

  std::mutex mutex_;
  std::condition_variable turn_;
  const std::function<void()>* task_ = nullptr;  // what a caller waits for

  // The thread's own.
  bool go_on_ = true, stalled_ = false, refuses_ = false, truncates_ = false;
  double probability_ = 0, delay_ = 0;
  uint64_t seed_ = 0, accepted_ = 0, forwarded_ = 0;
  std::list<Connection> connections_;

  std::thread thread_;
};

}  // namespace sinew
