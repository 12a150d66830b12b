#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

/// Descriptors are the first resource that a process exhausts when many clients connect. Then no new client gets
/// through, not even one that wants to stop the robot.
namespace sinew {

/// Raises this process's limit of open descriptors as far as permitted. Returns the limit.
size_t raise_descriptor_limit();

/// Enforces two bounds on the TCP connections to one of this process's addresses. If there are too many connections,
/// the half that has been silent longest is closed, so that an active client gets through, however many are silent. If
/// unfinished messages, all of which ZeroMQ keeps, take too much memory, the connections with the most of it are
/// closed. For one thread.
class ConnectionBound {
 public:
  static constexpr size_t most_unfinished = size_t{1} << 28;  // bytes, of all connections together

  /// `address`: "tcp://127.0.0.1:5570"; other kinds (ipc, inproc) have no bound. Raises the limit of descriptors; no
  /// address gets more than an eighth of them. Construct it before any client connects.
  explicit ConnectionBound(const std::string& address, size_t most = 1000);

  size_t most() const { return most_; }

  /// A message was completed on the connection with this descriptor (LinkSocket::source).
  void heard(int descriptor);

  /// To be called often; it checks the connections a few times a second. Returns what it did, in words for people; "":
  /// nothing. `spared`: the descriptor of a connection that is not closed for silence; -1: none.
  std::string keep(int spared = -1);

 private:
  struct Connection;
  bool is_due();
  std::string close_silent(std::vector<Connection>& connections, int spared) const;
  std::string close_endless(std::vector<Connection>& connections);
  std::vector<Connection> connections() const;

  int port_;  // 0: not TCP
  size_t most_;
  int free_at_first_;      // the lowest free descriptor, before any client connected
  double looked_at_ = -1;  // s
  struct Finished {
    uint64_t cookie;  // SO_COOKIE, because a descriptor is soon reused for another connection
    uint64_t bytes;   // bytes received on it when a message was last completed
  };
  std::unordered_map<int, Finished> finished_;  // by descriptor
};

}  // namespace sinew
