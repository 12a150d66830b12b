#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agents/run/append_file.h"

namespace sinew {

struct Scalar {
  std::string_view name;  // "train/approx_kl"
  double value = 0;       // stored as float32
};

/// Scalars as an event file that TensorBoard reads, `events.out.tfevents.SECONDS.HOST`. The file is a sequence of
/// records, each a protobuf Event framed as
///   uint64 length | uint32 masked crc of length | payload | uint32 masked crc of payload
/// (little-endian), complete on disk when write() returns.
class TensorBoardWriter {
 public:
  /// Creates a file in this folder.
  explicit TensorBoardWriter(const std::string& folder);
  /// Continues a file after its first `bytes`, see AppendFile.
  TensorBoardWriter(const std::string& path, int64_t bytes) : file_(path, bytes) {}
  /// One event with all scalars of a step. Throws Error when the file cannot be written.
  void write(int64_t step, const std::vector<Scalar>& scalars);
  const AppendFile& file() const { return file_; }
  void sync() { file_.sync(); }

 private:
  AppendFile file_;
};

/// CRC-32C (Castagnoli) of the bytes.
uint32_t crc32c(std::string_view bytes);
/// The checksum that a record stores: a crc that can safely be checksummed again.
uint32_t masked_crc32c(std::string_view bytes);

}  // namespace sinew
