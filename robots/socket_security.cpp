#include "robots/socket_security.h"

#include <arpa/inet.h>

#include <charconv>

#include "robots/zmq_option_internal.h"

namespace sinew {
namespace {

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return text == "*" || (error == std::errc{} && end == text.data() + text.size() && port <= 65535);
}

}  // namespace

bool is_loopback(std::string_view address) {
  if (address.starts_with("ipc://") || address.starts_with("inproc://")) return true;
  constexpr std::string_view tcp = "tcp://";
  const size_t colon = address.rfind(':');
  if (!address.starts_with(tcp) || colon < tcp.size() || !is_port(address.substr(colon + 1))) return false;
  const std::string host(address.substr(tcp.size(), colon - tcp.size()));
  in_addr number{};
  if (::inet_pton(AF_INET, host.c_str(), &number) == 1) return ntohl(number.s_addr) >> 24 == 127;
  return host == "localhost" || host == "[::1]";
}

void trust_server(void* socket, const KeyPair& own, const std::string& server_key) {
  for (const std::string* key : {&own.public_key, &own.secret_key, &server_key})
    if (!is_key(*key)) fail("a socket cannot be secured: what is given is no key of 40 characters");
  set_option(socket, ZMQ_CURVE_SERVERKEY, server_key);
  set_option(socket, ZMQ_CURVE_PUBLICKEY, own.public_key);
  set_option(socket, ZMQ_CURVE_SECRETKEY, own.secret_key);
}

}  // namespace sinew
