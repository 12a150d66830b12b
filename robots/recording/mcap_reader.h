#pragma once
#include <cstdint>
#include <memory>
#include <string>

namespace sinew {

/// One message, and what its channel says of it.
struct McapMessage {
  std::string topic, schema;  // schema: its name; "" without one
  uint32_t sequence = 0;
  uint64_t log_time_ns = 0, publish_time_ns = 0;
  std::string data;
};

/// Reads an MCAP file's messages in the order in which they lie in it, from its beginning on, without its summary. A
/// file that was cut short or damaged is read up to there: a chunk whose checksum does not agree gives no message, and
/// none comes after it. Whatever the bytes, no more memory is taken than for a record that the file has room for, and
/// at most 1 GiB. One thread at a time.
class McapReader {
 public:
  /// Throws an Error for what cannot be read, or is no MCAP file, with what it begins with.
  explicit McapReader(const std::string& path);
  ~McapReader();
  McapReader(const McapReader&) = delete;
  McapReader& operator=(const McapReader&) = delete;

  /// The next message; false when there is none any more. Throws an Error where messages are compressed, which is not
  /// understood here, and nothing else.
  bool next(McapMessage& message);

  /// After the last message: the file ends as it should, and all checksums agree.
  bool complete() const;

  /// After the last message of a file that is not complete, why: "cut short after 12.3 s: …", "at byte 4711: …".
  const std::string& damage() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sinew
