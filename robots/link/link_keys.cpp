#include "robots/link/link_keys.h"

#include <filesystem>

#include "core/error.h"
#include "robots/link/socket_security.h"
#include "robots/protocol/link_address.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

std::string folder_of_keys(const std::string& folder) { return folder.empty() ? default_key_folder() : folder; }

void check_that_none_are_needed(const RobotConfig& config) {
  for (const std::string& address : {config.address, config.stop_address}) {
    if (is_loopback(address) || config.allow_anybody) continue;
    // A typing error should be corrected, not permitted.
    if (const std::string meant = meant_for_this_computer(address); !meant.empty())
      fail("{} is not known to be this computer{}", address, meant);
    fail(
        "{} reaches beyond this computer, and the robot's file names no keys: make some on each side ('sinew keys new "
        "NAME', 'sinew keys allow'), and give the file `keys: {{robot: NAME, policy: NAME}}`; or `allow_anybody: "
        "true`, if "
        "anybody in the network may move this robot",
        address);
  }
}

[[noreturn]] void fail_for_one_side() {
  fail("the robot's file has `keys:` with a name for one side alone; it needs both, {{robot: NAME, policy: NAME}}");
}

// Looked up on the allow-list, or in the folder beside it.
std::string public_key_named(const std::string& name, const std::string& folder) {
  const fs::path list = fs::path(folder) / "allowed", file = fs::path(folder) / (name + ".pub");
  if (fs::exists(list))
    if (const AllowList allowed = load_allow_list(list.string()); const AllowedKey* found = allowed.find_name(name))
      return found->key;
  if (fs::exists(file)) return load_public_key(file.string());
  fail(
      "the public key of the robot '{}' is not in '{}'; copy its {}.pub from the robot's computer, and 'sinew keys "
      "allow' it here",
      name, folder, name);
}

std::string key_file(const std::string& name, const std::string& folder) {
  return (fs::path(folder) / (name + ".key")).string();
}

}  // namespace

std::optional<RobotSecurity> robot_security(const RobotConfig& config, const std::string& folder) {
  if (config.keys.robot.empty()) {
    check_that_none_are_needed(config);
    if (!config.keys.policy.empty()) fail_for_one_side();
    return {};
  }
  const std::string where = folder_of_keys(folder);
  return RobotSecurity{load_key_pair(key_file(config.keys.robot, where)),
                       load_allow_list((fs::path(where) / "allowed").string())};
}

SecureSocket policy_security(const RobotConfig& config, const std::string& folder) {
  const LinkKeysConfig& names = config.keys;
  if (names.policy.empty() && names.robot.empty()) {
    check_that_none_are_needed(config);
    return {};
  }
  if (names.policy.empty() || names.robot.empty()) fail_for_one_side();
  const std::string where = folder_of_keys(folder);
  const KeyPair own = load_key_pair(key_file(names.policy, where));
  const std::string server_key = public_key_named(names.robot, where);
  return [own, server_key](void* socket) { trust_server(socket, own, server_key); };
}

}  // namespace sinew
