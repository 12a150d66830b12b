#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/error.h"

namespace sinew {

/// One checkpoint file: named sections, each with its SHA-256, and a header with one of its own, so that
/// no byte of the file can change unnoticed.
///
///   8 bytes   "SINEWCKP"
///   4 bytes   format version, little-endian
///   4 bytes   length N of the table, little-endian
///   N bytes   JSON {"software", "machine", "step", "sections": [{"name", "bytes", "sha256"}, …]}
///   64 bytes  SHA-256 of all before it, in hexadecimal digits
///   the rest  the sections' bytes, in the table's order, without a gap
///
/// What comes before the rest is laid out so in every format version: any sinew can tell a checkpoint
/// that is damaged from one that another version wrote.
struct Checkpoint {
  std::string software;  // that wrote it: "0.1.0"
  std::string machine;   // the kind of CPU that computed it
  int64_t step = 0;      // env steps
  std::map<std::string, std::string> sections;

  /// Throws Error when there is none of that name.
  const std::string& section(const std::string& name) const;
  bool operator==(const Checkpoint&) const = default;
};

/// A checkpoint file's bytes before its sections, which may be large.
std::string format_checkpoint_header(const Checkpoint& checkpoint);
std::string format_checkpoint(const Checkpoint& checkpoint);

/// A whole checkpoint that this software does not understand.
struct OtherFormat : Error {
  using Error::Error;
};

/// Throws OtherFormat for another format version, saying which software wrote it, and Error saying what is
/// wrong with `content` when it is cut or altered. `name` says what it is: "the checkpoint 'x'".
Checkpoint parse_checkpoint(std::string_view content, const std::string& name);

/// The software that this is, for Checkpoint::software.
std::string software_version();
/// The kind of CPU, as the system names it; the same bits can be expected of the same kind alone.
std::string kind_of_machine();

}  // namespace sinew
