#pragma once
#include <string>

namespace sinew {

/// Which model something was made with, as a policy's file and a checkpoint keep it. No path is part of it.
struct ModelIdentity {
  std::string engine;       // "MuJoCo 2.2.2"; "" where an older file does not say
  std::string fingerprint;  // of what that engine compiled; "": not known, or an env without a model
  std::string sources;      // of the files that it was compiled from, the same for every engine; "" as engine
};

/// Within one engine what was compiled decides, between two the files. A model that is not known is taken for the same.
bool is_same_model(const ModelIdentity& a, const ModelIdentity& b);

/// YAML; "" where there is no model.
std::string to_text(const ModelIdentity& model);
/// Also of what older checkpoints say, the fingerprint alone.
ModelIdentity model_identity_of(const std::string& text);

}  // namespace sinew
