#pragma once
#include <string>
#include <vector>

namespace sinew {

/// The files of a model: an MJCF or URDF, its includes, meshes, textures, height fields. Lists every existing file that
/// an attribute such as `file` names; the model itself comes first.
std::vector<std::string> model_sources(const std::string& path);

/// The path to load a model from. Files that it names are relative to its real folder. If the model is reached through
/// a link that has more of these files beside it, as in a content-addressed store, the link's folder is used.
std::string place_of_model(const std::string& path);

/// SHA-256 over these files, as 64 hex digits; independent of their location and of line endings.
std::string hash_of_sources(const std::string& path);

}  // namespace sinew
