#pragma once
#include <string>

#include "robots/link/link_socket.h"

namespace sinew {

/// Stops a robot over its own socket, whatever controls it. Returns once its actuators have been commanded to their
/// safe state. Throws an Error if the robot has not confirmed that within `seconds`.
void emergency_stop(const std::string& stop_address, const SecureSocket& secure, const std::string& why,
                    double seconds);

/// Ends an emergency stop, so that the robot may be armed again; this moves nothing. Throws an Error with the reason if
/// the stop does not end.
void release_emergency_stop(const std::string& stop_address, const SecureSocket& secure, const std::string& why,
                            double seconds);

}  // namespace sinew
