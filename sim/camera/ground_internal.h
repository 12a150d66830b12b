#pragma once
#include <mujoco/mujoco.h>

/// A plane collides everywhere: its size affects only its picture. A robot that runs far should not appear to run off
/// it. (MuJoCo draws an infinite plane in thousands of squares.)
namespace sinew::ground {

constexpr double half_width = 2000;  // metres, in place of the model's own

/// Whether `geom` is a plane of the world that is drawn widened. A texture that is stretched over the plane would show
/// the change, so such a plane is left as it is.
inline bool is_widened(const mjModel& m, int geom) {
  const int material = m.geom_matid[geom];
  const bool stretched = material >= 0 && !m.mat_texuniform[material];
  return m.geom_type[geom] == mjGEOM_PLANE && m.geom_bodyid[geom] == 0 && !stretched;
}

}  // namespace sinew::ground
