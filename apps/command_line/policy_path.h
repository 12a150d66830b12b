#pragma once
#include <string>

namespace sinew {

/// The policy file for the argument POLICY: the file itself; in a run folder, best.safetensors or else
/// policy.safetensors; or a policy of the zoo by name. Throws an Error if there is none.
std::string policy_path(const std::string& policy);

}  // namespace sinew
