#pragma once
#include <optional>
#include <string>

#include "robots/link/keys.h"
#include "robots/link/link_socket.h"
#include "robots/protocol/robot_config.h"

/// The keys that a robot's file requires. A link beyond this computer has keys, unless the file explicitly waives them.
/// `folder`: of the keys; "": default_key_folder().
namespace sinew {

/// The robot's own keys, and the peers that it admits.
struct RobotSecurity {
  KeyPair own;
  AllowList allowed;
};

/// None if the addresses are on this computer, or the file sets allow_anybody. Throws an Error for keys that are
/// missing, unreadable or readable by everyone, and if there are none although they are required.
std::optional<RobotSecurity> robot_security(const RobotConfig& config, const std::string& folder);

/// The same for the policy's side: makes a socket accept only this robot. Empty: without keys.
SecureSocket policy_security(const RobotConfig& config, const std::string& folder);

}  // namespace sinew
