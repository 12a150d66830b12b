#pragma once
#include <cstdint>
#include <memory>
#include <string>

namespace sinew {

/// One message, with its channel's topic and schema.
struct McapMessage {
  std::string topic, schema;  // schema: its name; "" if there is none
  uint32_t sequence = 0;
  uint64_t log_time_ns = 0, publish_time_ns = 0;
  std::string data;
};

/// Reads an MCAP file's messages in file order, from the beginning, without its summary. A file that was cut short or
/// damaged is read up to that point: a chunk with a wrong checksum yields no message, and reading ends there. Whatever
/// the bytes, memory use is limited to a record that the file has room for, and to 1 GiB. One thread at a time.
class McapReader {
 public:
  /// Throws an Error if the file cannot be read, or is not MCAP; the latter quotes its first bytes.
  explicit McapReader(const std::string& path);
  ~McapReader();
  McapReader(const McapReader&) = delete;
  McapReader& operator=(const McapReader&) = delete;

  /// The next message; false at the end. Throws an Error only for compressed messages, which are not supported.
  bool next(McapMessage& message);

  /// After the last message: the file ends properly, and all checksums match.
  bool complete() const;

  /// After the last message of an incomplete file, why: "cut short after 12.3 s: …", "at byte 4711: …".
  const std::string& damage() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sinew
