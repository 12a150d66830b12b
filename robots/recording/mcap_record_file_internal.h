#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "robots/recording/mcap_format_internal.h"

namespace sinew::mcap {

/// Why reading a file cannot continue.
struct Damage {
  uint64_t at;  // byte offset in the file
  std::string what;
  bool is_cut = false;  // the file ends too early
};

struct Record {
  Opcode opcode{};
  uint64_t at = 0, length = 0;  // offset in the file; length of the content
  std::string_view content;     // valid once the record was loaded
};

/// A file's records in order, after its magic. Each record from next() must be loaded or skipped before the following
/// one. All but the constructor throw Damage, and nothing else, if the file ends too early or cannot be read.
class RecordFile {
 public:
  /// Throws an Error if the file cannot be read or does not begin with the magic.
  explicit RecordFile(const std::string& path);
  ~RecordFile();
  RecordFile(const RecordFile&) = delete;
  RecordFile& operator=(const RecordFile&) = delete;

  Record next();
  /// The content stays valid until the next load, skip or take.
  void load(Record& record);
  void skip(const Record& record);
  /// Bytes that are not a record.
  std::string_view take(size_t bytes);

  uint64_t position() const { return position_; }
  uint64_t left() const { return size_ - position_; }

  /// A section's checksum: up to the last record; and including this record's head and the first bytes of its content.
  /// The first section begins at the start of the file.
  uint32_t checksum_before() const { return crc_before_; }
  uint32_t checksum_with(std::string_view content) const { return checksum(content, checksum(head_, crc_before_)); }
  void begin_section() { crc_ = 0; }

 private:
  void check_beginning(const std::string& path);
  void read(char* data, size_t bytes);

  int fd_;
  uint64_t size_ = 0, position_ = 0;   // bytes: of the file; read so far
  uint32_t crc_ = 0, crc_before_ = 0;  // of the section so far; up to the last record
  std::string head_, buffer_;
};

}  // namespace sinew::mcap
