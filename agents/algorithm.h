#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/config.h"
#include "core/parameter_list.h"
#include "core/thread_pool.h"
#include "envs/vec_env.h"
#include "nets/formats/policy_file.h"

namespace sinew {

class StateArchive;

/// Takes a metric by its name, such as train/approx_kl.
using MetricSink = std::function<void(std::string_view name, double value)>;

/// Metrics that a learner keeps from its last iteration until report() is called.
using MetricValues = std::vector<std::pair<std::string_view, double>>;

/// A learner: it owns the policy, steps the envs, and improves the policy from that experience.
class Algorithm {
 public:
  virtual ~Algorithm() = default;
  virtual Policy& policy() = 0;
  /// The parameters it learns with beside the policy, such as a critic: policy files store them apart.
  virtual LearnerParameters learner_parameters() const { return {}; }
  /// Continues from another policy: nets/policy/initial_policy.h. Returns false when the parameters it learns with
  /// beside the policy are missing or different, so that they start from scratch.
  virtual bool start_from(const LoadedPolicy& other) = 0;
  /// Collects experience and learns from it once. `progress` in [0, 1] is the fraction of training done. Returns the
  /// env steps made. Throws Error when learning has diverged (a loss is not finite).
  virtual int64_t iterate(double progress) = 0;
  /// Reports metrics of the last iteration, or of all iterations since the last report. Called right after an
  /// iteration, when a row of metrics is due (the recipe's log_interval).
  virtual void report(const MetricSink& metrics) = 0;
  /// Visits, between two iterations, all state that iterate() depends on, except the envs, which their owner visits.
  virtual void visit_state(StateArchive& archive) = 0;
  /// The names that report() may use.
  virtual std::vector<std::string> metric_names() const = 0;
};

/// Everything a learner is constructed from.
struct AlgorithmContext {
  VecEnv& envs;
  ThreadPool& pool;
  NetworkConfig network;
  const LayerTable<float>& layers;
  Rng stream;
  int64_t total_timesteps = 0;  // of the whole run, in env steps; 0: unknown
};

/// A learner whose options have been read, so that it can be made.
struct ConfiguredAlgorithm {
  ConfigNode options;  // with every default written out
  std::function<std::unique_ptr<Algorithm>(const AlgorithmContext&)> make;
};

/// A row of the table of algorithms.
struct AlgorithmRow {
  std::string name;
  std::string help;
  /// Reads the recipe's `algorithm` map without its name. Throws a located Error.
  std::function<ConfiguredAlgorithm(const ConfigNode& options)> configure;
  std::vector<ParameterDoc> parameters = {};  // its options, as `sinew algorithms` lists them
  bool has_critic = false;                    // V(s), as the recipe's network describes it
  bool steps_envs = true;                     // false: it has one env only, never reset, which describes the task
};

/// The Config of a learner without options.
struct NoOptions {
  template <class Visitor>
  void visit(Visitor&) {}
};

/// The row of a learner that is constructed from a Config, whose fields describe its options.
template <class Learner, class Config>
AlgorithmRow algorithm_row(std::string name, std::string help) {
  const auto configure = [](const ConfigNode& options) -> ConfiguredAlgorithm {
    const Config config = read_config<Config>(options);
    return {write_config(config), [config](const AlgorithmContext& context) -> std::unique_ptr<Algorithm> {
              return std::make_unique<Learner>(config, context);
            }};
  };
  return {std::move(name), std::move(help), configure, list_parameters<Config>()};
}

using AlgorithmTable = std::vector<AlgorithmRow>;
AlgorithmTable builtin_algorithms();

}  // namespace sinew
