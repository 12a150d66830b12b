#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sinew {

/// How much is buffered before it is written.
struct McapOptions {
  uint64_t chunk_ns = 100'000'000;  // between a chunk's first and last message
  size_t chunk_bytes = 1 << 20;     // a larger message gets a chunk of its own
};

/// Writes timed JSON messages to an MCAP file (https://mcap.dev), which other tools can open too.
///
/// Messages are buffered in chunks, and each full chunk is written with one call. If the program dies, the file holds
/// all but the last chunk, and a reader that needs no summary can read it (robots/recording/mcap_reader.h). Written
/// data is in the kernel's hands; a power cut may lose the last seconds.
///
/// A full disk, or any other write failure, throws an Error that names the file. The file is then already closed, and
/// later calls do nothing: a program that drives a robot catches the Error, reports it, and keeps driving. One thread
/// at a time.
class McapWriter {
 public:
  /// Creates the file. Throws an Error if it cannot, or if the file exists.
  explicit McapWriter(const std::string& path, McapOptions options = {});
  /// Closes, but ignores failures; close() reports them.
  ~McapWriter();
  McapWriter(const McapWriter&) = delete;
  McapWriter& operator=(const McapWriter&) = delete;

  /// Adds a stream of messages that follow a JSON Schema; allowed at any time. Returns its number, counted from 1.
  /// Throws an Error beyond 65535.
  uint16_t add_channel(const std::string& topic, const std::string& schema_name, const std::string& json_schema);

  /// `log_time_ns`: ns, of a clock of the caller's choice. Times need not increase.
  void write(uint16_t channel, uint32_t sequence, uint64_t log_time_ns, std::string_view json);

  /// Writes buffered messages. Useful when no message may arrive for a while.
  void flush();

  /// Writes the rest and a summary, and syncs. Nothing can be written afterwards.
  void close();

  /// False once closed, by close() or by a failure.
  bool is_open() const { return fd_ >= 0; }

 private:
  struct Schema {
    std::string name, text;
  };
  struct Channel {
    uint64_t messages = 0;
    std::vector<std::pair<uint64_t, uint64_t>> index;  // log time and offset in the chunk, for the chunk's messages
  };
  // Earliest and latest log time of a set of messages.
  struct Span {
    uint64_t messages = 0, start = 0, end = 0;
    void add(uint64_t time);
  };

  uint16_t schema_id(const std::string& name, const std::string& text);
  bool is_full(uint64_t log_time_ns, size_t bytes) const;
  void put_chunk();
  void put_message_indexes(std::string& offsets);
  void put_summary();
  void put_statistics();
  void write_out();

  std::string path_;
  McapOptions options_;
  int fd_;
  uint64_t position_ = 0;  // bytes written
  uint32_t crc_ = 0;       // of those bytes
  std::string out_;        // buffered for the next write

  std::vector<Schema> schemas_;
  std::vector<Channel> channels_;
  std::string chunk_;  // its records
  Span chunk_span_, span_;
  uint32_t chunks_ = 0;
  std::string schema_records_, channel_records_, chunk_indexes_;  // for the summary
};

}  // namespace sinew
