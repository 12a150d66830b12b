#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

/// Descriptors are what a process runs out of first when many connect to it: then nobody gets through any more, not
/// even who wants to stop the robot.
namespace sinew {

/// Raises this process's limit of open descriptors as far as it may. Returns it.
size_t raise_descriptor_limit();

/// Holds the TCP connections to one of this process's addresses to two bounds. Where there are too many, the half that
/// has been silent for longest is closed: whoever says something gets through, however many say nothing. Where messages
/// that have not ended take too much memory, as ZeroMQ keeps them all, the connections with the most of it are closed.
/// For one thread.
class ConnectionBound {
 public:
  static constexpr size_t most_unfinished = size_t{1} << 28;  // bytes, of all connections together

  /// `address`: "tcp://127.0.0.1:5570"; those of other kinds (ipc, inproc) have no bound. Raises the limit of
  /// descriptors, of which no address gets more than an eighth. Made before anybody connects.
  explicit ConnectionBound(const std::string& address, size_t most = 1000);

  size_t most() const { return most_; }

  /// A message came to its end over the connection of this descriptor (LinkSocket::source).
  void heard(int descriptor);

  /// Called often; looks at the connections some times a second. Returns what it did, in words for people; "": nothing.
  /// `spared`: the descriptor of one that is not closed for its silence; -1: none.
  std::string keep(int spared = -1);

 private:
  struct Connection;
  bool is_due();
  std::string close_silent(std::vector<Connection>& connections, int spared) const;
  std::string close_endless(std::vector<Connection>& connections);
  std::vector<Connection> connections() const;

  int port_;  // 0: not TCP
  size_t most_;
  int free_at_first_;      // the lowest free descriptor, before anybody connected
  double looked_at_ = -1;  // s
  struct Finished {
    uint64_t cookie;  // SO_COOKIE: a descriptor is soon another connection's
    uint64_t bytes;   // that had come over it when a message ended
  };
  std::unordered_map<int, Finished> finished_;  // by descriptor
};

}  // namespace sinew
