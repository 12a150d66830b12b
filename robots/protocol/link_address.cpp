#include "robots/protocol/link_address.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <ifaddrs.h>
#include <net/if.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "core/text.h"

namespace sinew {
namespace {

constexpr std::string_view tcp = "tcp://";
constexpr unsigned most_port = 65535;
constexpr size_t most_ipc_path = 107;  // bytes of a socket's name

// 0 for `*`, which means any free port.
std::optional<unsigned> port_of(std::string_view text) {
  unsigned port = 0;
  if (text == "*") return port;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool is_port = error == std::errc{} && end == text.data() + text.size() && port <= most_port;
  return is_port ? std::optional(port) : std::nullopt;
}

// Splits at the last colon outside [an IPv6 number].
std::pair<std::string, std::optional<std::string>> host_and_port(std::string_view text) {
  const size_t colon = text.rfind(':'), bracket = text.rfind(']');
  const bool has_port = colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  if (!has_port) return {std::string(text), std::nullopt};
  return {std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

bool is_number(const std::string& host, int family) {
  in6_addr number{};  // large enough for either family
  return ::inet_pton(family, host.c_str(), &number) == 1;
}

// A host to listen on or connect to: `*`, a number, or a name. A text of digits and dots must be a valid number.
bool is_host(const std::string& host) {
  if (host == "*") return true;
  if (host.starts_with('[')) return host.ends_with(']') && is_number(host.substr(1, host.size() - 2), AF_INET6);
  const auto all = [&](auto&& fits) { return std::ranges::all_of(host, [&](unsigned char c) { return fits(c); }); };
  if (all([](unsigned char c) { return std::isdigit(c) != 0 || c == '.'; })) return is_number(host, AF_INET);
  return !host.empty() && host.size() <= 253 && !host.starts_with('.') &&
         all([](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_'; });
}

// ZeroMQ accepts both ends, from a network interface to a host's number: tcp://FROM;TO.
bool is_tcp(std::string_view rest) {
  if (const size_t semicolon = rest.find(';'); semicolon != std::string_view::npos)
    return is_tcp(rest.substr(0, semicolon)) && is_tcp(rest.substr(semicolon + 1));
  const auto [host, port] = host_and_port(rest);
  return is_host(host) && port && port_of(*port);
}

// The address that an invalid text probably meant.
std::string meant(std::string text, int usual_port) {
  std::erase_if(text, [](unsigned char c) { return std::isspace(c) != 0; });
  if (text.starts_with("ipc:")) {
    const size_t path = text.find_first_not_of('/', 4);
    return "ipc:///" + (path == std::string::npos ? "tmp/robot" : text.substr(path));
  }
  // "tcp:/host", "TCP://host", "http://host", "//host": the part before the host is replaced by ours.
  while (text.ends_with('/')) text.pop_back();
  if (const size_t slash = text.find_last_of('/'); slash != std::string::npos) text.erase(0, slash + 1);
  if (text.starts_with("tcp:")) text.erase(0, 4);
  auto [host, port] = host_and_port(text);
  if (!port && port_of(host) && !host.empty() && host != "*") std::swap(host, port.emplace());  // only a port
  if (!is_host(host)) host = "127.0.0.1";
  const bool usable = port && port_of(*port) && !port->empty();
  return fmt::format("tcp://{}:{}", host, usable ? *port : std::to_string(usual_port));
}

bool is_loopback_interface(const std::string& name) {
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return false;
  bool found = false;
  for (const ifaddrs* one = all; one && !found; one = one->ifa_next)
    found = name == one->ifa_name && (one->ifa_flags & IFF_LOOPBACK) != 0;
  ::freeifaddrs(all);
  return found;
}

}  // namespace

std::string why_no_address(const std::string& text, int port) {
  if (text.starts_with("inproc://") && text.size() > 9) return "";
  if (text.starts_with("ipc://") && text.size() > 6)
    return text.size() - 6 <= most_ipc_path ? ""
                                            : fmt::format("'{}' is too long for a socket's path, of at most {} bytes",
                                                          shortened(text), most_ipc_path);
  if (text.starts_with(tcp) && is_tcp(std::string_view(text).substr(tcp.size()))) return "";
  return fmt::format("'{}' is not an address; write {}", shortened(text), meant(text, port));
}

bool is_loopback(std::string_view address) {
  if (address.starts_with("ipc://") || address.starts_with("inproc://")) return true;
  if (!address.starts_with(tcp)) return false;
  const auto [host, port] = host_and_port(address.substr(tcp.size()));
  if (!port || !port_of(*port)) return false;
  in_addr number{};
  if (::inet_pton(AF_INET, host.c_str(), &number) == 1) return ntohl(number.s_addr) >> 24 == 127;
  return host == "localhost" || host == "[::1]" || is_loopback_interface(host);
}

std::string meant_for_this_computer(const std::string& address) {
  if (!address.starts_with(tcp)) return "";
  const auto [host, port] = host_and_port(std::string_view(address).substr(tcp.size()));
  if (!port || is_number(host, AF_INET)) return "";
  std::string meant = host;  // a number with letters that look like digits
  for (char& c : meant) c = c == 'l' || c == 'I' ? '1' : c == 'o' || c == 'O' ? '0' : c;
  if (!is_number(meant, AF_INET)) meant = nearest(host, {"localhost"});
  return meant.empty() || meant == host ? "" : fmt::format("; did you mean tcp://{}:{}?", meant, *port);
}

}  // namespace sinew
