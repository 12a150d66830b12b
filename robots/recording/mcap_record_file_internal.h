#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "robots/recording/mcap_format_internal.h"

namespace sinew::mcap {

/// Why nothing more can be read of a file.
struct Damage {
  uint64_t at;  // byte of the file
  std::string what;
  bool is_cut = false;  // it ends too soon
};

struct Record {
  Opcode opcode{};
  uint64_t at = 0, length = 0;  // where in the file; of the content
  std::string_view content;     // of a file's record, once it was loaded
};

/// A file's records, one after the other, after its magic. Each one from next() is loaded or skipped before the one
/// after it. All but the constructor throw Damage, and nothing else, where the file ends too soon or cannot be read.
class RecordFile {
 public:
  /// Throws an Error for what cannot be read or does not begin with the magic.
  explicit RecordFile(const std::string& path);
  ~RecordFile();
  RecordFile(const RecordFile&) = delete;
  RecordFile& operator=(const RecordFile&) = delete;

  Record next();
  /// The content is valid until something else is loaded, skipped or taken.
  void load(Record& record);
  void skip(const Record& record);
  /// Bytes that are no record.
  std::string_view take(size_t bytes);

  uint64_t position() const { return position_; }
  uint64_t left() const { return size_ - position_; }

  /// A section's checksum up to the last record, and with this record's head and the first bytes of its content. The
  /// first section begins with the file.
  uint32_t checksum_before() const { return crc_before_; }
  uint32_t checksum_with(std::string_view content) const { return checksum(content, checksum(head_, crc_before_)); }
  void begin_section() { crc_ = 0; }

 private:
  void check_beginning(const std::string& path);
  void read(char* data, size_t bytes);

  int fd_;
  uint64_t size_ = 0, position_ = 0;   // bytes: of the file, of what was read
  uint32_t crc_ = 0, crc_before_ = 0;  // of the section so far; up to the last record
  std::string head_, buffer_;
};

}  // namespace sinew::mcap
