#include "sim/simulation/simulation.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "sim/compat.h"
#include "sim/mujoco_messages.h"

namespace sinew {
namespace {

constexpr int most_growths = 8;

bool all_sane(const double* values, size_t n) {
  // One comparison per number; false for a NaN, too.
  bool sane = true;
  for (size_t i = 0; i < n; ++i) sane &= std::abs(values[i]) <= mjMAXVAL;
  return sane;
}

}  // namespace

Simulation::Simulation(std::shared_ptr<const Model> model)
    : model_(std::move(model)),
      view_(std::make_unique<mjModel>(model_->raw())),
      nq_(static_cast<size_t>(model_->nq())),
      nv_(static_cast<size_t>(model_->nv())),
      nu_(static_cast<size_t>(model_->nu())) {
  allocate();
  before_ = state();
}

Simulation::~Simulation() {
  mj_deleteData(reference_);
  mj_deleteData(data_);
  mj_deleteModel(own_model_);
}

void Simulation::allocate() {
  compat::size_buffers(*view_, model_->raw(), level_);
  mjData* data = mj_makeData(view_.get());
  if (!data) throw Error(fmt::format("no memory to simulate '{}'", model_->path()), Error::Fault::system);
  mj_deleteData(data_);
  data_ = data;
  qpos_ = data_->qpos;
  qvel_ = data_->qvel;
  ctrl_ = data_->ctrl;
  qfrc_constraint_ = data_->qfrc_constraint;
  xpos_ = data_->xpos;
  site_xpos_ = data_->site_xpos;
}

void Simulation::grow() {
  if (level_ == most_growths)
    fail(
        "the simulation of '{}' has more contacts than {} doublings of MuJoCo's buffers hold: bodies are "
        "probably placed inside one another",
        model_->path(), most_growths);
  ++level_;
  allocate();
}

std::span<double> Simulation::act() { return {data_->act, static_cast<size_t>(view_->na)}; }
std::span<double> Simulation::mocap_pos() { return {data_->mocap_pos, 3 * static_cast<size_t>(view_->nmocap)}; }
std::span<double> Simulation::mocap_quat() { return {data_->mocap_quat, 4 * static_cast<size_t>(view_->nmocap)}; }

double Simulation::time() const { return data_->time; }

void Simulation::reset() {
  if (!parameters_as_loaded_) load_parameters();
  mj_resetData(view_.get(), data_);
}

void Simulation::set_keyframe(int keyframe) {
  const mjModel& m = model_->raw();
  const auto restore = [&](const mjtNum* of_all, mjtNum* into, auto count) {
    std::copy_n(of_all + static_cast<ptrdiff_t>(keyframe) * count, count, into);
  };
  restore(m.key_time, &data_->time, 1);
  restore(m.key_qpos, data_->qpos, m.nq);
  restore(m.key_qvel, data_->qvel, m.nv);
  restore(m.key_act, data_->act, m.na);
  restore(m.key_ctrl, data_->ctrl, m.nu);
  restore(m.key_mpos, data_->mocap_pos, 3 * m.nmocap);
  restore(m.key_mquat, data_->mocap_quat, 4 * m.nmocap);
}

Simulation::Event Simulation::take_event() {
  const auto number = [this](mjtWarning kind) -> int& { return data_->warning[kind].number; };
  if ((number(mjWARN_CONTACTFULL) | number(mjWARN_CNSTRFULL) | number(mjWARN_BADQPOS) | number(mjWARN_BADQVEL) |
       number(mjWARN_BADQACC)) == 0)
    return Event::none;
  const bool full = take_buffer_full() || number(mjWARN_CONTACTFULL) || number(mjWARN_CNSTRFULL);
  for (const mjtWarning kind : {mjWARN_CONTACTFULL, mjWARN_CNSTRFULL, mjWARN_BADQPOS, mjWARN_BADQVEL, mjWARN_BADQACC})
    number(kind) = 0;
  return full ? Event::full : Event::diverged;
}

bool Simulation::state_is_sane() const {
  return all_sane(qpos_, nq_) && all_sane(qvel_, nv_) && all_sane(data_->act, static_cast<size_t>(view_->na));
}

void Simulation::forward() {
  copy_state_to(before_);  // the warm start changes, and is part of the state
  mj_forward(view_.get(), data_);
  while (take_event() == Event::full) {
    grow();
    copy_state_from(before_);
    mj_forward(view_.get(), data_);
  }
}

template <class BeforeEach>
bool Simulation::step_with(int n, BeforeEach&& before_each) {
  copy_state_to(before_);
  for (int i = 0; i < n; ++i) {
    before_each();
    mj_step(view_.get(), data_);
    const Event event = take_event();
    if (event == Event::none) [[likely]]
      continue;
    if (event == Event::full) grow();
    copy_state_from(before_);
    if (event == Event::diverged) {
      forward();
      return false;
    }
    i = -1;  // from the start
  }
  if (state_is_sane()) [[likely]]
    return true;
  copy_state_from(before_);
  forward();
  return false;
}

bool Simulation::step(int n) {
  return step_with(n, [] {});
}

bool Simulation::step(int n, const std::function<void()>& controller) { return step_with(n, controller); }

}  // namespace sinew
