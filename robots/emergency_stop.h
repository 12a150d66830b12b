#pragma once
#include <string>

#include "robots/link_socket.h"

namespace sinew {

/// Stops a robot over its own socket, whoever controls it. Returns once the robot has confirmed; an Error says that it
/// has not within `seconds`.
void emergency_stop(const std::string& stop_address, const SecureSocket& secure, const std::string& why, double seconds);

}  // namespace sinew
