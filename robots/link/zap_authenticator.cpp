#include "robots/link/zap_authenticator.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iterator>
#include <latch>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "robots/link/zmq_option_internal.h"

namespace sinew {
namespace {

constexpr const char* door = "inproc://zeromq.zap.01";  // where libzmq sends its requests
constexpr const char* domain = "sinew";                 // of the sockets that use it
// Belongs to libzmq's draft interface and so is not in the header, but the library has it: without an answer no peer is
// admitted.
constexpr int zap_enforce_domain = 93;
constexpr size_t key_bytes = 32;

struct CloseSocket {
  void operator()(void* socket) const { ::zmq_close(socket); }
};
using Socket = std::unique_ptr<void, CloseSocket>;

// Bound or connected within the process.
Socket make_socket(void* context, int type, int (*attach)(void*, const char*), const std::string& address) {
  Socket socket(::zmq_socket(context, type));
  if (!socket) fail_zmq("cannot make a socket");
  set_option(socket.get(), ZMQ_LINGER, 0);
  if (attach(socket.get(), address.c_str()) == 0) return socket;
  if (::zmq_errno() == EADDRINUSE) fail("this ZeroMQ context already has an authenticator; it takes only one");
  fail_zmq(fmt::format("cannot attach a socket to {}", address));
}

std::string new_address() {
  static std::atomic<uint64_t> count{0};
  return fmt::format("inproc://sinew.authenticator.{}", ++count);
}

// The frames of a waiting message; none if there is none.
std::vector<std::string> receive(void* socket) {
  std::vector<std::string> frames;
  for (int more = 1; more;) {
    zmq_msg_t frame;
    ::zmq_msg_init(&frame);
    const bool arrived = ::zmq_msg_recv(&frame, socket, ZMQ_DONTWAIT) >= 0;
    if (arrived) frames.emplace_back(static_cast<const char*>(::zmq_msg_data(&frame)), ::zmq_msg_size(&frame));
    more = arrived ? ::zmq_msg_more(&frame) : 0;
    ::zmq_msg_close(&frame);
  }
  return frames;
}

constexpr const char* no_curve = "it does not encrypt (CURVE)";

// What is wrong with a peer that libzmq itself refused. A peer without encryption may notice first, and disconnect.
const char* text_of(uint16_t event, uint32_t protocol_error) {
  if (event == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL)
    return "it hung up before it was let in: perhaps it does not encrypt (CURVE), or does not speak ZeroMQ";
  switch (protocol_error) {
    case ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH: return no_curve;
    case ZMQ_PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC: return "it expects a server with another key";
    default: return "it does not keep to ZeroMQ's protocol";
  }
}

// Reports the first refusal of its kind, and then occasionally a count: a refused peer reconnects several times a
// second, and a log must not fill the disk.
class Reports {
 public:
  explicit Reports(ZapAuthenticator::OnRefused report) : report_(std::move(report)) {}

  void add(RefusedPeer peer) {
    const double now = now_seconds();
    std::erase_if(recent_, [&](const Recent& one) { return now - one.told_at >= 2 * interval; });
    Recent& one = find(peer);
    ++one.untold;
    if (now - one.told_at < interval) return;
    one.told_at = now;
    peer.times = std::exchange(one.untold, 0);
    if (one.is_of_many) peer.why += ", and many other peers are refused for the same reason";
    report_(peer);
  }

 private:
  static constexpr double interval = 10;  // s
  static constexpr size_t most = 4;       // keys per reason; further ones share a report
  struct Recent {
    std::string why, key;
    double told_at = -interval;
    uint64_t untold = 0;
    bool is_of_many = false;
  };

  Recent& find(const RefusedPeer& peer) {
    Recent* shared = nullptr;
    size_t count = 0;
    for (Recent& one : recent_) {
      if (one.why != peer.why) continue;
      if (one.key == peer.key) return one;
      if (one.is_of_many) shared = &one;
      ++count;
    }
    if (shared) return *shared;
    return recent_.emplace_back(Recent{.why = peer.why, .key = peer.key, .is_of_many = count == most});
  }

  ZapAuthenticator::OnRefused report_;
  std::vector<Recent> recent_;
};

}  // namespace

// Lives until both the ZapAuthenticator and the thread have ended.
struct ZapAuthenticator::State {
  State(void* its_context, AllowList list, OnRefused on_refused)
      : context(its_context), allowed(std::move(list)), reports(std::move(on_refused)) {
    questions = make_socket(context, ZMQ_REP, ::zmq_bind, door);
    const std::string address = new_address();
    bell = make_socket(context, ZMQ_PAIR, ::zmq_bind, address);
    button = make_socket(context, ZMQ_PAIR, ::zmq_connect, address);
  }

  // Makes the thread check for changes.
  void ring() {
    const std::lock_guard lock(mutex);
    ::zmq_send(button.get(), "", 0, ZMQ_DONTWAIT);
  }

  void run();
  bool poll();
  void close_door();
  void close_rest();
  void answer();
  void hear(size_t monitor);
  void refuse(RefusedPeer peer) {
    refused.fetch_add(1, std::memory_order_relaxed);
    if (!stopping) reports.add(std::move(peer));
  }

  void* context;
  std::atomic<uint64_t> admitted{0}, refused{0};
  std::atomic<bool> stopping{false};
  std::latch closed{1};  // the door: no more answers or reports
  std::mutex mutex;      // guards the two below
  Socket button;
  std::vector<Socket> new_monitors;
  // Used by the thread only.
  AllowList allowed;
  Reports reports;
  Socket questions, bell;
  std::vector<Socket> monitors;  // of the guarded sockets
};

// Continues after the end of the ZapAuthenticator until its sockets are closed or the context ends: libzmq's own
// thread, and with it every socket of the context, waits for a monitor that is not read.
void ZapAuthenticator::State::run() {
  sigset_t signals;  // are handled by other threads
  ::sigfillset(&signals);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  while (poll() && !(stopping && monitors.empty()))
    if (stopping) close_door();
  close_door();
  close_rest();
}

// Waits for an event and handles it. False: the context has ended.
bool ZapAuthenticator::State::poll() {
  std::vector<zmq_pollitem_t> items = {{bell.get(), 0, ZMQ_POLLIN, 0}};
  for (const Socket& monitor : monitors) items.push_back({monitor.get(), 0, ZMQ_POLLIN, 0});
  if (questions) items.push_back({questions.get(), 0, ZMQ_POLLIN, 0});
  if (::zmq_poll(items.data(), static_cast<int>(items.size()), -1) < 0) return ::zmq_errno() == EINTR;
  if (questions && items.back().revents) answer();
  for (size_t i = monitors.size(); i-- > 0;)  // backwards: an ended one is removed from the list
    if (items[i + 1].revents) hear(i);
  if (items[0].revents) {
    receive(bell.get());
    const std::lock_guard lock(mutex);
    std::ranges::move(new_monitors, std::back_inserter(monitors));
    new_monitors.clear();
  }
  return true;
}

void ZapAuthenticator::State::close_door() {
  if (!questions) return;
  ::zmq_unbind(questions.get(), door);  // at once, so that another may follow
  questions.reset();
  closed.count_down();
}

// The context waits for each of its sockets.
void ZapAuthenticator::State::close_rest() {
  bell.reset();
  monitors.clear();
  const std::lock_guard lock(mutex);
  button.reset();
  new_monitors.clear();
}

// A request's frames: version, request number, domain, the peer's address, its routing id, mechanism, credentials.
void ZapAuthenticator::State::answer() {
  std::vector<std::string> question = receive(questions.get());
  if (question.empty()) return;
  question.resize(7);
  const std::string &its_domain = question[2], &mechanism = question[5], &credentials = question[6];
  RefusedPeer peer{.why = {}, .address = question[3], .key = {}};
  const AllowedKey* known = nullptr;
  if (question[0] != "1.0" || its_domain != domain) {
    peer.why = "it connected to a socket that is not guarded";
  } else if (mechanism != "CURVE" || credentials.size() != key_bytes) {
    peer.why = no_curve;
  } else {
    char key[key_bytes / 4 * 5 + 1];
    ::zmq_z85_encode(key, reinterpret_cast<const uint8_t*>(credentials.data()), key_bytes);
    peer.key = key;
    known = allowed.find_key(peer.key);
    peer.why = "its key is not on the allow-list";
  }
  const std::string_view frames[] = {"1.0",
                                     question[1],
                                     known ? "200" : "400",
                                     known ? "OK" : "not allowed",
                                     known ? std::string_view(known->name) : "",
                                     ""};
  if (known) admitted.fetch_add(1, std::memory_order_relaxed);  // before the peer can send anything
  for (const std::string_view& frame : frames)
    ::zmq_send(questions.get(), frame.data(), frame.size(), &frame == std::end(frames) - 1 ? 0 : ZMQ_SNDMORE);
  if (!known) refuse(std::move(peer));
}

// An event's frames: its number (16 bits) and value (32), and the guarded socket's address.
void ZapAuthenticator::State::hear(size_t monitor) {
  const std::vector<std::string> frames = receive(monitors[monitor].get());
  if (frames.size() != 2 || frames[0].size() != 6) return;
  uint16_t event = 0;
  uint32_t value = 0;
  std::memcpy(&event, frames[0].data(), sizeof event);
  std::memcpy(&value, frames[0].data() + sizeof event, sizeof value);
  if (event == ZMQ_EVENT_MONITOR_STOPPED)
    monitors.erase(monitors.begin() + static_cast<std::ptrdiff_t>(monitor));
  else
    refuse({.why = text_of(event, value), .address = frames[1], .key = {}});
}

ZapAuthenticator::ZapAuthenticator(void* context, AllowList allowed, OnRefused on_refused)
    : state_(std::make_shared<State>(context, std::move(allowed), std::move(on_refused))) {
  std::thread([state = state_] { state->run(); }).detach();
}

ZapAuthenticator::~ZapAuthenticator() {
  state_->stopping = true;
  state_->ring();
  state_->closed.wait();
}

void ZapAuthenticator::guard(void* socket, const KeyPair& own) {
  if (!is_key(own.public_key) || !is_key(own.secret_key))
    fail("a socket cannot be guarded: the given key is not a key of 40 characters");
  set_option(socket, ZMQ_CURVE_SERVER, 1);
  set_option(socket, ZMQ_CURVE_SECRETKEY, own.secret_key);
  set_option(socket, ZMQ_ZAP_DOMAIN, domain);
  set_option(socket, zap_enforce_domain, 1);
  const std::string address = new_address();
  constexpr int events =
      ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_MONITOR_STOPPED;
  if (::zmq_socket_monitor(socket, address.c_str(), events) != 0) fail_zmq("cannot watch a socket");
  // Connected here, before any event, because libzmq's own thread waits until an event is read.
  Socket monitor = make_socket(state_->context, ZMQ_PAIR, ::zmq_connect, address);
  {
    const std::lock_guard lock(state_->mutex);
    state_->new_monitors.push_back(std::move(monitor));
  }
  state_->ring();
}

uint64_t ZapAuthenticator::admitted() const { return state_->admitted.load(std::memory_order_relaxed); }
uint64_t ZapAuthenticator::refused() const { return state_->refused.load(std::memory_order_relaxed); }

}  // namespace sinew
