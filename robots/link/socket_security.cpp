#include "robots/link/socket_security.h"

#include "robots/link/zmq_option_internal.h"

namespace sinew {
void trust_server(void* socket, const KeyPair& own, const std::string& server_key) {
  for (const std::string* key : {&own.public_key, &own.secret_key, &server_key})
    if (!is_key(*key)) fail("a socket cannot be secured: the given key is not a key of 40 characters");
  set_option(socket, ZMQ_CURVE_SERVERKEY, server_key);
  set_option(socket, ZMQ_CURVE_PUBLICKEY, own.public_key);
  set_option(socket, ZMQ_CURVE_SECRETKEY, own.secret_key);
}

}  // namespace sinew
