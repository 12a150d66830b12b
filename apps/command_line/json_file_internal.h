#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "core/safe_file.h"

namespace sinew {

/// Writes the file of `--json F`: one value, atomically. A non-finite number becomes null; bytes of a file name that
/// are not UTF-8 become U+FFFD.
inline void write_json(const std::string& path, const nlohmann::ordered_json& value) {
  write_file_atomically(path, value.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

}  // namespace sinew
