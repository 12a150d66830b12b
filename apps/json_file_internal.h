#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "core/safe_file.h"

namespace sinew {

/// What `--json F` writes: one value, whole or not at all. A number that is not finite is null.
inline void write_json(const std::string& path, const nlohmann::ordered_json& value) {
  write_file_atomically(path, value.dump(2) + "\n");
}

}  // namespace sinew
