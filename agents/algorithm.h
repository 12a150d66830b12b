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

/// What a learner keeps of its last iteration until it is asked.
using MetricValues = std::vector<std::pair<std::string_view, double>>;

/// A learner: it owns the policy, steps the envs, and improves the one with the other.
class Algorithm {
 public:
  virtual ~Algorithm() = default;
  virtual Policy& policy() = 0;
  /// What it learns with beside the policy, such as a critic: policy files hold it apart.
  virtual LearnerParameters learner_parameters() const { return {}; }
  /// Goes on from another policy: nets/policy/initial_policy.h. False: what it learns with beside the policy is not
  /// there, or is another one, and begins anew.
  virtual bool start_from(const LoadedPolicy& other) = 0;
  /// Collects experience and learns from it once. `progress` in [0, 1] is how far training has come.
  /// Returns the env steps made. Throws Error when learning has diverged (a loss is not finite).
  virtual int64_t iterate(double progress) = 0;
  /// Reports how learning goes: of the last iteration, or of all since the last report. Asked right after an iteration,
  /// when a row of metrics is due (the recipe's log_interval).
  virtual void report(const MetricSink& metrics) = 0;
  /// All that iterate() depends on but the envs, which are their owner's: between two iterations.
  virtual void visit_state(StateArchive& archive) = 0;
  /// The names that report() may use.
  virtual std::vector<std::string> metric_names() const = 0;
};

/// What a learner is made from.
struct AlgorithmContext {
  VecEnv& envs;
  ThreadPool& pool;
  NetworkConfig network;
  const LayerTable<float>& layers;
  Rng stream;
  int64_t total_timesteps = 0;  // of the whole run, in env steps; 0: unknown
};

/// A row of the table of algorithms. `options` is the recipe's `algorithm` map without its name.
struct AlgorithmRow {
  std::string name;
  std::string help;
  std::function<std::unique_ptr<Algorithm>(const ConfigNode& options, const AlgorithmContext&)> make;
  /// The options with every default written out.
  std::function<ConfigNode(const ConfigNode& options)> resolve;
  std::vector<ParameterDoc> parameters = {};  // its options, as `sinew algorithms` lists them
  bool has_critic = false;                    // of V(s), as the recipe's network describes it
  bool steps_envs = true;  // else it has one env alone, which is never reset: it says what the task is
};

using AlgorithmTable = std::vector<AlgorithmRow>;
AlgorithmTable builtin_algorithms();

}  // namespace sinew
