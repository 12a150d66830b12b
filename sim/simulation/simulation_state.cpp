// A simulation's state as numbers, and in an archive.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/state_archive.h"
#include "sim/compat.h"
#include "sim/simulation/simulation.h"

namespace sinew {
namespace {

constexpr int most_redone = 1'000'000;  // steps in one call

// Calls visit(pointer, count) for every array of the state, in the order of SimulationState.
template <class Visit>
void for_each_array(const mjModel& m, mjData& d, Visit&& visit) {
  visit(&d.time, 1);
  visit(d.qpos, m.nq);
  visit(d.qvel, m.nv);
  visit(d.act, m.na);
  visit(d.qacc_warmstart, m.nv);
  visit(d.ctrl, m.nu);
  visit(d.qfrc_applied, m.nv);
  visit(d.xfrc_applied, 6 * m.nbody);
  visit(d.mocap_pos, 3 * m.nmocap);
  visit(d.mocap_quat, 4 * m.nmocap);
  visit(d.userdata, m.nuserdata);
  compat::visit_newer_state(m, d, visit);
}

// Bits, not values: a NaN equals itself.
bool same_bits(const SimulationState& a, const SimulationState& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

}  // namespace

void Simulation::copy_state_to(SimulationState& state) const {
  double* out = state.data();
  for_each_array(*view_, *data_, [&](auto* values, int count) { out = std::copy_n(values, count, out); });
}

void Simulation::copy_state_from(const SimulationState& state) {
  const double* in = state.data();
  for_each_array(*view_, *data_, [&]<class T>(T* values, int count) {
    for (int i = 0; i < count; ++i) values[i] = static_cast<T>(*in++);
  });
}

SimulationState Simulation::state() const {
  size_t size = 0;
  for_each_array(*view_, *data_, [&](auto*, int count) { size += static_cast<size_t>(count); });
  SimulationState state(size);
  copy_state_to(state);
  return state;
}

void Simulation::go_to(const SimulationState& state) {
  copy_state_from(state);
  forward();
}

// Computed from the two times, the first number of each state. Even with a damaged file, the result is in range.
int Simulation::steps_between(const SimulationState& from, const SimulationState& to) const {
  const double steps = std::round((to[0] - from[0]) / view_->opt.timestep);
  return steps >= 0 && steps <= most_redone ? static_cast<int>(steps) : 0;
}

void Simulation::visit_state(StateArchive& archive, const std::function<void(int)>& redo) {
  visit_parameters(archive);
  SimulationState present = state();
  archive("before", std::span(before_));
  archive("present", std::span(present));
  if (!archive.restoring()) return;
  mj_resetData(view_.get(), data_);
  copy_state_from(before_);
  redo(steps_between(before_, present));
  if (same_bits(state(), present)) return;
  copy_state_from(present);
  archive.warn(
      "the last physics step, when repeated, gives other bits than when it was saved: this CPU or this MuJoCo computes "
      "differently, so the run continues correctly, but not with the bits that it would have had");
}

}  // namespace sinew
