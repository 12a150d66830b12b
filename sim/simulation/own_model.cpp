// A simulation's own model, whose parameters a randomisation changes.
#include <algorithm>
#include <cassert>

#include "core/error.h"
#include "core/state_archive.h"
#include "sim/compat.h"
#include "sim/simulation/simulation.h"

namespace sinew {
namespace {

constexpr ModelParameter all_parameters[] = {
    ModelParameter::body_mass,     ModelParameter::body_inertia,  ModelParameter::body_ipos,
    ModelParameter::geom_friction, ModelParameter::dof_damping,   ModelParameter::dof_armature,
    ModelParameter::dof_friction,  ModelParameter::actuator_gain, ModelParameter::actuator_bias,
    ModelParameter::cam_pos,       ModelParameter::cam_quat,      ModelParameter::cam_fovy,
    ModelParameter::light_pos,     ModelParameter::light_dir};
constexpr ModelColor all_colors[] = {ModelColor::geom_rgba, ModelColor::mat_rgba, ModelColor::light_diffuse,
                                     ModelColor::light_ambient};

std::span<double> values_of(const mjModel& m, ModelParameter parameter) {
  const auto span = [](mjtNum* values, int count) { return std::span<double>(values, static_cast<size_t>(count)); };
  switch (parameter) {
    case ModelParameter::body_mass: return span(m.body_mass, m.nbody);
    case ModelParameter::body_inertia: return span(m.body_inertia, 3 * m.nbody);
    case ModelParameter::body_ipos: return span(m.body_ipos, 3 * m.nbody);
    case ModelParameter::geom_friction: return span(m.geom_friction, 3 * m.ngeom);
    case ModelParameter::dof_damping: return span(m.dof_damping, m.nv);
    case ModelParameter::dof_armature: return span(m.dof_armature, m.nv);
    case ModelParameter::dof_friction: return span(m.dof_frictionloss, m.nv);
    case ModelParameter::actuator_gain: return span(m.actuator_gainprm, mjNGAIN * m.nu);
    case ModelParameter::actuator_bias: return span(m.actuator_biasprm, mjNBIAS * m.nu);
    case ModelParameter::cam_pos: return span(m.cam_pos, 3 * m.ncam);
    case ModelParameter::cam_quat: return span(m.cam_quat, 4 * m.ncam);
    case ModelParameter::cam_fovy: return span(m.cam_fovy, m.ncam);
    case ModelParameter::light_pos: return span(m.light_pos, 3 * m.nlight);
    case ModelParameter::light_dir: return span(m.light_dir, 3 * m.nlight);
  }
  return {};
}

std::span<float> values_of(const mjModel& m, ModelColor color) {
  const auto span = [](float* values, int count) { return std::span<float>(values, static_cast<size_t>(count)); };
  switch (color) {
    case ModelColor::geom_rgba: return span(m.geom_rgba, 4 * m.ngeom);
    case ModelColor::mat_rgba: return span(m.mat_rgba, 4 * m.nmat);
    case ModelColor::light_diffuse: return span(m.light_diffuse, 3 * m.nlight);
    case ModelColor::light_ambient: return span(m.light_ambient, 3 * m.nlight);
  }
  return {};
}

// MuJoCo takes short cuts where the compiler found a centre of mass at its body's origin, or at the centre of a geom or
// site: it copies the frame, and treats a lone body's inertia as diagonal. The short cuts are valid only for bodies
// whose centre of mass has not moved.
void set_short_cuts(mjModel& m, const mjModel& as_loaded) {
  constexpr int as_inertia = 2;  // of geom_sameframe and site_sameframe
  const auto moved = [&](int body) {
    return !std::equal(m.body_ipos + 3 * body, m.body_ipos + 3 * (body + 1), as_loaded.body_ipos + 3 * body);
  };
  const auto frame = [&](mjtByte same_as, int body) -> mjtByte {
    return same_as == as_inertia && moved(body) ? 0 : same_as;
  };
  bool any = false;
  for (int body = 0; body < m.nbody; ++body) {
    const bool its = moved(body);
    m.body_sameframe[body] = its ? 0 : as_loaded.body_sameframe[body];
    m.body_simple[body] = its ? 0 : as_loaded.body_simple[body];
    any |= its;
  }
  for (int geom = 0; geom < m.ngeom; ++geom)
    m.geom_sameframe[geom] = frame(as_loaded.geom_sameframe[geom], m.geom_bodyid[geom]);
  for (int site = 0; site < m.nsite; ++site)
    m.site_sameframe[site] = frame(as_loaded.site_sameframe[site], m.site_bodyid[site]);
  // The number of consecutive simple degrees of freedom: 0 is slower for a few, but correct.
  for (int i = 0; i < m.nv; ++i) m.dof_simplenum[i] = any ? 0 : as_loaded.dof_simplenum[i];
}

}  // namespace

std::span<const double> Model::parameter(ModelParameter parameter) const { return values_of(*model_, parameter); }
std::span<const float> Model::color(ModelColor color) const { return values_of(*model_, color); }

void Simulation::make_model_its_own() {
  if (own_model_) return;
  own_model_ = mj_copyModel(nullptr, &model_->raw());
  if (!own_model_) throw Error(fmt::format("no memory for a copy of '{}'", model_->path()), Error::Fault::system);
  *view_ = *own_model_;
  compat::size_buffers(*view_, model_->raw(), level_);  // as for data_
  reference_ = mj_makeData(view_.get());
  if (!reference_) throw Error(fmt::format("no memory to change '{}'", model_->path()), Error::Fault::system);
}

std::span<double> Simulation::parameter(ModelParameter parameter) {
  assert(own_model_ && "make_model_its_own() comes first");
  return values_of(*view_, parameter);
}

std::span<float> Simulation::color(ModelColor color) {
  assert(own_model_ && "make_model_its_own() comes first");
  return values_of(*view_, color);
}

void Simulation::parameters_changed() {
  parameters_as_loaded_ = false;
  set_short_cuts(*view_, model_->raw());
  const mjStatistic statistic = view_->stat;  // the MJCF's own values, if any
  mj_setConst(view_.get(), reference_);       // it sets the data to qpos0; no contacts need room
  view_->stat = statistic;
}

void Simulation::load_parameters() {
  for (const ModelParameter parameter : all_parameters)
    std::ranges::copy(values_of(model_->raw(), parameter), values_of(*view_, parameter).begin());
  for (const ModelColor color : all_colors)
    std::ranges::copy(values_of(model_->raw(), color), values_of(*view_, color).begin());
  parameters_changed();
  parameters_as_loaded_ = true;
}

// Called before the state: derived values depend on the parameters.
void Simulation::visit_parameters(StateArchive& archive) {
  archive.fixed("owns_model", owns_model());
  if (!owns_model()) return;
  bool as_loaded = parameters_as_loaded_;
  archive("parameters_as_loaded", as_loaded);
  if (as_loaded) {
    if (!parameters_as_loaded_) load_parameters();
    return;
  }
  for (const ModelParameter parameter : all_parameters)
    archive("parameter " + std::to_string(static_cast<int>(parameter)), values_of(*view_, parameter));
  for (const ModelColor color : all_colors)
    archive("color " + std::to_string(static_cast<int>(color)), values_of(*view_, color));
  if (archive.restoring()) parameters_changed();
}

}  // namespace sinew
