// An env that is saved and restored goes on with the same bits, wherever in an episode it was, and
// whatever the env that it is restored into has been through.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "envs/task/make_env.h"
#include "envs/task/task_env.h"
#include "tests/core/expect_error.h"
#include "tests/envs/randomized_task.h"

namespace sinew {
namespace {

const std::string everything = SINEW_SOURCE_DIR "/tests/envs/data/everything.yaml";
const std::string ant_velocity = SINEW_SOURCE_DIR "/tests/envs/data/ant_velocity.yaml";
constexpr int time_limit = 40;

/// The task with short episodes.
Task short_task(const std::string& name) {
  Task task = name == "randomized" ? randomized_task() : load_task(name == "delayed" ? everything : name);
  if (name == "delayed") task.config.assign("delay={observation: [0, 0.03], action: [0, 0, 0.01, 0.1], loss: 0.05}");
  task.config.set("time_limit", ConfigNode::scalar(std::to_string(time_limit)));
  return load_task(task.config, task.name, "");
}

/// One env that acts at random and is reset where an episode ends, and what it says.
struct Play {
  std::unique_ptr<Env> env;
  Rng rng, actions;
  bool over = true;
  std::vector<double> said;  // by the last call

  Play(const Task& task, uint64_t seed) : env(task.factory()), rng(seed), actions(seed + 100) {}

  void go_on(int calls) {
    for (int i = 0; i < calls; ++i) go_on();
  }
  // A reset or a step.
  void go_on() {
    said.clear();
    if (over) {
      env->reset(rng);
      over = false;
    } else {
      const StepResult result = env->step(random_action(), rng);
      over = result.terminated || result.truncated;
      said = {result.reward, double(result.terminated), double(result.truncated), double(result.success),
              double(result.diverged)};
    }
    const std::vector<double> present = shown();
    said.insert(said.end(), present.begin(), present.end());
  }
  // What the env shows without being stepped.
  std::vector<double> shown() const {
    const auto terms = env->reward_terms();
    std::vector<double> all(terms.begin(), terms.end());
    for (size_t i = 0; i < env->spec().sensors.size(); ++i) {
      const std::span<const double> numbers = env->observation(static_cast<int>(i));
      all.insert(all.end(), numbers.begin(), numbers.end());
    }
    return all;
  }
  std::vector<double> random_action() {
    std::vector<double> action;
    for (const ActionPart& part : env->spec().actions.parts)
      for (size_t i = 0; i < static_cast<size_t>(part.size()); ++i)
        action.push_back(part.is_discrete() ? actions.below(static_cast<uint32_t>(part.choices[i]))
                                            : actions.uniform(part.low[i], part.high[i]));
    return action;
  }
  void visit_state(StateArchive& archive) {
    archive("env", *env);
    archive("rng", rng);
    archive("actions", actions);
    archive("over", over);
    archive("said", said);
  }
};

std::string saved(Play& run) {
  StateArchive archive;
  run.visit_state(archive);
  return archive.bytes();
}

void restore(Play& run, const std::string& bytes) {
  StateArchive archive(bytes, "state");
  run.visit_state(archive);
  archive.finish();
  for (const std::string& warning : archive.warnings()) ADD_FAILURE() << warning;
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

using Future = std::vector<std::vector<double>>;

Future future_of(Play& run, int calls) {
  Future future;
  for (int i = 0; i < calls; ++i) {
    run.go_on();
    future.push_back(run.said);
  }
  return future;
}

void expect_future(Play& run, const Future& future) {
  for (size_t call = 0; call < future.size(); ++call) {
    run.go_on();
    if (same_bits(run.said, future[call])) continue;
    ASSERT_EQ(run.said.size(), future[call].size()) << "call " << call;
    for (size_t i = 0; i < run.said.size(); ++i)
      ASSERT_EQ(run.said[i], future[call][i]) << "call " << call << ", number " << i;
  }
}

class EnvState : public testing::TestWithParam<std::string> {};

TEST_P(EnvState, GoesOnWithTheSameBits) {
  const Task task = short_task(GetParam());
  // After the first reset, a step, in an episode, at its end and after it.
  for (const int calls : {1, 2, 19, time_limit + 1, time_limit + 2, 3 * time_limit + 11}) {
    SCOPED_TRACE(fmt::format("saved after {} calls", calls));
    Play original(task, 1), fresh(task, 2), used(task, 3);
    original.go_on(calls);
    used.go_on(time_limit / 2 + calls);
    const std::string bytes = saved(original);
    restore(fresh, bytes);
    restore(used, bytes);
    EXPECT_EQ(saved(fresh), bytes);
    EXPECT_EQ(saved(used), bytes);
    EXPECT_TRUE(same_bits(fresh.shown(), original.shown()));
    EXPECT_TRUE(same_bits(used.shown(), original.shown()));
    const Future future = future_of(original, 200);
    {
      SCOPED_TRACE("into a fresh env");
      expect_future(fresh, future);
    }
    SCOPED_TRACE("into a used env");
    expect_future(used, future);
  }
}

std::vector<std::string> all_tasks() {
  std::vector<std::string> tasks = known_tasks();
  for (const std::string& more : {everything, ant_velocity, std::string("randomized"), std::string("delayed")})
    tasks.push_back(more);
  return tasks;
}
INSTANTIATE_TEST_SUITE_P(Tasks, EnvState, testing::ValuesIn(all_tasks()), [](const auto& task) {
  std::string name = task.param.substr(task.param.rfind('/') + 1);
  return name.substr(0, name.find('.'));
});

TEST(EnvStates, OfAReplay) {
  const Task task = short_task("randomized");
  Play original(task, 1), other(task, 2);
  original.go_on();
  auto& env = dynamic_cast<TaskEnv&>(*original.env);
  const std::vector<double> qpos(env.simulation().qpos().begin(), env.simulation().qpos().end());
  env.reset_to(qpos, std::vector<double>(env.simulation().qvel().size(), 0.1), original.rng);
  original.go_on(5);
  other.go_on(5);
  restore(other, saved(original));
  expect_future(other, future_of(original, 100));
}

// A failed step leaves the physics where it was, with what forward() derives.
TEST(EnvStates, AfterADivergence) {
  const Task task = short_task(everything);
  Play original(task, 1), other(task, 2);
  original.go_on(8);
  dynamic_cast<TaskEnv&>(*original.env).simulation().qvel()[9] = 1e12;
  original.go_on();
  ASSERT_TRUE(original.over);
  other.go_on(30);
  restore(other, saved(original));
  expect_future(other, future_of(original, 100));
}

TEST(EnvStates, OfAnotherTaskAreRefused) {
  Play cheetah(short_task("half_cheetah"), 1), cartpole(short_task("cartpole"), 1);
  const std::vector<std::pair<std::string, std::string>> first_difference = {
      {"hopper", "state: env.task.action: 3 of them expected, it has 6"},
      {"swimmer", "state: env.task.action: 2 of them expected, it has 6"},
      {"cartpole", "state: env.state: 'task' is in its place"}};
  for (const auto& [name, message] : first_difference) {
    Play other(short_task(name), 1);
    cheetah.go_on();
    expect_contains(error_of([&] { restore(other, saved(cheetah)); }), message);
  }
  expect_contains(error_of([&] { restore(cheetah, saved(cartpole)); }), "state: env.task: 'state' is in its place");
}

TEST(EnvStates, CutShortAreRefused) {
  const Task task = short_task(everything);
  Play original(task, 1), other(task, 2);
  original.go_on(5);
  const std::string bytes = saved(original);
  for (size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 500)
    EXPECT_NE(error_of([&] { restore(other, bytes.substr(0, size)); }), "");
  restore(other, bytes);  // what failed left nothing behind that this does not set right
  expect_future(other, future_of(original, 100));
}

/// Every name in a piece of a task's YAML.
void add_words(const ConfigNode& node, std::set<std::string>& words) {
  if (node.is_scalar()) words.insert(node.text());
  if (node.is_list())
    for (const ConfigNode& item : node.items()) add_words(item, words);
  if (!node.is_map()) return;
  for (const auto& [key, value] : node.entries()) {
    words.insert(key);
    add_words(value, words);
  }
}

// A term that remembers and does not say so in visit_state fails the tests above, once it is in the task.
TEST(EnvStates, EveryTermIsInTheTaskEverything) {
  const ConfigNode task = ConfigNode::parse_file(everything);
  const TaskRegistry registry = TaskRegistry::builtin();
  const auto expect_all = [&](const auto& table, const char* section) {
    std::set<std::string> words;
    add_words(*task.find(section), words);
    for (const auto& row : table)
      EXPECT_TRUE(words.contains(row.name)) << "add '" << row.name << "' to " << section << " in " << everything;
  };
  expect_all(registry.observations, "observations");
  expect_all(registry.actions, "actions");
  expect_all(registry.rewards, "reward");
  expect_all(registry.terminations, "terminate");
  expect_all(registry.resets, "reset");
  expect_all(registry.commands, "commands");
  expect_all(registry.randomizations, "randomize");
}

}  // namespace
}  // namespace sinew
