#include "sim/simulation.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "sim/compat.h"
#include "sim/messages.h"

namespace sinew {
namespace {

constexpr int most_growths = 8;

// Calls visit(pointer, count) for every array of the state, in the order of SimulationState.
template <class Visit>
void visit_state(const mjModel& m, mjData& d, Visit&& visit) {
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

bool all_sane(const double* values, size_t n) {
  // One comparison a number: false for a NaN too.
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
  before_ = save_state();
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

double Simulation::time() const { return data_->time; }

void Simulation::reset() {
  if (!parameters_as_loaded_) load_parameters();
  mj_resetData(view_.get(), data_);
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
  copy_state_to(before_);  // the warm start is part of the state, and changes
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

void Simulation::copy_state_to(SimulationState& state) const {
  double* out = state.data();
  visit_state(*view_, *data_, [&](auto* values, int count) { out = std::copy_n(values, count, out); });
}

void Simulation::copy_state_from(const SimulationState& state) {
  const double* in = state.data();
  visit_state(*view_, *data_, [&]<class T>(T* values, int count) {
    for (int i = 0; i < count; ++i) values[i] = static_cast<T>(*in++);
  });
}

SimulationState Simulation::save_state() const {
  size_t size = 0;
  visit_state(*view_, *data_, [&](auto*, int count) { size += static_cast<size_t>(count); });
  SimulationState state(size);
  copy_state_to(state);
  return state;
}

void Simulation::restore_state(const SimulationState& state) {
  if (state.size() != before_.size())
    fail("a saved state of {} numbers does not belong to the model '{}', whose states have {}", state.size(),
         model_->path(), before_.size());
  copy_state_from(state);
}

}  // namespace sinew
