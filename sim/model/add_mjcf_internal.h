#pragma once
#include <string>

struct mjModel_;

namespace sinew {

/// The model that MuJoCo compiled last in this process, with additional sections of MJCF: features that its URDF reader
/// does not support. The numbers of `model` stay the same, to the last bit. Returns nullptr if this is impossible, with
/// the reason in `error`. The caller owns the result.
mjModel_* add_mjcf(const mjModel_& model, const std::string& mjcf, char* error, int error_size);

}  // namespace sinew
