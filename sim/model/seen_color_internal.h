#pragma once
#include <mujoco/mujoco.h>

#include <algorithm>
#include <array>

namespace sinew {

/// [4] The colour that MuJoCo draws a geom in: its own, unless it is the default and there is a material.
inline const float* seen_color(const mjModel& m, int geom) {
  constexpr std::array<float, 4> unset = {0.5F, 0.5F, 0.5F, 1};
  const float* own = m.geom_rgba + 4 * geom;
  const int material = m.geom_matid[geom];
  return material >= 0 && std::equal(unset.begin(), unset.end(), own) ? m.mat_rgba + 4 * material : own;
}

}  // namespace sinew
