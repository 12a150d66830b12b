#pragma once
#include <string>

namespace sinew {

/// The result of one check of `sinew doctor`.
struct Finding {
  bool ok = true;
  std::string value;    // what was found
  std::string meaning;  // what it means for the user
};

// The machine.
Finding check_cores();
Finding check_simd();
Finding check_memory();
Finding check_real_time();

// The software on it.
Finding check_rendering();
Finding check_display();
Finding check_video();
Finding check_mujoco();
Finding check_libraries();
Finding check_ccache();
Finding check_python();

}  // namespace sinew
