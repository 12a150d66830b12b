#pragma once
#include <string>

namespace sinew {

/// The file that POLICY means: itself, or in a run folder best.safetensors, else policy.safetensors. One of the zoo is
/// found by its name.
/// Throws Error when there is none.
std::string policy_path(const std::string& policy);

}  // namespace sinew
