#pragma once
#include <string>

#include "robots/link/keys.h"

/// Security for sockets beyond this computer. Sockets are libzmq's own pointers (`zmq::socket_t::handle()` of cppzmq);
/// robots/link/zap_authenticator.h is the other end.
namespace sinew {

/// Makes a socket, before it connects, a CURVE client with these keys that accepts only the server with this public
/// key. Throws Error for an invalid key.
void trust_server(void* socket, const KeyPair& own, const std::string& server_key);

}  // namespace sinew
