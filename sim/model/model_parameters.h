#pragma once

namespace sinew {

/// The parameters of a simulation's own model that a randomisation may change: MuJoCo's arrays, in its layout.
enum class ModelParameter {
  body_mass,      // [nbody] kg
  body_inertia,   // [nbody, 3] kg m², diagonal
  body_ipos,      // [nbody, 3] m: the centre of mass in the body's frame
  geom_friction,  // [ngeom, 3] sliding, torsional, rolling
  dof_damping,    // [nv] N s/m or N m s/rad
  dof_armature,   // [nv] kg or kg m²
  dof_friction,   // [nv] N or N m of dry friction
  actuator_gain,  // [nu, 10] parameters of the gain
  actuator_bias,  // [nu, 10] parameters of the bias
  cam_pos,        // [ncam, 3] m, in the body's frame
  cam_quat,       // [ncam, 4] orientation in the body's frame, a unit quaternion (w, x, y, z)
  cam_fovy,       // [ncam] vertical field of view, degrees
  light_pos,      // [nlight, 3] m, in the body's frame
  light_dir,      // [nlight, 3] in the body's frame
};

/// The same for colours, which affect only pictures: components from 0 to 1.
enum class ModelColor {
  geom_rgba,      // [ngeom, 4]; (0.5, 0.5, 0.5, 1) leaves a geom the colour of its material
  mat_rgba,       // [nmat, 4] of materials
  light_diffuse,  // [nlight, 3]
  light_ambient,  // [nlight, 3]
};

}  // namespace sinew
