#pragma once
#include <optional>
#include <string>

#include "robots/link/keys.h"
#include "robots/link/link_socket.h"
#include "robots/protocol/robot_config.h"

/// Which keys a robot's file asks for. Beyond this computer a link has keys, unless the file says in so many words that
/// it needs none. `folder`: of the keys; "": default_key_folder().
namespace sinew {

/// The robot's own keys, and those whom it lets in.
struct RobotSecurity {
  KeyPair own;
  AllowList allowed;
};

/// None: the addresses are of this computer, or the file says allow_anybody. Throws an Error for keys that are missing,
/// unreadable or for everybody to read, and where there are none and there should be.
std::optional<RobotSecurity> robot_security(const RobotConfig& config, const std::string& folder);

/// The same for the policy's side: makes a socket one that speaks with this robot alone. Empty: without keys.
SecureSocket policy_security(const RobotConfig& config, const std::string& folder);

}  // namespace sinew
