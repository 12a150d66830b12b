#pragma once
#include <string>

#include "robots/link/keys.h"

/// What a socket needs to speak beyond this computer. Sockets are libzmq's own pointers (`zmq::socket_t::handle()` of
/// cppzmq); robots/link/doorkeeper.h is the other end.
namespace sinew {

/// Makes a socket, before it connects, a client of CURVE with these keys, which speaks to no server but the one with
/// this public key. Throws Error where a key is none.
void trust_server(void* socket, const KeyPair& own, const std::string& server_key);

}  // namespace sinew
