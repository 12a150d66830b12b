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

/// A connection that a test can disturb: a client that connects to its port of 127.0.0.1 is connected to another port
/// there, and data is forwarded both ways. A setting is in effect when its call returns, for both directions of all
/// connections, present and future. Callable from any thread.
class TcpProxy {
 public:
  /// `port`: the port to forward to. Throws an Error if it cannot listen itself.
  explicit TcpProxy(int port);
  /// Closes all connections.
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  int port() const { return port_; }
  std::string address() const;  // "tcp://127.0.0.1:40123"

  /// Forwards nothing and keeps incoming data: connections stay open, and neither side learns that they are dead.
  void stall(bool on);
  /// Closes all present connections immediately.
  void cut();
  /// Resets new connections immediately.
  void refuse(bool on);
  /// Changes each byte with this probability (0: stops). The choice and the new value follow from the seed, the number
  /// of the connection, its direction, and the byte's offset since this call.
  void corrupt(double probability, uint64_t seed = 0);
  /// Forwards the first half of the next piece and then closes that piece's connection. Once.
  void truncate();
  /// Forwards data received from now on with this delay in seconds.
  void delay(double seconds);

  int connections();     // at present
  uint64_t accepted();   // so far, without those refused
  uint64_t forwarded();  // bytes forwarded so far

 private:
  struct Piece {
    double due;  // s, of now_seconds()
    std::string bytes;
    bool last = false;  // the connection is closed after it
  };
  // One direction, from one socket to the other.
  struct Direction {
    Rng rng = Rng();  // chooses what is corrupted
    std::deque<Piece> waiting;
    size_t waiting_bytes = 0;
    bool ended = false;    // no more data will come
    bool closed = false;   // and the other socket was notified
    bool blocked = false;  // the other socket accepts no data at present
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
  const std::function<void()>* task_ = nullptr;  // the task that a caller waits for

  // Used only by the thread.
  bool go_on_ = true, stalled_ = false, refuses_ = false, truncates_ = false;
  double probability_ = 0, delay_ = 0;
  uint64_t seed_ = 0, accepted_ = 0, forwarded_ = 0;
  std::list<Connection> connections_;

  std::thread thread_;
};

}  // namespace sinew
