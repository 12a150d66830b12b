#pragma once
#include <mujoco/mujoco.h>

#include <algorithm>
#include <string>

#include "sim/model/model.h"

namespace sinew {

/// The camera of a view, in the form that MuJoCo's pictures take.
class Viewpoint {
 public:
  Viewpoint(const Model& model, const std::string& name) {
    mjv_defaultCamera(&camera_);
    const mjModel& m = model.raw();
    if (!name.empty() || model.has(Model::Element::camera, "track")) {
      camera_.type = mjCAMERA_FIXED;
      camera_.fixedcamid = model.find(Model::Element::camera, name.empty() ? "track" : name);
      return;
    }
    mjv_defaultFreeCamera(&m, &camera_);
    for (int body = 1; body < m.nbody && followed_body_ == 0; ++body)
      if (m.body_weldid[body] != 0) followed_body_ = body;
  }
  /// The camera in this state: MuJoCo's own tracking camera lags behind.
  mjvCamera at(const mjData& data) const {
    mjvCamera camera = camera_;
    if (followed_body_ > 0) std::copy_n(data.subtree_com + 3 * followed_body_, 3, camera.lookat);
    return camera;
  }

 private:
  mjvCamera camera_;
  int followed_body_ = 0;  // by a free camera; 0: no body moves, or it is a camera of the model
};

}  // namespace sinew
