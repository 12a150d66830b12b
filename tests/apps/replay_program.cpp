// sinew with a learner that has a replay buffer of transitions, which its checkpoints store in segments.
#include "apps/run.h"
#include "tests/agents/replay_learner.h"

int main(int argc, char** argv) {
  sinew::Registry registry = sinew::Registry::builtin();
  registry.algorithms.push_back(sinew::replay_row());
  return sinew::run(argc, argv, registry);
}
