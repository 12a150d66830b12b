#include "tests/robots/tcp_proxy.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <ctime>

#include "core/clock.h"
#include "core/error.h"

namespace sinew {
namespace {

constexpr size_t most_waiting = size_t{16} << 20;  // bytes per direction; beyond that the sender has to wait

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

// The other side sees a crash, not an orderly end.
void reset(Socket& socket) {
  const linger at_once{1, 0};
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  socket.close();
}

}  // namespace

TcpProxy::TcpProxy(int port)
    : listener_(listen_locally()),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      port_(port_of(listener_)),
      to_(port) {
  if (!wake_) fail_errno("cannot make an eventfd", errno);
  ::fcntl(listener_.fd(), F_SETFL, O_NONBLOCK);
  thread_ = std::thread([this] { loop(); });
}

TcpProxy::~TcpProxy() {
  ask([&] { go_on_ = false; });
  thread_.join();
}

std::string TcpProxy::address() const { return fmt::format("tcp://127.0.0.1:{}", port_); }

void TcpProxy::stall(bool on) {
  ask([&] { stalled_ = on; });
}
void TcpProxy::cut() {
  ask([&] { connections_.clear(); });
}
void TcpProxy::refuse(bool on) {
  ask([&] { refuses_ = on; });
}
void TcpProxy::corrupt(double probability, uint64_t seed) {
  ask([&] {
    probability_ = probability;
    seed_ = seed;
    for (Connection& connection : connections_) reseed(connection);
  });
}
void TcpProxy::truncate() {
  ask([&] { truncates_ = true; });
}
void TcpProxy::delay(double seconds) {
  ask([&] { delay_ = seconds; });
}

int TcpProxy::connections() {
  int count = 0;
  ask([&] { count = static_cast<int>(connections_.size()); });
  return count;
}
uint64_t TcpProxy::accepted() {
  uint64_t count = 0;
  ask([&] { count = accepted_; });
  return count;
}
uint64_t TcpProxy::forwarded() {
  uint64_t count = 0;
  ask([&] { count = forwarded_; });
  return count;
}

// The thread runs the task between two rounds, so that nothing else needs a lock.
void TcpProxy::ask(const std::function<void()>& task) {
  std::unique_lock lock(mutex_);
  turn_.wait(lock, [&] { return !task_; });
  task_ = &task;
  ::eventfd_write(wake_.fd(), 1);
  turn_.wait(lock, [&] { return task_ != &task; });
}

void TcpProxy::loop() {
  while (go_on_) {
    sleep();
    accept_all();  // first: clients that have connected count as present
    {
      const std::lock_guard lock(mutex_);
      if (task_) {
        eventfd_t notices;
        ::eventfd_read(wake_.fd(), &notices);
        (*task_)();
        task_ = nullptr;
        turn_.notify_all();
      }
    }
    if (stalled_) continue;
    for (Connection& connection : connections_)
      for (const size_t i : {0, 1}) transfer(connection, i);
    connections_.remove_if([](const Connection& connection) {
      return connection.broken || (connection.from[0].closed && connection.from[1].closed);
    });
  }
}

// Sleeps until there may be work.
void TcpProxy::sleep() {
  std::vector<pollfd> sockets = {{wake_.fd(), POLLIN, 0}, {listener_.fd(), POLLIN, 0}};
  double until = HUGE_VAL;
  if (!stalled_)
    for (const Connection& connection : connections_)
      for (const size_t i : {0, 1}) {
        const Direction &away = connection.from[i], &here = connection.from[1 - i];
        short events = 0;
        if (!away.ended && away.waiting_bytes < most_waiting) events |= POLLIN;
        if (here.blocked) events |= POLLOUT;
        if (events) sockets.push_back({connection.sockets[i].fd(), events, 0});
        if (!away.waiting.empty() && !away.blocked) until = std::min(until, away.waiting.front().due);
      }
  const double seconds = std::clamp(until - now_seconds(), 0.0, 60.0);
  const timespec time{static_cast<time_t>(seconds), static_cast<long>(std::fmod(seconds, 1) * 1e9)};
  ::ppoll(sockets.data(), sockets.size(), &time, nullptr);
}

void TcpProxy::accept_all() {
  while (Socket client = accept_from(listener_)) {
    Socket server = refuses_ ? Socket() : connect_locally(to_);
    if (!server) {
      reset(client);
      continue;
    }
    connections_.push_back({accepted_++, {std::move(client), std::move(server)}, {}});
    reseed(connections_.back());
  }
}

void TcpProxy::reseed(Connection& connection) const {
  connection.from[0].rng = Rng(seed_).split("from the client", connection.number);
  connection.from[1].rng = Rng(seed_).split("from the server", connection.number);
}

void TcpProxy::transfer(Connection& connection, size_t i) {
  if (!connection.broken) take(connection, i);
  if (!connection.broken) hand_on(connection, i);
  Direction& direction = connection.from[i];
  if (connection.broken || !direction.ended || direction.closed || !direction.waiting.empty()) return;
  ::shutdown(connection.sockets[1 - i].fd(), SHUT_WR);
  direction.closed = true;
}

void TcpProxy::take(Connection& connection, size_t i) {
  Direction& direction = connection.from[i];
  std::array<char, 1 << 16> buffer;
  while (!direction.ended && direction.waiting_bytes < most_waiting) {
    const ssize_t size = ::recv(connection.sockets[i].fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size > 0) {
      keep(direction, {buffer.data(), static_cast<size_t>(size)});
      continue;
    }
    direction.ended = size == 0;
    connection.broken = size < 0 && !would_block();
    return;
  }
}

void TcpProxy::keep(Direction& direction, std::string bytes) {
  if (probability_ > 0)
    for (char& byte : bytes)
      if (direction.rng.uniform() < probability_) byte = static_cast<char>(byte ^ (1 + direction.rng.below(255)));
  Piece piece{now_seconds() + delay_, std::move(bytes)};
  if (truncates_) {
    truncates_ = false;
    piece.bytes.resize(piece.bytes.size() / 2);
    piece.last = direction.ended = true;
  }
  direction.waiting_bytes += piece.bytes.size();
  direction.waiting.push_back(std::move(piece));
}

void TcpProxy::hand_on(Connection& connection, size_t i) {
  Direction& direction = connection.from[i];
  direction.blocked = false;
  while (!direction.waiting.empty() && direction.waiting.front().due <= now_seconds()) {
    Piece& piece = direction.waiting.front();
    if (!piece.bytes.empty()) {
      const ssize_t size =
          ::send(connection.sockets[1 - i].fd(), piece.bytes.data(), piece.bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      direction.blocked = size < 0 && would_block();
      connection.broken = size < 0 && !direction.blocked;
      if (size < 0) return;
      forwarded_ += static_cast<uint64_t>(size);
      direction.waiting_bytes -= static_cast<size_t>(size);
      piece.bytes.erase(0, static_cast<size_t>(size));
      if (!piece.bytes.empty()) continue;
    }
    connection.broken = piece.last;
    direction.waiting.pop_front();
    if (connection.broken) return;
  }
}

}  // namespace sinew
