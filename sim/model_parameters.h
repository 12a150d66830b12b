#pragma once

namespace sinew {

/// What a randomisation may change in a simulation's own model: arrays of MuJoCo's, as it lays them out.
enum class ModelParameter {
  body_mass,      // [nbody] kg
  body_inertia,   // [nbody, 3] kg m², diagonal
  body_ipos,      // [nbody, 3] m: the centre of mass in the body's frame
  geom_friction,  // [ngeom, 3] sliding, torsional, rolling
  dof_damping,    // [nv] N s/m or N m s/rad
  dof_armature,   // [nv] kg or kg m²
  actuator_gain,  // [nu, 10] parameters of the gain
  actuator_bias,  // [nu, 10] parameters of the bias
};

}  // namespace sinew
