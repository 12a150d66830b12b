#pragma once
#include <mujoco/mujoco.h>

/// A plane collides everywhere, whatever its size, which is for the eye alone: a robot that runs far
/// should not be seen to run off it. (An infinite one of MuJoCo's is drawn in thousands of squares.)
namespace sinew::ground {

constexpr double half_width = 2000;  // metres, in place of the model's own

/// Whether `geom` is a plane of the world that is seen widened. A texture that is stretched over the
/// plane would show the change: such a plane stays.
inline bool is_widened(const mjModel& m, int geom) {
  const int material = m.geom_matid[geom];
  const bool stretched = material >= 0 && !m.mat_texuniform[material];
  return m.geom_type[geom] == mjGEOM_PLANE && m.geom_bodyid[geom] == 0 && !stretched;
}

}  // namespace sinew::ground
