#pragma once
#include <optional>
#include <string>
#include <vector>

#include "agents/algorithm.h"
#include "core/input_path.h"
#include "envs/task/make_env.h"

namespace sinew {

struct EvalConfig {
  int64_t eval_freq = 50000;
  int n_eval_episodes = 10;
  int n_final_episodes = 100;
  int n_candidates = 3;
  template <class Visitor>
  void visit(Visitor& v) {
    v.changeable("eval_freq", eval_freq, at_least(0), "env steps between evaluations; 0: never");
    v.changeable("n_eval_episodes", n_eval_episodes, between(1, 10000), "episodes of an evaluation");
    v.changeable("n_final_episodes", n_final_episodes, between(0, 100000),
                 "fresh episodes of the kept and of the last policy at the end; 0: none");
    v.changeable("n_candidates", n_candidates, between(1, 100),
                 "policies of the best evaluations that are played again to choose the kept one");
  }
};

/// What to train, on what, and how: the file that `sinew train` reads.
struct Recipe {
  std::string task;
  int64_t total_timesteps = 1000000;
  int n_envs = 8;
  uint64_t seed = 1;
  ConfigNode algorithm;  // {name: ppo, …}
  NetworkConfig network;
  std::optional<InputPath> initial_policy;
  ConfigNode normalize_reward;  // its place in recipes before it became the learner's own key
  EvalConfig eval;
  int64_t log_interval = 1000;
  int64_t save_freq = 50000;
  double save_interval = 60;
  bool video = false;

  template <class Visitor>
  void visit(Visitor& v) {
    v.required("task", task, "a task's name or the path of its file");
    v.optional("total_timesteps", total_timesteps, at_least(1), "env steps of the whole run");
    v.optional("n_envs", n_envs, between(1, 65536), "envs that are stepped side by side");
    v.optional("seed", seed, "seeds every random stream; the same seed gives the same bits");
    v.required("algorithm", algorithm, "{name: ppo, …}; `sinew algorithms` lists its keys");
    v.required("network", network, "what learns");
    v.optional("initial_policy", initial_policy,
               "a .safetensors file or a run folder, from whose weights learning starts");
    v.optional("normalize_reward", normalize_reward, "the algorithm's key, which older recipes have here");
    v.optional("eval", eval, "when the policy is evaluated");
    v.changeable("log_interval", log_interval, at_least(1),
                 "env steps between rows of metrics; at least one iteration lies between two");
    v.changeable("save_freq", save_freq, at_least(0),
                 "env steps between checkpoints; 0: by save_interval, at the best evaluations and at the end");
    v.changeable("save_interval", save_interval, at_least(0),
                 "most seconds of wall time that a run may lose; 0: no limit");
    v.changeable("video", video, "writes video.mp4 of the best policy at the end");
  }
};

/// Everything a recipe may name. A plain value: a custom program takes builtin() and adds rows.
struct Registry {
  TaskRegistry tasks;
  LayerTable<float> layers;
  AlgorithmTable algorithms;
  static Registry builtin();
};

/// The keys whose values may change when a run is resumed, as "eval.eval_freq": they affect nothing that is learnt.
std::vector<std::string> changeable_keys();
/// Reads a recipe. Makes its paths absolute.
Recipe read_recipe(const ConfigNode& node);
/// The algorithm that a recipe names, its options read.
struct RecipeAlgorithm {
  const AlgorithmRow& row;  // the registry's
  ConfiguredAlgorithm configured;
};

/// Throws a located Error for an unknown algorithm, and for options that it does not take.
RecipeAlgorithm read_algorithm(const Recipe& recipe, const Registry& registry);
/// The recipe with every key and its value.
ConfigNode resolve_recipe(const Recipe& recipe, const RecipeAlgorithm& algorithm);

}  // namespace sinew
