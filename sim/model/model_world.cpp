// The part of Model about its bodies, the elements fixed to them, and the world around.
#include <algorithm>
#include <vector>

#include "sim/compat.h"
#include "sim/model/model.h"
#include "sim/model/seen_color_internal.h"

namespace sinew {

std::span<const double> Model::gravity() const { return {model_->opt.gravity, 3}; }

std::string Model::integrator() const {
  switch (model_->opt.integrator) {
    case mjINT_EULER: return "Euler";
    case mjINT_RK4: return "RK4";
    case mjINT_IMPLICIT: return "implicit";
    default: return "other";
  }
}

double Model::total_mass() const { return model_->body_subtreemass[0]; }
double Model::body_mass(int body) const { return model_->body_mass[body]; }
double Model::body_subtree_mass(int body) const { return model_->body_subtreemass[body]; }
int Model::body_parent(int body) const { return model_->body_parentid[body]; }
std::array<float, 4> Model::geom_color(int geom) const {
  std::array<float, 4> color;
  std::copy_n(seen_color(*model_, geom), 4, color.begin());
  return color;
}
int Model::geom_body(int geom) const { return model_->geom_bodyid[geom]; }
int Model::site_body(int site) const { return model_->site_bodyid[site]; }
int Model::camera_body(int camera) const { return model_->cam_bodyid[camera]; }
double Model::camera_fovy(int camera) const { return model_->cam_fovy[camera]; }

std::string Model::camera_mode(int camera) const {
  switch (model_->cam_mode[camera]) {
    case mjCAMLIGHT_FIXED: return "fixed";
    case mjCAMLIGHT_TRACK: return "track";
    case mjCAMLIGHT_TRACKCOM: return "trackcom";
    case mjCAMLIGHT_TARGETBODY: return "targetbody";
    case mjCAMLIGHT_TARGETBODYCOM: return "targetbodycom";
    default: return "other";
  }
}

std::span<const double> Model::keyframe_qpos(int keyframe) const {
  return {model_->key_qpos + static_cast<ptrdiff_t>(nq()) * keyframe, static_cast<size_t>(nq())};
}
std::span<const double> Model::keyframe_qvel(int keyframe) const {
  return {model_->key_qvel + static_cast<ptrdiff_t>(nv()) * keyframe, static_cast<size_t>(nv())};
}
std::span<const double> Model::keyframe_act(int keyframe) const {
  return {model_->key_act + static_cast<ptrdiff_t>(model_->na) * keyframe, static_cast<size_t>(model_->na)};
}
std::span<const double> Model::keyframe_ctrl(int keyframe) const {
  return {model_->key_ctrl + static_cast<ptrdiff_t>(nu()) * keyframe, static_cast<size_t>(nu())};
}

// MuJoCo's own filter, body by body: some bit of one's contype is in the other's conaffinity, and they are neither
// welded together nor parent and child (unless the parent is fixed to the world).
bool Model::has_contacts() const {
  const mjModel& m = *model_;
  if (m.opt.disableflags & (mjDSBL_CONTACT | mjDSBL_CONSTRAINT)) return false;
  if (m.npair > 0) return true;
  struct Bits {
    int type = 0, affinity = 0;
  };
  std::vector<Bits> bits(static_cast<size_t>(m.nbody));
  for (int i = 0; i < m.ngeom; ++i) {
    Bits& body = bits[static_cast<size_t>(m.body_weldid[m.geom_bodyid[i]])];
    body.type |= m.geom_contype[i];
    body.affinity |= m.geom_conaffinity[i];
  }
  const bool skip_parents = !(m.opt.disableflags & mjDSBL_FILTERPARENT);
  const auto parent = [&](int weld) { return m.body_weldid[m.body_parentid[weld]]; };
  for (int a = 0; a < m.nbody; ++a) {
    for (int b = a + 1; b < m.nbody; ++b) {
      const Bits &one = bits[static_cast<size_t>(a)], &other = bits[static_cast<size_t>(b)];
      if (!(one.type & other.affinity) && !(other.type & one.affinity)) continue;
      if (skip_parents && a != 0 && (parent(b) == a || parent(a) == b)) continue;
      return true;
    }
  }
  return false;
}

}  // namespace sinew
