#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The safetensors file format (readable from Python): named tensors and string metadata.
///
///   8 bytes   length N of the header, little-endian
///   N bytes   JSON {"__metadata__": {key: text}, name: {"dtype", "shape", "data_offsets": [begin, end]}},
///             padded with spaces to a multiple of 8
///   the rest  the tensors' bytes, row-major, little-endian; offsets count from here, without a gap
namespace sinew {

struct StoredTensor {
  std::string dtype = "F32";   // F64 F32 F16 BF16 I64 I32 I16 I8 U64 U32 U16 U8 BOOL
  std::vector<int64_t> shape;  // empty: a single number
  std::vector<uint8_t> data;

  static StoredTensor from_floats(std::vector<int64_t> shape, std::span<const float> values);
  /// The numbers of an F32 tensor; throws Error for another dtype.
  std::vector<float> floats() const;
  bool operator==(const StoredTensor&) const = default;
};

struct TensorFile {
  std::map<std::string, std::string> metadata;
  std::map<std::string, StoredTensor> tensors;
  bool operator==(const TensorFile&) const = default;
};

/// Reads a file. A file that breaks the format in any way is an Error that names the file and the fault. Takes no more
/// memory than a small multiple of the file's size.
TensorFile read_safetensors(const std::string& path);
TensorFile parse_safetensors(std::string_view content, const std::string& file_name);

/// Writes a file atomically, tensors in name order: the same TensorFile gives the same bytes. Throws Error when a
/// tensor's data does not fit its shape, or the file cannot be written.
void write_safetensors(const std::string& path, const TensorFile& file);
std::string format_safetensors(const TensorFile& file);

/// The text under `key` of the metadata; throws an Error where it is missing.
const std::string& metadata(const TensorFile& file, const std::string& key);
/// Throws an Error unless the metadata `format` and `format_version` match: the file is not `what`, or it is of another
/// version.
void check_format(const TensorFile& file, const std::string& format, int version, const std::string& what);

/// SHA-256 of all tensors and all metadata except `sha256`, which stores it.
std::string content_checksum(const TensorFile& file);

}  // namespace sinew
