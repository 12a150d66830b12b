#pragma once
#include <string>

namespace sinew {

/// One thing that `sinew doctor` looked at.
struct Finding {
  bool ok = true;
  std::string value;    // what is there
  std::string meaning;  // what that means for the user
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
