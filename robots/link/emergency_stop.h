#pragma once
#include <string>

#include "robots/link/link_socket.h"

namespace sinew {

/// Stops a robot over its own socket, whoever controls it. Returns once its actuators have been told to be safe;
/// an Error says that the robot has not confirmed that within `seconds`.
void emergency_stop(const std::string& stop_address, const SecureSocket& secure, const std::string& why,
                    double seconds);

/// Ends an emergency stop, so that the robot may be armed again; nothing moves by that. An Error says why it does not
/// end.
void release_emergency_stop(const std::string& stop_address, const SecureSocket& secure, const std::string& why,
                            double seconds);

}  // namespace sinew
