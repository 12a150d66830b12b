#pragma once
#include <memory>
#include <string>

#include "nets/policy.h"
#include "nets/safetensors.h"

/// One policy file: safetensors, readable from Python.
///
/// Tensors: every parameter under its name; `normalizer.SENSOR.mean`, `.scale` and `.count` (rows seen);
/// `action.low` and `action.high`; `golden.observation`, `golden.images`, `golden.state`, `golden.action` and `golden.next_state`,
/// rows of inputs and outputs that are checked on loading.
/// Metadata: `format` ("sinew-policy"), `format_version`, `task`, `interface` (JSON: sensors and
/// actions with names, order, shapes, units, ranges, rate), `network` (YAML), `trace` (JSON: the
/// actor's operations, see nets/trace.h), `config` (YAML: the run's resolved config), `sha256` (of
/// everything else in the file).
namespace sinew {

struct PolicyInfo {
  std::string task;         // the name or path it was trained on
  std::string task_config;  // YAML; may be empty
  std::string config;       // the run's resolved config, YAML; may be empty
};

/// The bytes of the file: the same policy gives the same bytes.
std::string format_policy(const Policy& policy, const PolicyInfo& info);
/// Writes it atomically.
void save_policy(const std::string& path, const Policy& policy, const PolicyInfo& info);

struct LoadedPolicy {
  std::unique_ptr<Policy> policy;
  PolicyInfo info;
};

/// Throws Error naming the file for: anything damaged (checksum, golden pairs off by more than
/// 1e-5), a newer format, a layer that `layers` does not know. Takes no more memory than a small
/// multiple of the file's size, whatever its description of the network asks for.
LoadedPolicy load_policy(const std::string& path, const LayerTable<float>& layers);
LoadedPolicy parse_policy(std::string_view content, const std::string& file_name, const LayerTable<float>& layers);

}  // namespace sinew
