#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace sinew {

/// Takes bytes in order. Throws Error when they cannot be written.
using ByteSink = std::function<void(std::string_view bytes)>;

/// Fills `bytes` with the next bytes. Throws Error when they cannot be read.
using ByteSource = std::function<void(std::span<char> bytes)>;

/// Bytes that can be read at any offset, of a file or of a text in memory.
struct RandomAccess {
  uint64_t size = 0;
  std::function<void(uint64_t offset, std::span<char> bytes)> read;

  std::string text(uint64_t offset, uint64_t bytes) const;
  /// A source that starts at `offset`.
  ByteSource from(uint64_t offset) const;
};

/// Opens a file. Throws Error when it cannot be read; reading throws when it has become shorter.
RandomAccess open_file(const std::string& path);
/// `text` must outlive the result.
RandomAccess access_text(std::string_view text);

/// The SHA-256 of bytes [begin, end), read through a small buffer.
std::string sha256_of(const RandomAccess& file, uint64_t begin, uint64_t end);

}  // namespace sinew
