// A simulation is restored with every number that a term can read, not its state alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <fstream>

#include "core/random.h"
#include "core/state_archive.h"
#include "sim/simulation/simulation.h"
#include "tests/core/expect_error.h"
#include "tests/sim/temporary_model.h"

namespace sinew {
namespace {

std::shared_ptr<const Model> model_of(const std::string& name) {
  return Model::load(std::string(SINEW_SOURCE_DIR "/sim/models/") + name + ".xml");
}

std::string saved(Simulation& sim) {
  StateArchive archive;
  sim.visit_state(archive, [](int) {});
  return archive.bytes();
}

// The warnings.
std::vector<std::string> restore(Simulation& sim, const std::string& bytes, const std::function<void(int)>& redo) {
  StateArchive archive(bytes, "state");
  sim.visit_state(archive, redo);
  archive.finish();
  return archive.warnings();
}

// The state and what MuJoCo derives from it.
std::vector<double> all_numbers(const Simulation& sim) {
  std::vector<double> all = sim.state();
  const auto add = [&](std::span<const double> values) { all.insert(all.end(), values.begin(), values.end()); };
  for (int body = 0; body < sim.model().count(Model::Element::body); ++body) {
    add(sim.xpos(body));
    add(sim.xquat(body));
    add(sim.xmat(body));
    add(sim.center_of_mass(body));
    add(sim.body_velocity(body, true));
  }
  for (const auto values : {sim.qfrc_constraint(), sim.qfrc_actuator(), sim.cinert(), sim.cvel(), sim.cfrc_ext(),
                            sim.actuator_force(), sim.sensordata()})
    add(values);
  for (int i = 0; i < sim.contact_count(); ++i) {
    const Contact contact = sim.contact(i);
    add(std::array{contact.distance, contact.normal_force});
    add(contact.position);
  }
  return all;
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

void start(Simulation& sim, uint64_t seed) {
  sim.reset();
  Rng rng(seed);
  for (double& v : sim.qvel()) v = rng.uniform(-0.5, 0.5);
  sim.forward();
}

// One env step.
void step(Simulation& sim, Rng& rng) {
  for (double& u : sim.ctrl()) u = rng.uniform(-1, 1);
  ASSERT_TRUE(sim.step(5));
  sim.compute_external_forces();
}

class State : public testing::TestWithParam<const char*> {};

TEST_P(State, BringsBackWhatFollowsFromIt) {
  const auto model = model_of(GetParam());
  Simulation first(model), second(model);
  Rng rng(1);
  start(first, 1);
  for (int i = 0; i < 60; ++i) step(first, rng);
  start(second, 2);
  Rng other(2);
  for (int i = 0; i < 7; ++i) step(second, other);

  const auto warnings = restore(second, saved(first), [&](int steps) {
    EXPECT_EQ(steps, 5);
    ASSERT_TRUE(second.step(steps));
    second.compute_external_forces();
  });
  EXPECT_TRUE(warnings.empty()) << warnings[0];
  EXPECT_TRUE(same_bits(all_numbers(second), all_numbers(first)));
  EXPECT_EQ(saved(second), saved(first)) << "it can be saved again at once";
  for (int i = 0; i < 100; ++i) {
    Rng same = rng;
    step(first, rng);
    step(second, same);
    ASSERT_TRUE(same_bits(all_numbers(second), all_numbers(first))) << "step " << i;
  }
}
INSTANTIATE_TEST_SUITE_P(Models, State, testing::Values("half_cheetah", "ant", "humanoid", "pusher"));

TEST(States, AfterAReset) {
  const auto model = model_of("ant");
  Simulation first(model), second(model);
  start(first, 1);
  start(second, 2);
  ASSERT_TRUE(second.step(30));
  second.compute_external_forces();
  EXPECT_TRUE(restore(second, saved(first), [&](int steps) {
                EXPECT_EQ(steps, 0);
                second.forward();
              }).empty());
  EXPECT_TRUE(same_bits(all_numbers(second), all_numbers(first)));
}

TEST(States, HoldTheParametersOfAnOwnModel) {
  const auto model = model_of("hopper");
  Simulation first(model), second(model), third(model);
  for (Simulation* sim : {&first, &second, &third}) sim->make_model_its_own();
  start(third, 1);
  Rng rng(1);
  for (Simulation* sim : {&first, &second}) {
    start(*sim, 1);
    for (double& mass : sim->parameter(ModelParameter::body_mass)) mass *= rng.uniform(0.5, 2);
    for (double& x : sim->parameter(ModelParameter::body_ipos)) x += rng.uniform(-0.01, 0.01);
    sim->parameters_changed();
    step(*sim, rng);
  }
  const auto redo = [&](int steps) {
    ASSERT_TRUE(second.step(steps));
    second.compute_external_forces();
  };
  EXPECT_TRUE(restore(second, saved(first), redo).empty());
  step(third, rng);
  EXPECT_TRUE(restore(second, saved(third), redo).empty()) << "as loaded";
  for (int i = 0; i < 50; ++i) {
    Rng same = rng;
    step(third, rng);
    step(second, same);
    ASSERT_TRUE(same_bits(all_numbers(second), all_numbers(third))) << "step " << i;
  }
}

TEST(States, OfManyContactsMakeTheBuffersGrow) {
  std::string heap = R"(<mujoco><worldbody><geom type="plane" size="9 9 1"/>)";
  for (int i = 0; i < 12; ++i)
    heap += "<body pos='0 0 " + std::to_string(0.19 * i + 0.1) +
            "'><freejoint/><geom type='box' size='0.3 0.3 0.1'/></body>";
  const TemporaryModel xml(heap + "</worldbody></mujoco>");
  const auto model = Model::load(xml.path());
  Simulation first(model), second(model);
  start(first, 1);
  ASSERT_TRUE(first.step(40));
  ASSERT_TRUE(first.step(5));
  EXPECT_TRUE(restore(second, saved(first), [&](int steps) { ASSERT_TRUE(second.step(steps)); }).empty());
  EXPECT_GT(second.buffer_growths(), 0);
  EXPECT_TRUE(same_bits(all_numbers(second), all_numbers(first)));
}

TEST(States, OtherBitsAreAWarningAndTheSavedStateHolds) {
  const auto model = model_of("half_cheetah");
  Simulation first(model), second(model);
  start(first, 1);
  ASSERT_TRUE(first.step(5));
  // Another number of steps stands for another machine.
  const auto warnings = restore(second, saved(first), [&](int) { ASSERT_TRUE(second.step(4)); });
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("gives other bits"), std::string::npos) << warnings[0];
  EXPECT_EQ(second.state(), first.state());
}

TEST(States, OfAnotherModelAreRefused) {
  Simulation first(model_of("half_cheetah")), second(model_of("hopper")), own(model_of("half_cheetah"));
  own.make_model_its_own();
  const std::string bytes = saved(first);
  EXPECT_NE(error_of([&] { restore(second, bytes, [](int) {}); }).find("before"), std::string::npos);
  EXPECT_NE(error_of([&] { restore(own, bytes, [](int) {}); }).find("owns_model"), std::string::npos);
  for (const size_t size : {size_t{0}, size_t{30}, bytes.size() / 2, bytes.size() - 1})
    EXPECT_NE(error_of([&] { restore(first, bytes.substr(0, size), [](int) {}); }), "") << size;
}

constexpr const char* box = R"(<mujoco><worldbody><body><freejoint/><geom size="{}"/></body></worldbody></mujoco>)";

TEST(Fingerprint, IsOfTheContent) {
  std::vector<std::string> fingerprints;
  for (const char* size : {"0.1", "0.1", "0.1000000001"}) {
    const TemporaryModel xml(fmt::format(fmt::runtime(box), size));
    fingerprints.push_back(Model::load(xml.path())->fingerprint());
  }
  EXPECT_EQ(fingerprints[0].size(), 64u);
  EXPECT_EQ(fingerprints[0], fingerprints[1]);
  EXPECT_NE(fingerprints[0], fingerprints[2]);
  // Memory that was used before makes no difference.
  const std::string humanoid = model_of("humanoid")->fingerprint();
  for (int i = 0; i < 5; ++i) {
    const std::vector<std::string> litter(1000, std::string(static_cast<size_t>(50 * i + 20), 'x'));
    EXPECT_EQ(model_of("humanoid")->fingerprint(), humanoid);
  }
}

}  // namespace
}  // namespace sinew
