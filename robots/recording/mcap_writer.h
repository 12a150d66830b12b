#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sinew {

/// How much is gathered before it is written.
struct McapOptions {
  uint64_t chunk_ns = 100'000'000;  // between a chunk's first and last message
  size_t chunk_bytes = 1 << 20;     // a larger message has a chunk of its own
};

/// Writes timed messages in JSON into an MCAP file (https://mcap.dev), which other people's tools open too.
///
/// Messages are gathered into chunks, and each chunk is written with one call as soon as it is full: should the program
/// die, the file holds all but the last chunk, and a reader that needs no summary reads it
/// (robots/recording/mcap_reader.h). What is written is with the kernel; a power cut may take the last seconds.
///
/// A disk that is full, or any other failure to write, is an Error that names the file. The file is closed by then, and
/// all that is asked of the writer afterwards does nothing: whoever drives a robot catches the Error, says so, and goes
/// on driving. One thread at a time.
class McapWriter {
 public:
  /// Makes the file, and throws an Error where it cannot or where there is one already.
  explicit McapWriter(const std::string& path, McapOptions options = {});
  /// Closes, but keeps silent about what fails: close() tells.
  ~McapWriter();
  McapWriter(const McapWriter&) = delete;
  McapWriter& operator=(const McapWriter&) = delete;

  /// At any time: a stream of messages that follow a JSON Schema. Its number counts from 1. Throws an Error beyond
  /// 65535.
  uint16_t add_channel(const std::string& topic, const std::string& schema_name, const std::string& json_schema);

  /// `log_time_ns`, ns: of a clock of the caller's choice. Times need not rise.
  void write(uint16_t channel, uint32_t sequence, uint64_t log_time_ns, std::string_view json);

  /// Writes what was gathered. Worth a call where no message may come for a while.
  void flush();

  /// Writes the rest and a summary, and syncs. Nothing can be written afterwards.
  void close();

  /// False once it was closed, by close() or by a failure.
  bool is_open() const { return fd_ >= 0; }

 private:
  struct Schema {
    std::string name, text;
  };
  struct Channel {
    uint64_t messages = 0;
    std::vector<std::pair<uint64_t, uint64_t>> index;  // log time and place in the chunk, of the chunk's messages
  };
  // Earliest and latest log time of some messages.
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
  uint32_t crc_ = 0;       // of them
  std::string out_;        // what the next call writes

  std::vector<Schema> schemas_;
  std::vector<Channel> channels_;
  std::string chunk_;  // its records
  Span chunk_span_, span_;
  uint32_t chunks_ = 0;
  std::string schema_records_, channel_records_, chunk_indexes_;  // for the summary
};

}  // namespace sinew
