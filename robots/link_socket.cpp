#include "robots/link_socket.h"

#include <sys/eventfd.h>
#include <unistd.h>
#include <zmq.h>

#include <array>
#include <cmath>
#include <cstring>

#include "core/error.h"

namespace sinew {
namespace {

constexpr size_t most_frames = 70, most_message = size_t{1} << 26;
constexpr int reconnect_interval = 20, longest_silence = 1000;  // ms; the latter of the other computer's kernel

void set(void* socket, int option, int value) {
  if (zmq_setsockopt(socket, option, &value, sizeof value) != 0) fail("ZeroMQ: option {}: {}", option, zmq_strerror(zmq_errno()));
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

// One frame, freed at the end.
class Frame {
 public:
  Frame() { zmq_msg_init(&message_); }
  ~Frame() { zmq_msg_close(&message_); }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;
  bool receive(void* socket) { return zmq_msg_recv(&message_, socket, ZMQ_DONTWAIT) >= 0; }
  bool more() const { return zmq_msg_more(&message_) != 0; }
  std::string_view bytes() { return {static_cast<const char*>(zmq_msg_data(&message_)), zmq_msg_size(&message_)}; }

 private:
  zmq_msg_t message_;
};

}  // namespace

LinkContext::LinkContext() : handle_(zmq_ctx_new()) {
  if (!handle_) fail("ZeroMQ does not start: {}", zmq_strerror(zmq_errno()));
}
LinkContext::~LinkContext() { zmq_ctx_term(handle_); }

LinkSocket::LinkSocket(const LinkContext& context, Kind kind, const Options& options)
    : context_(context.handle()), handle_(zmq_socket(context.handle(), type_of(kind))) {
  if (!handle_) fail("ZeroMQ makes no socket: {}", zmq_strerror(zmq_errno()));
  set(handle(), ZMQ_LINGER, options.linger);
  if (options.newest_alone) set(handle(), ZMQ_CONFLATE, 1);
  set(handle(), ZMQ_SNDHWM, options.queue);
  set(handle(), ZMQ_RCVHWM, options.incoming);
  if (zmq_setsockopt(handle(), ZMQ_MAXMSGSIZE, &options.most_bytes, sizeof options.most_bytes) != 0)
    fail("ZeroMQ: {}", zmq_strerror(zmq_errno()));
  // A peer whose computer or cable is gone is found out by the kernel. Not by ZMTP's heartbeats: where a connection
  // breaks whose messages nobody has taken yet, they make libzmq 4.3.4 abort the process.
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

std::string LinkSocket::bind(const std::string& address) {
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
  if (zmq_connect(handle(), address.c_str()) != 0) fail("cannot connect to '{}': {}", address, zmq_strerror(zmq_errno()));
}

void LinkSocket::reconnect() {
  zmq_disconnect(handle(), address_.c_str());  // which it may have done already
  if (zmq_connect(handle(), address_.c_str()) != 0) fail("cannot connect to '{}': {}", address_, zmq_strerror(zmq_errno()));
}

bool LinkSocket::send(std::span<const std::string_view> frames) {
  for (size_t i = 0; i < frames.size(); ++i) {
    const int more = i + 1 < frames.size() ? ZMQ_SNDMORE : 0;
    // Once its first frame is taken, so are the others.
    if (zmq_send(handle(), frames[i].data(), frames[i].size(), ZMQ_DONTWAIT | more) < 0) return false;
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
  size_t total = 0;
  while (true) {
    Frame frame;
    if (!frame.receive(handle())) return false;  // for lack of a first frame; the others come with it
    const std::string_view bytes = frame.bytes();
    total += bytes.size();
    if (frames.size() < most_frames && total <= most_message) frames.emplace_back(bytes);
    if (!frame.more()) return true;
  }
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
  [[maybe_unused]] const ssize_t written = ::write(file_, &one, sizeof one);  // full: it rings already
}
void Doorbell::answer() noexcept {
  uint64_t rings = 0;
  [[maybe_unused]] const ssize_t read = ::read(file_, &rings, sizeof rings);
}

void wait_for(std::span<LinkSocket* const> sockets, const Doorbell& doorbell, double seconds, const LinkSocket* sender) {
  std::array<zmq_pollitem_t, 8> items{};
  items[0] = {nullptr, doorbell.file(), ZMQ_POLLIN, 0};
  size_t count = 1;
  for (LinkSocket* socket : sockets) {
    const int events = socket == sender ? ZMQ_POLLIN | ZMQ_POLLOUT : ZMQ_POLLIN;
    items[count++] = {socket->handle(), 0, static_cast<short>(events), 0};
  }
  zmq_poll(items.data(), static_cast<int>(count), std::max(0L, std::lround(std::ceil(1000 * seconds))));
}

}  // namespace sinew
