#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "core/safe_file.h"

namespace sinew {

/// What `--json F` writes: one value, whole or not at all. A number that is not finite is null; what is no UTF-8, in
/// the name of a file, becomes U+FFFD.
inline void write_json(const std::string& path, const nlohmann::ordered_json& value) {
  write_file_atomically(path, value.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

}  // namespace sinew
