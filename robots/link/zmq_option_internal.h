#pragma once
#include <fmt/core.h>
#include <zmq.h>

#include <string>

#include "core/error.h"

namespace sinew {

[[noreturn]] inline void fail_zmq(const std::string& what) {
  throw Error(fmt::format("{}: {}", what, ::zmq_strerror(::zmq_errno())), Error::Fault::system);
}

inline void set_option(void* socket, int option, int value) {
  if (::zmq_setsockopt(socket, option, &value, sizeof value) != 0) fail_zmq("cannot secure a socket");
}
/// Keys as text: 40 characters.
inline void set_option(void* socket, int option, const std::string& value) {
  if (::zmq_setsockopt(socket, option, value.data(), value.size()) != 0) fail_zmq("cannot secure a socket");
}

}  // namespace sinew
