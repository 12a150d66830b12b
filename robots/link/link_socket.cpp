#include "robots/link/link_socket.h"

#include <sched.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>

#include "core/clock.h"
#include "core/error.h"
#include "robots/control/real_time.h"

namespace sinew {
namespace {

constexpr size_t most_frames = 70, most_message = size_t{1} << 26;
constexpr int reconnect_interval = 20, longest_silence = 1000;  // ms; the second is the silence of the other computer's
                                                                // kernel
constexpr int longest_handshake = 2000;                         // ms, from a connection to the end of ZMTP's handshake
constexpr int most_waiting = 1024;                              // connections not yet accepted
constexpr size_t most_frames_at_once = 1000;  // so that a message without end does not block its receiver

void set(void* socket, int option, int value) {
  if (zmq_setsockopt(socket, option, &value, sizeof value) != 0)
    fail("ZeroMQ: option {}: {}", option, zmq_strerror(zmq_errno()));
}
void set(void* socket, int option, const std::string& value) {
  if (zmq_setsockopt(socket, option, value.data(), value.size()) != 0)
    fail("ZeroMQ: option {}: {}", option, zmq_strerror(zmq_errno()));
}

int type_of(LinkSocket::Kind kind) {
  switch (kind) {
    case LinkSocket::Kind::router: return ZMQ_ROUTER;
    case LinkSocket::Kind::dealer: return ZMQ_DEALER;
    case LinkSocket::Kind::reply: return ZMQ_REP;
    case LinkSocket::Kind::request: return ZMQ_REQ;
    case LinkSocket::Kind::push: return ZMQ_PUSH;
    case LinkSocket::Kind::pull: return ZMQ_PULL;
  }
  return 0;
}

// One frame; its destructor frees it.
class Frame {
 public:
  Frame() { zmq_msg_init(&message_); }
  ~Frame() { zmq_msg_close(&message_); }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;
  bool receive(void* socket) { return zmq_msg_recv(&message_, socket, ZMQ_DONTWAIT) >= 0; }
  int source() { return zmq_msg_get(&message_, ZMQ_SRCFD); }
  bool more() const { return zmq_msg_more(&message_) != 0; }
  std::string_view bytes() { return {static_cast<const char*>(zmq_msg_data(&message_)), zmq_msg_size(&message_)}; }

 private:
  zmq_msg_t message_;
};

}  // namespace

// libzmq aborts the process if the requested scheduling is not permitted, so that is tested first.
LinkContext::LinkContext(int real_time_priority) : handle_(zmq_ctx_new()) {
  if (!handle_) fail("ZeroMQ does not start: {}", zmq_strerror(zmq_errno()));
  if (real_time_priority == 0 || !may_be_real_time(real_time_priority)) return;
  zmq_ctx_set(handle_, ZMQ_THREAD_SCHED_POLICY, SCHED_FIFO);
  zmq_ctx_set(handle_, ZMQ_THREAD_PRIORITY, real_time_priority);
}
LinkContext::~LinkContext() { zmq_ctx_term(handle_); }

LinkSocket::LinkSocket(const LinkContext& context, Kind kind, const Options& options)
    : context_(context.handle()),
      handle_(zmq_socket(context.handle(), type_of(kind))),
      most_bytes_(static_cast<size_t>(options.most_bytes)),
      is_router_(kind == Kind::router) {
  if (!handle_) fail("ZeroMQ cannot make a socket: {}", zmq_strerror(zmq_errno()));
  set(handle(), ZMQ_LINGER, options.linger);
  if (options.newest_alone) set(handle(), ZMQ_CONFLATE, 1);
  set(handle(), ZMQ_SNDHWM, options.queue);
  set(handle(), ZMQ_RCVHWM, options.incoming);
  const int64_t most_read = 2 * options.most_bytes;
  if (zmq_setsockopt(handle(), ZMQ_MAXMSGSIZE, &most_read, sizeof most_read) != 0)
    fail("ZeroMQ: {}", zmq_strerror(zmq_errno()));
  set(handle(), ZMQ_HANDSHAKE_IVL, longest_handshake);
  set(handle(), ZMQ_BACKLOG, most_waiting);
  // The kernel detects a peer whose computer or cable is gone. ZMTP's heartbeats are not used: if a connection with
  // unread messages breaks, they make libzmq 4.3.4 abort the process.
  set(handle(), ZMQ_TCP_KEEPALIVE, 1);
  set(handle(), ZMQ_TCP_KEEPALIVE_IDLE, 1);   // s
  set(handle(), ZMQ_TCP_KEEPALIVE_INTVL, 1);  // s
  set(handle(), ZMQ_TCP_KEEPALIVE_CNT, 3);
  set(handle(), ZMQ_TCP_MAXRT, longest_silence);
  set(handle(), ZMQ_RECONNECT_IVL, reconnect_interval);
  set(handle(), ZMQ_RECONNECT_IVL_MAX, 10 * reconnect_interval);
  if (kind == Kind::dealer || kind == Kind::request || kind == Kind::push) set(handle(), ZMQ_IMMEDIATE, 1);
  if (kind == Kind::router) {
    set(handle(), ZMQ_ROUTER_MANDATORY, 1);
    set(handle(), ZMQ_ROUTER_HANDOVER, 1);
  }
  if (!options.routing_id.empty()) set(handle(), ZMQ_ROUTING_ID, options.routing_id);
  if (options.secure) options.secure(handle());
}

void LinkSocket::Close::operator()(void* socket) const noexcept { zmq_close(socket); }

namespace {

// ZeroMQ deletes whatever exists at an ipc address, and creates its own socket there.
void check_ipc_path(const std::string& address) {
  if (!address.starts_with("ipc://") || address.starts_with("ipc://@")) return;
  const std::string path = address.substr(6);
  struct stat status;
  if (::lstat(path.c_str(), &status) != 0) return;
  if (!S_ISSOCK(status.st_mode))
    fail("cannot listen on {}: '{}' exists and is not a socket; take another path", address, path);
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_un name{.sun_family = AF_UNIX, .sun_path = {}};
  path.copy(name.sun_path, sizeof name.sun_path - 1);
  const bool is_dead = probe >= 0 && ::connect(probe, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0 &&
                       errno == ECONNREFUSED;
  if (probe >= 0) ::close(probe);
  if (!is_dead) fail("cannot listen on {}: another program does already; stop it, or take another path", address);
}

}  // namespace

std::string LinkSocket::bind(const std::string& address) {
  check_ipc_path(address);
  if (zmq_bind(handle(), address.c_str()) != 0) {
    const int error = zmq_errno();
    if (error == EADDRINUSE)
      fail("cannot listen on {}: another program does already; stop it, or take another port", address);
    fail("cannot listen on {}: {}", address, zmq_strerror(error));
  }
  std::array<char, 256> bound{};
  size_t size = bound.size();
  zmq_getsockopt(handle(), ZMQ_LAST_ENDPOINT, bound.data(), &size);
  return address_ = bound.data();
}

void LinkSocket::connect(const std::string& address) {
  address_ = address;
  const std::string events = "inproc://events-of-" + std::to_string(reinterpret_cast<uintptr_t>(handle()));
  if (zmq_socket_monitor(handle(), events.c_str(), ZMQ_EVENT_DISCONNECTED) != 0)
    fail("ZeroMQ: {}", zmq_strerror(zmq_errno()));
  monitor_.reset(zmq_socket(context_, ZMQ_PAIR));
  set(monitor_.get(), ZMQ_LINGER, 0);
  if (zmq_connect(monitor_.get(), events.c_str()) != 0) fail("ZeroMQ: {}", zmq_strerror(zmq_errno()));
  if (zmq_connect(handle(), address.c_str()) != 0)
    fail("cannot connect to '{}': {}", address, zmq_strerror(zmq_errno()));
}

void LinkSocket::reconnect() {
  zmq_disconnect(handle(), address_.c_str());  // it may have done so already
  if (zmq_connect(handle(), address_.c_str()) != 0)
    fail("cannot connect to '{}': {}", address_, zmq_strerror(zmq_errno()));
}

bool LinkSocket::send(std::span<const std::string_view> frames) {
  for (size_t i = 0; i < frames.size(); ++i) {
    const int more = i + 1 < frames.size() ? ZMQ_SNDMORE : 0;
    // Once its first frame is accepted, so are the others.
    if (zmq_send(handle(), frames[i].data(), frames[i].size(), ZMQ_DONTWAIT | more) >= 0) continue;
    receiver_is_gone_ = zmq_errno() == EHOSTUNREACH;
    return false;
  }
  return true;
}

bool LinkSocket::send(std::span<const std::string> frames, std::string_view routing_id) {
  std::vector<std::string_view> views;
  if (!routing_id.empty()) views.push_back(routing_id);
  views.insert(views.end(), frames.begin(), frames.end());
  return send(std::span<const std::string_view>(views));
}

bool LinkSocket::receive(std::vector<std::string>& frames) {
  frames.clear();
  if (!is_amid_) {
    coming_ = {};
    source_ = -1;
  }
  for (size_t i = 0; i < most_frames_at_once; ++i) {
    Frame frame;
    if (!frame.receive(handle())) return false;  // no first frame; the others arrive with it
    if (source_ < 0) source_ = frame.source();   // the frame of a routing id may lack it
    take(frame.bytes(), frames);
    is_amid_ = frame.more();
    if (is_amid_) continue;
    received_ = coming_;
    if (!is_too_large(received_)) return true;
    frames.clear();
    frames = envelope_;
    return true;
  }
  return false;
}

void LinkSocket::take(std::string_view frame, std::vector<std::string>& frames) {
  if (is_router_ && coming_.frames == 0) {
    envelope_.resize(1);
    envelope_[0] = frame;
  }
  if (is_router_ && coming_.frames == 1 && frame.empty()) envelope_.emplace_back();
  ++coming_.frames;
  coming_.bytes += frame.size();
  coming_.largest = std::max(coming_.largest, frame.size());
  if (!is_too_large(coming_)) frames.emplace_back(frame);
}

bool LinkSocket::is_too_large(const Size& size) const {
  return size.largest > most_bytes_ || size.frames > most_frames || size.bytes > most_message;
}

void LinkSocket::check_size() const {
  const auto check = [](const char* what, size_t size, const char* of, size_t most) {
    if (size > most) fail("{} of {} {}; {} are allowed", what, size, of, most);
  };
  check("a frame", received_.largest, "bytes", most_bytes_);
  check("a message", received_.frames, "frames", most_frames);
  check("a message", received_.bytes, "bytes", most_message);
}

uint64_t LinkSocket::disconnections() {
  while (monitor_) {
    Frame event, address;
    if (!event.receive(monitor_.get())) break;
    if (event.more()) address.receive(monitor_.get());
    ++disconnections_;
  }
  return disconnections_;
}

Doorbell::Doorbell() : file_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (file_ < 0) fail_errno("cannot make an eventfd", errno);
}
Doorbell::~Doorbell() { ::close(file_); }
void Doorbell::ring() noexcept {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(file_, &one, sizeof one);  // full: it is ringing already
}
void Doorbell::answer() noexcept {
  uint64_t rings = 0;
  [[maybe_unused]] const ssize_t read = ::read(file_, &rings, sizeof rings);
}

void wait_for(std::span<LinkSocket* const> sockets, const Doorbell& doorbell, double seconds,
              const LinkSocket* sender) {
  std::array<zmq_pollitem_t, 8> items{};
  items[0] = {nullptr, doorbell.file(), ZMQ_POLLIN, 0};
  size_t count = 1;
  for (LinkSocket* socket : sockets) {
    const int events = socket == sender ? ZMQ_POLLIN | ZMQ_POLLOUT : ZMQ_POLLIN;
    items[count++] = {socket->handle(), 0, static_cast<short>(events), 0};
  }
  zmq_poll(items.data(), static_cast<int>(count), std::max(0L, std::lround(std::ceil(1000 * seconds))));
}

bool serve_until(LinkSocket& socket, const std::function<void()>& serve, const std::function<bool()>& condition,
                 double seconds) {
  constexpr double longest_wait = 0.001;  // s
  const double deadline = now_seconds() + seconds;
  const Doorbell nobody;
  LinkSocket* sockets[] = {&socket};
  while (true) {
    serve();
    if (condition()) return true;
    if (now_seconds() > deadline) return false;
    wait_for(sockets, nobody, longest_wait);
  }
}

}  // namespace sinew
