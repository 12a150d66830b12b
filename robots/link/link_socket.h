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

/// The single ZeroMQ context of a process's side of the link. Its sockets must be destroyed before it.
class LinkContext {
 public:
  /// `real_time_priority`: of ZeroMQ's I/O threads, if permitted; 0: none.
  explicit LinkContext(int real_time_priority = 0);
  ~LinkContext();
  LinkContext(const LinkContext&) = delete;
  LinkContext& operator=(const LinkContext&) = delete;
  void* handle() const { return handle_; }

 private:
  void* handle_;
};

/// Sets a socket's keys before it is bound or connected; the socket is libzmq's own pointer. Empty: no keys.
using SecureSocket = std::function<void(void* socket)>;

/// A socket of the link. Messages for a peer that is absent or slow are dropped, not kept, and a peer whose computer
/// does not answer for some seconds is disconnected. Used by one thread at a time. A failed call throws an Error that
/// names the address.
///
/// A message is dropped as too large if a frame exceeds `most_bytes`, if it has more than 70 frames, or if it exceeds
/// 64 MiB in all; check_size() reports it. A frame of more than twice `most_bytes` is not read at all: libzmq closes
/// the connection without reporting the reason.
class LinkSocket {
 public:
  enum class Kind { router, dealer, reply, request, push, pull };
  struct Options {
    int queue = 1;     // messages to each peer
    int incoming = 1;  // messages of each peer that wait to be received; further ones wait in the peer's computer
    int64_t most_bytes = 1 << 20;
    SecureSocket secure = {};
    std::string routing_id = {};  // for a dealer: identifies it to a router after a reconnect
    bool newest_alone = false;    // for messages of one frame: the queue holds only the last one (ZMQ_CONFLATE)
    int linger = 0;               // ms: how long destruction waits for sent messages to leave
  };
  LinkSocket(const LinkContext& context, Kind kind, const Options& options);

  /// "tcp://127.0.0.1:5570"; the port * takes a free one. Returns the address with its port. Throws an Error if another
  /// program uses it.
  std::string bind(const std::string& address);
  void connect(const std::string& address);

  /// False: the message cannot be sent now, and no part of it is. A router's first frame is the routing id.
  bool send(std::span<const std::string_view> frames);
  bool send(std::span<const std::string> frames, std::string_view routing_id = {});
  /// Receives all frames of the next message; false: there is none, or it is incomplete (at most some thousand frames
  /// are taken per call). A message that is too large yields no frames, except, for a router, those that a reply to it
  /// begins with.
  bool receive(std::vector<std::string>& frames);
  /// Throws an Error if the last received message is too large: "a frame of 600000 bytes; 524288 are allowed".
  void check_size() const;
  /// For a router, after send() returned false: the receiver's connection no longer exists.
  bool receiver_is_gone() const { return receiver_is_gone_; }

  /// The number of the connection on which the last message arrived, valid as long as the connection exists.
  int source() const { return source_; }

  /// For a connecting socket: drops its connection and makes a new one. libzmq does so by itself, but not after the
  /// other side has sent data that is not its protocol.
  void reconnect();

  /// For a connecting socket: how often it has lost its connection.
  uint64_t disconnections();

  void* handle() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(void* socket) const noexcept;
  };
  // The counted size of a message.
  struct Size {
    size_t frames = 0, bytes = 0, largest = 0;  // largest: its largest frame, bytes
  };
  bool is_too_large(const Size& size) const;
  void take(std::string_view frame, std::vector<std::string>& frames);

  void* context_;
  std::unique_ptr<void, Close> handle_, monitor_;  // the monitor reports lost connections
  std::string address_;
  int source_ = -1;
  size_t most_bytes_;
  bool is_router_;
  Size coming_, received_;             // of the message being received; of the last complete one
  bool is_amid_ = false;               // more frames of that message will follow
  std::vector<std::string> envelope_;  // for a router: the sender, and the empty frame that a REQ adds after it
  uint64_t disconnections_ = 0;
  bool receiver_is_gone_ = false;
};

/// Wakes a thread that waits for sockets, from another thread; neither waits nor allocates.
class Doorbell {
 public:
  Doorbell();
  ~Doorbell();
  Doorbell(const Doorbell&) = delete;
  Doorbell& operator=(const Doorbell&) = delete;
  void ring() noexcept;
  /// Consumes the rings so far.
  void answer() noexcept;
  int file() const { return file_; }

 private:
  int file_;
};

/// Waits until one of the sockets has a message or the doorbell rings, for at most `seconds`; or until `sender`, one of
/// the sockets, can send.
void wait_for(std::span<LinkSocket* const> sockets, const Doorbell& doorbell, double seconds,
              const LinkSocket* sender = nullptr);

/// Runs one side of the link in the caller's own thread: calls `serve`, which handles messages and sends what is due,
/// at each message and every millisecond, until the condition holds. False: it did not within `seconds`.
bool serve_until(LinkSocket& socket, const std::function<void()>& serve, const std::function<bool()>& condition,
                 double seconds);

}  // namespace sinew
