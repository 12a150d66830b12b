// A simulation's own model, whose parameters a randomisation changes.
#include <cassert>

#include "core/error.h"
#include "sim/compat.h"
#include "sim/simulation.h"

namespace sinew {

void Simulation::make_model_its_own() {
  if (own_model_) return;
  own_model_ = mj_copyModel(nullptr, &model_->raw());
  if (!own_model_) throw Error(fmt::format("no memory for a copy of '{}'", model_->path()), Error::Fault::system);
  *view_ = *own_model_;
  compat::size_buffers(*view_, model_->raw(), level_);  // as the data was made
}

std::span<double> Simulation::parameter(ModelParameter parameter) {
  assert(own_model_ && "make_model_its_own() comes first");
  const auto span = [](mjtNum* values, int count) { return std::span<double>(values, static_cast<size_t>(count)); };
  switch (parameter) {
    case ModelParameter::body_mass: return span(view_->body_mass, view_->nbody);
    case ModelParameter::body_inertia: return span(view_->body_inertia, 3 * view_->nbody);
    case ModelParameter::body_ipos: return span(view_->body_ipos, 3 * view_->nbody);
    case ModelParameter::geom_friction: return span(view_->geom_friction, 3 * view_->ngeom);
    case ModelParameter::dof_damping: return span(view_->dof_damping, view_->nv);
    case ModelParameter::dof_armature: return span(view_->dof_armature, view_->nv);
    case ModelParameter::actuator_gain: return span(view_->actuator_gainprm, mjNGAIN * view_->nu);
    case ModelParameter::actuator_bias: return span(view_->actuator_biasprm, mjNBIAS * view_->nu);
  }
  return {};
}

void Simulation::parameters_changed() {
  copy_state_to(before_);
  mj_setConst(view_.get(), data_);  // moves the data to qpos0
  copy_state_from(before_);
}

}  // namespace sinew
