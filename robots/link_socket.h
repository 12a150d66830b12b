#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sinew {

/// The one ZeroMQ context of a process's side of the link. Its sockets must be gone before it.
class LinkContext {
 public:
  LinkContext();
  ~LinkContext();
  LinkContext(const LinkContext&) = delete;
  LinkContext& operator=(const LinkContext&) = delete;
  void* handle() const { return handle_; }

 private:
  void* handle_;
};

/// Gives a socket, libzmq's own pointer, its keys before it is bound or connected. Empty: it has none.
using SecureSocket = std::function<void(void* socket)>;

/// A socket of the link: at most `most_bytes` a frame, messages for a peer that is not there or does not keep up are
/// dropped, not kept, and a peer whose computer does not answer for some seconds is disconnected. Used by one thread at a time; errors of a
/// call are Errors that name the address.
class LinkSocket {
 public:
  enum class Kind { router, dealer, reply, request, push, pull };
  struct Options {
    int queue = 1;              // messages to each peer
    int incoming = 1;           // messages of each peer that wait to be taken; more wait in its computer
    int64_t most_bytes = 1 << 20;
    SecureSocket secure = {};
    std::string routing_id = {};  // of a dealer: by which a router knows it again when it reconnects
    bool newest_alone = false;  // of messages of one frame: the queue holds the last one (ZMQ_CONFLATE)
    int linger = 0;             // ms: how long, in the end, it waits for what was sent to go
  };
  LinkSocket(const LinkContext& context, Kind kind, const Options& options);

  /// "tcp://127.0.0.1:5570"; the port * takes a free one. Returns the address with its port. An Error says when another
  /// program has it.
  std::string bind(const std::string& address);
  void connect(const std::string& address);

  /// False: it cannot go now, and none of it does. A router's first frame is the routing id.
  bool send(std::span<const std::string_view> frames);
  bool send(std::span<const std::string> frames, std::string_view routing_id = {});
  /// All frames of the next message; false: there is none. Those beyond most_frames are left out, and so is the rest of
  /// a message that is larger than 64 MiB.
  bool receive(std::vector<std::string>& frames);

  /// Of a socket that connects: gives up its connection, and makes a new one. libzmq does so by itself, but not after
  /// the other side has said what is not its protocol.
  void reconnect();

  /// Of a socket that connects: how often it lost its connection so far.
  uint64_t disconnections();

  void* handle() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(void* socket) const noexcept;
  };
  void* context_;
  std::unique_ptr<void, Close> handle_, monitor_;  // the monitor tells of lost connections
  std::string address_;
  uint64_t disconnections_ = 0;
};

/// Wakes a thread that waits for sockets, from another thread; neither waits nor allocates.
class Doorbell {
 public:
  Doorbell();
  ~Doorbell();
  Doorbell(const Doorbell&) = delete;
  Doorbell& operator=(const Doorbell&) = delete;
  void ring() noexcept;
  /// Takes the rings so far.
  void answer() noexcept;
  int file() const { return file_; }

 private:
  int file_;
};

/// Waits until one of the sockets has a message or the doorbell rings, for `seconds` at most; or until `sender`, one of
/// the sockets, can send.
void wait_for(std::span<LinkSocket* const> sockets, const Doorbell& doorbell, double seconds,
              const LinkSocket* sender = nullptr);

}  // namespace sinew
