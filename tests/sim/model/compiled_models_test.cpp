// Our MJCF files against the compiled reference models of MuJoCo 2.2.2 (data/MODEL.json, every
// number that the dynamics depend on, to the nine digits that are printed there).
#include <gtest/gtest.h>
#include <mujoco/mjxmacro.h>
#include <mujoco/mujoco.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "sim/model/model.h"

// Later versions name and lay out some arrays otherwise: there the traces hold the models to the
// reference.
#if mjVERSION_HEADER < 230

namespace sinew {
namespace {

using Numbers = std::vector<double>;

template <class T>
Numbers numbers(const T* values, int count) {
  return Numbers(values, values + count);
}
template <class T, size_t n>
Numbers numbers(const T (&values)[n]) {
  return Numbers(values, values + n);
}

// Every array of the model by its name, and the sizes, options and statistics that matter.
std::map<std::string, Numbers> all_numbers(const mjModel* m) {
  std::map<std::string, Numbers> all;
  MJMODEL_POINTERS_PREAMBLE(m)
#define X(type, name, rows, columns) all[#name] = numbers(m->name, static_cast<int>(m->rows * (columns)));
  MJMODEL_POINTERS
#undef X
#define X(name) all[#name] = {static_cast<double>(m->name)};
  MJMODEL_INTS
#undef X
#define OPTION(name) all["opt." #name] = {static_cast<double>(m->opt.name)}
  OPTION(timestep);
  OPTION(impratio);
  OPTION(tolerance);
  OPTION(noslip_tolerance);
  OPTION(density);
  OPTION(viscosity);
  OPTION(o_margin);
  OPTION(integrator);
  OPTION(cone);
  OPTION(jacobian);
  OPTION(solver);
  OPTION(iterations);
  OPTION(noslip_iterations);
  OPTION(disableflags);
  OPTION(enableflags);
#undef OPTION
  all["opt.gravity"] = numbers(m->opt.gravity);
  all["opt.wind"] = numbers(m->opt.wind);
  all["opt.magnetic"] = numbers(m->opt.magnetic);
  all["opt.o_solref"] = numbers(m->opt.o_solref);
  all["opt.o_solimp"] = numbers(m->opt.o_solimp);
  all["stat.meaninertia"] = {m->stat.meaninertia};
  all["stat.meanmass"] = {m->stat.meanmass};
  all["stat.meansize"] = {m->stat.meansize};
  all["stat.extent"] = {m->stat.extent};
  all["stat.center"] = numbers(m->stat.center);
  return all;
}

class CompiledModel : public testing::TestWithParam<const char*> {};

TEST_P(CompiledModel, HasTheNumbersOfTheReference) {
  const std::string name = GetParam();
  const auto model = Model::load(std::string(SINEW_SOURCE_DIR "/sim/models/") + name + ".xml");
  const std::map<std::string, Numbers> ours = all_numbers(&model->raw());
  std::ifstream file(std::string(SINEW_SOURCE_DIR "/tests/sim/data/") + name + ".json");
  const nlohmann::json reference = nlohmann::json::parse(file);
  EXPECT_GT(reference.size(), 80u);
  for (const auto& [key, value] : reference.items()) {
    ASSERT_TRUE(ours.contains(key)) << key;
    const Numbers expected = value.is_array() ? value.get<Numbers>() : Numbers{value.get<double>()};
    const Numbers& actual = ours.at(key);
    ASSERT_EQ(actual.size(), expected.size()) << key;
    for (size_t i = 0; i < expected.size(); ++i)
      EXPECT_NEAR(actual[i], expected[i], 1e-15 + 6e-9 * std::abs(expected[i])) << key << "[" << i << "]";
  }
}

INSTANTIATE_TEST_SUITE_P(Models, CompiledModel,
                         testing::Values("half_cheetah", "hopper", "walker2d", "swimmer", "reacher",
                                         "inverted_pendulum", "inverted_double_pendulum", "ant", "humanoid",
                                         "humanoidstandup", "pusher"));

}  // namespace
}  // namespace sinew

#endif
