// The cost of a run outside its iterations: metrics rows, evaluations, checkpoints, progress, when none of them is due.
#include <unistd.h>

#include <filesystem>

#include "agents/run/trainer.h"
#include "bench/bench.h"
#include "core/state_archive.h"
#include "nets/policy/initial_policy.h"

namespace sinew::bench {
namespace {

// Each iteration counts one env step and does nothing.
class IdleLearner final : public Algorithm {
 public:
  IdleLearner(const NoOptions&, const AlgorithmContext& context)
      : policy_(context.envs.spec(), context.network, context.layers, context.stream.split("init")) {}
  Policy& policy() override { return policy_; }
  bool start_from(const LoadedPolicy& other) override {
    sinew::start_from(policy_, *other.policy);
    return true;
  }
  int64_t iterate(double) override { return 1; }
  void report(const MetricSink&) override {}
  std::vector<std::string> metric_names() const override { return {}; }
  void visit_state(StateArchive& archive) override { archive("policy", policy_); }

 private:
  Policy policy_;
};

Registry with_idle_learner() {
  Registry registry = Registry::builtin();
  registry.algorithms.push_back(algorithm_row<IdleLearner, NoOptions>("idle", "learns nothing"));
  return registry;
}

constexpr const char* recipe_text = R"(
task: half_cheetah
total_timesteps: 1000000
n_envs: 8
log_interval: 1000000
algorithm: {name: idle}
network: {actor: [{linear: 64}, tanh]}
eval: {eval_freq: 0, n_final_episodes: 0}
save_freq: 1000000
save_interval: 60
)";

}  // namespace

Figure bench_bookkeeping() {
  const std::string folder =
      (std::filesystem::temp_directory_path() / ("sinew_bench_" + std::to_string(::getpid()))).string();
  const Recipe recipe = read_recipe(ConfigNode::parse_text(recipe_text, "bench"));
  const Registry registry = with_idle_learner();
  const Comparison c = interleave({[&] {
                                    const TrainStatus status = train(recipe, registry,
                                                                     {.run_folder = folder,
                                                                      .if_run_exists = IfRunExists::overwrite,
                                                                      .on_progress = [](const TrainStatus&) {}})
                                                                   .status;
                                    return 1e6 * status.seconds / static_cast<double>(status.steps);
                                  }},
                                  5);
  std::filesystem::remove_all(folder);
  const double limit = 2;
  return {"bookkeeping",
          c.medians[0],
          "us an iteration",
          limit,
          c.medians[0] / limit,
          "what a run does around an iteration of a learner whose iteration is one env step, nothing being due"};
}

}  // namespace sinew::bench
