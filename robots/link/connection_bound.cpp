#include "robots/link/connection_bound.h"

#include <fmt/core.h>
#include <linux/tcp.h>  // <netinet/tcp.h> lacks the count of received bytes
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <functional>
#include <limits>
#include <string_view>
#include <system_error>
#include <vector>

#include "core/clock.h"

namespace sinew {
namespace {

constexpr double shortest_interval = 0.02, longest_interval = 0.25;  // s, between two scans of all descriptors
constexpr uint8_t listening = 10;                                    // tcpi_state of a listening socket

size_t descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

// The kernel assigns the lowest: all below are in use.
int lowest_free_descriptor() {
  const int free = ::eventfd(0, EFD_CLOEXEC);
  if (free >= 0) ::close(free);
  return free >= 0 ? free : std::numeric_limits<int>::max();
}

int port_of(const std::string& address) {
  constexpr std::string_view tcp = "tcp://";
  const size_t colon = address.rfind(':');
  if (!address.starts_with(tcp) || colon < tcp.size()) return 0;
  int port = 0;
  std::from_chars(address.data() + colon + 1, address.data() + address.size(), port);
  return port;
}

tcp_info facts_of(int descriptor) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) info.tcpi_state = listening;
  return info;
}

// The port on this computer; 0: none.
int port_of(int descriptor) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  return 0;
}

// The kernel assigns each socket a unique cookie. 0: no longer a socket.
uint64_t cookie_of(int descriptor) {
  uint64_t cookie = 0;
  socklen_t size = sizeof cookie;
  return ::getsockopt(descriptor, SOL_SOCKET, SO_COOKIE, &cookie, &size) == 0 ? cookie : 0;
}

// Closes it for the other side and for ZeroMQ, which then releases the descriptor and the partial message.
void close_connection(int descriptor) { ::shutdown(descriptor, SHUT_RDWR); }

}  // namespace

size_t raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return descriptor_limit();
}

ConnectionBound::ConnectionBound(const std::string& address, size_t most)
    : port_(port_of(address)),
      most_(std::min(most, std::max<size_t>(raise_descriptor_limit() / 8, 1))),
      free_at_first_(lowest_free_descriptor()) {}

struct ConnectionBound::Connection {
  int descriptor;
  uint32_t silent;      // ms since the last traffic; without any, since the connection was made
  uint64_t unfinished;  // bytes received since the last complete message
};

void ConnectionBound::heard(int descriptor) {
  if (port_ != 0 && descriptor >= 0)
    finished_[descriptor] = {cookie_of(descriptor), facts_of(descriptor).tcpi_bytes_received};
}

std::string ConnectionBound::keep(int spared) {
  if (!is_due()) return "";
  std::vector<Connection> all = connections();
  std::erase_if(finished_, [&](const auto& one) {
    return std::ranges::find(all, one.first, &Connection::descriptor) == all.end();
  });
  looked_at_ = now_seconds();
  const std::string done = close_endless(all);
  return done.empty() ? close_silent(all, spared) : done;
}

bool ConnectionBound::is_due() {
  if (port_ == 0) return false;
  const double passed = now_seconds() - looked_at_;
  if (passed < shortest_interval) return false;
  return passed >= longest_interval || lowest_free_descriptor() - free_at_first_ > static_cast<int>(most_);
}

std::vector<ConnectionBound::Connection> ConnectionBound::connections() const {
  std::vector<Connection> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", error)) {
    const std::string name = entry.path().filename();
    int descriptor = -1;
    std::from_chars(name.data(), name.data() + name.size(), descriptor);
    if (port_of(descriptor) != port_) continue;
    const tcp_info info = facts_of(descriptor);
    if (info.tcpi_state == listening) continue;
    const auto known = finished_.find(descriptor);
    const bool is_known = known != finished_.end() && known->second.cookie == cookie_of(descriptor);
    const uint64_t received = info.tcpi_bytes_received, finished = is_known ? known->second.bytes : 0;
    found.push_back({descriptor, std::min(info.tcpi_last_data_recv, info.tcpi_last_data_sent), received - finished});
  }
  return found;
}

std::string ConnectionBound::close_silent(std::vector<Connection>& connections, int spared) const {
  std::erase_if(connections, [&](const Connection& one) { return one.descriptor == spared; });
  if (connections.size() <= most_) return "";
  const size_t closed = connections.size() - most_ / 2;
  std::ranges::nth_element(connections, connections.begin() + static_cast<std::ptrdiff_t>(closed),
                           std::ranges::greater(), &Connection::silent);
  for (size_t i = 0; i < closed; ++i) close_connection(connections[i].descriptor);
  return fmt::format("there are more than {} connections: the {} that were silent for longest are closed", most_,
                     closed);
}

std::string ConnectionBound::close_endless(std::vector<Connection>& connections) {
  uint64_t total = 0;
  for (const Connection& one : connections) total += one.unfinished;
  if (total <= most_unfinished) return "";
  std::ranges::sort(connections, std::ranges::greater(), &Connection::unfinished);
  size_t closed = 0;
  for (; total > most_unfinished / 2; ++closed) {
    total -= connections[closed].unfinished;
    close_connection(connections[closed].descriptor);
  }
  return fmt::format("more than {} MiB came in unfinished messages: {} connections are closed", most_unfinished >> 20,
                     closed);
}

}  // namespace sinew
