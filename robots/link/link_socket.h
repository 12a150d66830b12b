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
  /// `real_time_priority`: of the threads in which ZeroMQ reads and writes, where that is permitted; 0: none.
  explicit LinkContext(int real_time_priority = 0);
  ~LinkContext();
  LinkContext(const LinkContext&) = delete;
  LinkContext& operator=(const LinkContext&) = delete;
  void* handle() const { return handle_; }

 private:
  void* handle_;
};

/// Gives a socket, libzmq's own pointer, its keys before it is bound or connected. Empty: it has none.
using SecureSocket = std::function<void(void* socket)>;

/// A socket of the link: messages for a peer that is not there or does not keep up are dropped, not kept, and a peer
/// whose computer does not answer for some seconds is disconnected. Used by one thread at a time; errors of a call are
/// Errors that name the address.
///
/// A message that is too large, with a frame of more than `most_bytes`, with more than 70 frames, or with more than 64
/// MiB in all, is left out: check_size() says so. Of a frame of more than twice `most_bytes` nothing is read: libzmq
/// closes the connection, and tells nobody why.
class LinkSocket {
 public:
  enum class Kind { router, dealer, reply, request, push, pull };
  struct Options {
    int queue = 1;     // messages to each peer
    int incoming = 1;  // messages of each peer that wait to be taken; more wait in its computer
    int64_t most_bytes = 1 << 20;
    SecureSocket secure = {};
    std::string routing_id = {};  // of a dealer: by which a router knows it again when it reconnects
    bool newest_alone = false;    // of messages of one frame: the queue holds the last one (ZMQ_CONFLATE)
    int linger = 0;               // ms: how long, in the end, it waits for what was sent to go
  };
  LinkSocket(const LinkContext& context, Kind kind, const Options& options);

  /// "tcp://127.0.0.1:5570"; the port * takes a free one. Returns the address with its port. An Error says when another
  /// program has it.
  std::string bind(const std::string& address);
  void connect(const std::string& address);

  /// False: it cannot go now, and none of it does. A router's first frame is the routing id.
  bool send(std::span<const std::string_view> frames);
  bool send(std::span<const std::string> frames, std::string_view routing_id = {});
  /// All frames of the next message; false: there is none, or its end is still to come (some thousand frames are taken
  /// at once). One that is too large has no frames but, of a router, those that an answer to it begins with.
  bool receive(std::vector<std::string>& frames);
  /// Throws an Error where the message that was received last is too large: "a frame of 600000 bytes; 524288 are
  /// allowed".
  void check_size() const;
  /// Of a router, after a send that returned false: the receiver's connection is no longer there.
  bool receiver_is_gone() const { return receiver_is_gone_; }

  /// Of the message that was received last: a number of the connection on which it came, as long as that exists.
  int source() const { return source_; }

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
  // What was counted of a message.
  struct Size {
    size_t frames = 0, bytes = 0, largest = 0;  // largest: of its frames, bytes
  };
  bool is_too_large(const Size& size) const;
  void take(std::string_view frame, std::vector<std::string>& frames);

  void* context_;
  std::unique_ptr<void, Close> handle_, monitor_;  // the monitor tells of lost connections
  std::string address_;
  int source_ = -1;
  size_t most_bytes_;
  bool is_router_;
  Size coming_, received_;             // of the message whose frames come, and of the last one that came whole
  bool is_amid_ = false;               // more frames of that message are to come
  std::vector<std::string> envelope_;  // of a router: who sent it, and the empty frame that a REQ puts behind that
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

/// For one side of the link in the caller's own thread: has `serve` take what came and say what is due, whenever a
/// message comes and every millisecond, until the condition holds; false: it does not within `seconds`.
bool serve_until(LinkSocket& socket, const std::function<void()>& serve, const std::function<bool()>& condition,
                 double seconds);

}  // namespace sinew
