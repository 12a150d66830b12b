// The values that can be read from a simulation, besides its state.
#include "sim/compat.h"
#include "sim/simulation/simulation.h"

namespace sinew {

void Simulation::compute_external_forces() { mj_rnePostConstraint(view_.get(), data_); }

std::span<const double, 4> Simulation::xquat(int body) const {
  return std::span<const double, 4>(data_->xquat + 4 * body, 4);
}

std::span<const double, 9> Simulation::xmat(int body) const {
  return std::span<const double, 9>(data_->xmat + 9 * body, 9);
}

std::span<const double, 9> Simulation::site_xmat(int site) const {
  return std::span<const double, 9>(data_->site_xmat + 9 * site, 9);
}

std::span<const double, 3> Simulation::center_of_mass(int body) const {
  return std::span<const double, 3>(data_->subtree_com + 3 * body, 3);
}

std::array<double, 6> Simulation::body_velocity(int body, bool own_axes) const {
  std::array<double, 6> velocity;
  mj_objectVelocity(view_.get(), data_, mjOBJ_XBODY, body, velocity.data(), own_axes);
  return velocity;
}

std::span<const double> Simulation::cinert() const { return {data_->cinert, 10 * static_cast<size_t>(view_->nbody)}; }
std::span<const double> Simulation::cvel() const { return {data_->cvel, 6 * static_cast<size_t>(view_->nbody)}; }
std::span<const double> Simulation::cfrc_ext() const {
  return {data_->cfrc_ext, 6 * static_cast<size_t>(view_->nbody)};
}
std::span<const double> Simulation::qfrc_actuator() const { return {data_->qfrc_actuator, nv_}; }
std::span<double> Simulation::qfrc_applied() { return {data_->qfrc_applied, nv_}; }
std::span<const double> Simulation::qfrc_applied() const { return {data_->qfrc_applied, nv_}; }
std::span<const double> Simulation::actuator_force() const { return {data_->actuator_force, nu_}; }
std::span<const double> Simulation::sensordata() const {
  return {data_->sensordata, static_cast<size_t>(view_->nsensordata)};
}

int Simulation::contact_count() const { return data_->ncon; }

Contact Simulation::contact(int i) const {
  const mjContact& contact = data_->contact[i];
  mjtNum force[6] = {};
  if (contact.efc_address >= 0) mj_contactForce(view_.get(), data_, i, force);
  return {contact.geom1, contact.geom2, contact.dist, force[0], {contact.pos[0], contact.pos[1], contact.pos[2]}};
}

}  // namespace sinew
