#pragma once
#include <string>

struct mjModel_;

namespace sinew {

/// The model that MuJoCo compiled last in this process, with sections of MJCF in addition: what its reader of URDFs has
/// no words for. The numbers of `model` stay, to the last bit. nullptr: it cannot be, and `error` says why. The
/// caller's.
mjModel_* add_mjcf(const mjModel_& model, const std::string& mjcf, char* error, int error_size);

}  // namespace sinew
