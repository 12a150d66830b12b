#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/model_identity.h"
#include "nets/formats/safetensors.h"
#include "nets/policy/policy.h"

/// One policy file: safetensors, readable from Python.
///
/// Tensors: every parameter of the actor under its name; `normalizer.SENSOR.mean`, `.scale` and `.count` (rows seen);
/// `action.low` and `action.high`; `golden.observation`, `golden.images`, `golden.state`, `golden.action` and
/// `golden.next_state`, rows of inputs and outputs that are checked on loading. All others belong to the learner, which
/// needs them to continue, such as its critic's parameters. They may be missing, and code that acts never reads them.
/// Metadata: `format` ("sinew-policy"), `format_version`, `task`, `interface` (JSON: sensors and actions with names,
/// order, shapes, units, ranges, rate), `network` (YAML), `trace` (JSON: the actor's operations, see
/// nets/policy/trace.h), `config` (YAML: the run's resolved config), `model` (YAML: engine, fingerprint of the compiled
/// model, hash of its sources; missing in older files), `sha256` (of everything else in the file).
namespace sinew {

struct PolicyInfo {
  std::string task;         // the name it was trained on, or the path; paths here are from the policy's folder
  std::string task_config;  // YAML; may be empty
  std::string config;       // the run's resolved config, YAML; may be empty
  ModelIdentity model;      // of the task, at that time; unknown for older files
};

/// A learner's parameters, beside the policy's. All names differ.
using LearnerParameters = std::vector<const Parameters*>;

/// The bytes of the file. The same policy gives the same bytes.
std::string format_policy(const Policy& policy, const PolicyInfo& info, const LearnerParameters& learner = {});
/// Writes it atomically.
void save_policy(const std::string& path, const Policy& policy, const PolicyInfo& info,
                 const LearnerParameters& learner = {});

struct LoadedPolicy {
  std::unique_ptr<Policy> policy;
  PolicyInfo info;
  std::map<std::string, StoredTensor> learner;  // the learner's tensors, by name
};

/// Copies the values of all of a learner's parameters from the file. Returns false, and copies nothing, when the file
/// does not have each of them in its shape.
bool take_learner_parameters(const LoadedPolicy& from, Parameters& parameters);

/// weights_hash() of the policy's and the learner's parameters together.
std::string whole_weights_hash(const LoadedPolicy& loaded);

/// Throws Error naming the file for: anything damaged (checksum, golden pairs off by more than 1e-5), a newer format, a
/// layer that is not in `layers`. Takes no more memory than a small multiple of the file's size, whatever network the
/// file describes.
LoadedPolicy load_policy(const std::string& path, const LayerTable<float>& layers);
LoadedPolicy parse_policy(std::string_view content, const std::string& file_name, const LayerTable<float>& layers);

}  // namespace sinew
