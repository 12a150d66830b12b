#pragma once
#include "envs/task/make_env.h"

namespace sinew {

/// An ant that is told where to walk and meets whatever a task can throw at it.
inline Task randomized_task() {
  return load_task(ConfigNode::parse_text(R"(
model: sim/models/ant.xml
frame_skip: 5
time_limit: 40
commands:
  walk: {term: velocity, x: [-1, 1], yaw: [-0.5, 0.5], zero_probability: 0.1, resample: 0.5}
observations:
  state:
    - history: {length: 3, of: {noise: {of: joint_pos, normal: 0.01}}}
    - scale: {of: joint_vel, by: 0.1}
    - noise: {of: {projected_gravity: {body: torso}}, uniform: 0.05}
    - body_quat: {body: torso}
    - body_angular_velocity: {body: torso}
    - difference: {of: {command: walk}, minus: {body_linear_velocity: {body: torso}}}
    - norm: {of: {body_linear_velocity: {body: torso, axes: [x, y]}}}
    - contact: {bodies: [front_left_foot, front_right_foot, back_foot, right_back_foot], with: [floor]}
    - contact_force: {geoms: [torso_geom]}
    - last_action
reward:
  forward: {term: body_velocity, body: torso}
  control: {term: action_cost, weight: -0.1}
reset:
  - uniform: {qpos: 0.05}
randomize:
  - mass: {bodies: [torso], scale: [0.8, 1.2]}
  - center_of_mass: {bodies: [torso], offset: 0.02}
  - friction: {geoms: [floor], scale: [0.5, 2]}
  - damping: {scale: [0.9, 1.1]}
  - armature: {scale: [0.9, 1.1], joints: [hip_1, hip_2]}
  - gains: {scale: [0.9, 1.1], interval: [0.2, 0.6]}
  - encoder_offset: {range: [-0.02, 0.02]}
  - push: {body: torso, velocity: 0.5, angular: 0.5, interval: [0.3, 0.9]}
)",
                                          "randomized.yaml"),
                   "randomized", "");
}

}  // namespace sinew
