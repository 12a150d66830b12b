#pragma once
#include <string>
#include <vector>

namespace sinew {

/// The files that a model is made of: an MJCF or URDF, what it includes, meshes, textures, height fields. Each that is
/// there and that an attribute such as `file` names; the model itself first.
std::vector<std::string> model_sources(const std::string& path);

/// Where a model is to be loaded from: files that it names count from where it really lies. Where the link through
/// which it was reached has more of them beside it, as in a store of files by their content, that counts.
std::string place_of_model(const std::string& path);

/// SHA-256 over them, as 64 hex digits: it does not depend on where they lie, nor on how lines end.
std::string hash_of_sources(const std::string& path);

}  // namespace sinew
