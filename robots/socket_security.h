#pragma once
#include <string>
#include <string_view>

#include "robots/keys.h"

/// What a socket needs to speak beyond this computer. Sockets are libzmq's own pointers (`zmq::socket_t::handle()` of
/// cppzmq); robots/doorkeeper.h is the other end.
namespace sinew {

/// Whether nobody beyond this computer can reach this address: ipc:// and inproc://; tcp:// with a number of the
/// loopback network or `localhost`, and a port. All interfaces (`*`, 0.0.0.0), other numbers, names of hosts and of
/// interfaces are not, and neither is what cannot be read.
bool is_loopback(std::string_view address);

/// Makes a socket, before it connects, a client of CURVE with these keys, which speaks to no server but the one with
/// this public key. Throws Error where a key is none.
void trust_server(void* socket, const KeyPair& own, const std::string& server_key);

}  // namespace sinew
