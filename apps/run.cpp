#include "apps/run.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "apps/commands/commands.h"
#include "apps/robot_commands.h"

namespace sinew {
namespace {

// After a large block is freed, glibc raises its mmap threshold and keeps such memory: a checkpoint's megabytes would
// stay with a learner for good, in holes. With a fixed threshold they go back to the system.
void give_back_large_pieces() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
}

}  // namespace

std::vector<Command> all_commands(const Registry& registry, const AdapterTable& adapters) {
  const auto with_registry = [&registry](Command::Work (*declare)(CommandLine&, const Registry&)) {
    return [declare, &registry](CommandLine& line) { return declare(line, registry); };
  };
  std::vector<Command> commands{
      {"train", "learn a policy from a recipe, a YAML file", with_registry(declare_train)},
      {"play", "run a policy against the simulator: returns, a video, a window", with_registry(declare_play)},
      {"robot", "a task's robot, simulated in real time, on the robot's side of the link",
       [&registry, &adapters](CommandLine& line) { return declare_robot(line, registry, adapters); }},
      {"robustness", "a policy with each disturbance of its task off, as trained, and twice as strong",
       with_registry(declare_robustness)},
      {"show", "what a recipe or a policy is: network, shapes, names, units, hash", with_registry(declare_show)},
      {"inspect", "what an MJCF or URDF model has; a task to start from", with_registry(declare_inspect)},
      {"terms", "the words of a task's YAML: observations, rewards, …", with_registry(declare_terms)},
      {"recipe", "the keys of a recipe, with their defaults", declare_recipe},
      {"algorithms", "what can learn, and the keys of each", with_registry(declare_algorithms)},
      {"layers", "what networks are made of, and the options of each", with_registry(declare_layers)},
      {"robot-file", "the keys of a robot's file, with their defaults",
       [&adapters](CommandLine& line) { return declare_robot_file(line, adapters); }},
      {"report", "what runs achieved over their seeds: a table and the learning curve", declare_report},
      {"replay", "what a task does with given actions, open loop, in full precision", with_registry(declare_replay)},
      {"bench", "how fast, beside what is possible on this machine", declare_bench},
      {"doctor", "what this computer offers, and what that means for you", declare_doctor},
      {"test", "run the tests of the build this command belongs to", declare_test},
  };
  const std::vector<Command> of_robots = robot_commands(registry.layers, adapters);
  const auto after_play = commands.begin() + 2;
  commands.insert(after_play, of_robots.begin(), of_robots.end());
  return commands;
}

int run(int argc, char** argv, const Registry& registry, const AdapterTable& adapters) {
  give_back_large_pieces();
  return run_program(argc, argv,
                     {.name = "sinew",
                      .summary = "Deep reinforcement learning from raw sensors to actuators.",
                      .commands = all_commands(registry, adapters),
                      .version = [] { return std::string("sinew " SINEW_VERSION); }});
}

}  // namespace sinew
