#pragma once
#include <string>

namespace sinew {

/// Identifies the model that a policy file or a checkpoint was made with. It contains no path.
struct ModelIdentity {
  std::string engine;       // "MuJoCo 2.2.2"; "" where an older file has none
  std::string fingerprint;  // of that engine's compiled model; "": unknown, or an env without a model
  std::string sources;      // of the files that it was compiled from, the same for every engine; "" as for engine
};

/// Compares the fingerprints within one engine, and the sources between two engines. An unknown model counts as the
/// same.
bool is_same_model(const ModelIdentity& a, const ModelIdentity& b);

/// YAML; "" where there is no model.
std::string to_text(const ModelIdentity& model);
/// Also reads the text of older checkpoints, which is the fingerprint alone.
ModelIdentity model_identity_of(const std::string& text);

}  // namespace sinew
