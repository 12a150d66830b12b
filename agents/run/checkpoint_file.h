#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/byte_stream.h"
#include "core/error.h"

namespace sinew {

/// One checkpoint file: named sections, each with its SHA-256, between a head and a table with their own checksums, so
/// that no byte of the file can change unnoticed. It is written sequentially and read at random: a section may be
/// larger than the available memory.
///
///   8 bytes   "SINEWCKP"
///   4 bytes   format version, little-endian
///   4 bytes   length N of the head, little-endian
///   N bytes   JSON {"software", "machine", "step"}
///   64 bytes  SHA-256 of all before it, in hexadecimal digits
///   …         the sections' bytes, in the table's order, without a gap
///   M bytes   the table, JSON {"sections": [{"name", "bytes", "sha256"}, …], "segments": [{"log", "file", …}, …]}
///   8 bytes   length M of the table, little-endian
///   64 bytes  SHA-256 of the 64 digits above, the table and its length, in hexadecimal digits
///
/// Everything before the sections has this layout in every format version: any sinew can distinguish a damaged
/// checkpoint from one that another version wrote.
struct CheckpointHead {
  std::string software;  // the version that wrote it: "0.1.0"
  std::string machine;   // the kind of CPU that computed it
  int64_t step = 0;      // env steps
  bool operator==(const CheckpointHead&) const = default;
};

/// Rows that a checkpoint stores in a file beside it, which later checkpoints may also reference (see SegmentFolder).
struct Segment {
  std::string log;   // the log the rows belong to: "algorithm.buffer.transitions"
  std::string file;  // its name, in the checkpoint's folder
  uint64_t first_row = 0;
  uint64_t rows = 0;
  uint64_t bytes = 0;  // of the file; more may have been appended since
  std::string sha256;  // of these bytes
  bool operator==(const Segment&) const = default;
};

/// Writes a checkpoint into a sink: the sections in turn, then finish().
class CheckpointWriter {
 public:
  CheckpointWriter(ByteSink out, const CheckpointHead& head);
  void section(const std::string& name, std::string_view bytes);
  void section(const std::string& name, const std::function<void(const ByteSink& out)>& write);
  void finish(const std::vector<Segment>& segments = {});

 private:
  struct Section {
    std::string name, sha256;
    uint64_t bytes = 0;
  };
  ByteSink out_;
  std::string head_digest_;
  std::vector<Section> sections_;
};

/// An intact checkpoint file: construction reads every byte, through a small buffer, and compares the checksums.
class Checkpoint {
 public:
  /// Throws OtherFormat, with the software that wrote it, for another format version. Throws Error, with the fault,
  /// when the file is cut or altered. `name` is used in messages: "the checkpoint 'x'".
  Checkpoint(RandomAccess file, const std::string& name) : Checkpoint(std::move(file), name, true) {}

  /// The segments that a file names, even if its sections are damaged.
  static std::vector<Segment> segments_named_by(RandomAccess file, const std::string& name) {
    return Checkpoint(std::move(file), name, false).segments_;
  }

  const CheckpointHead& head() const { return head_; }
  const std::vector<Segment>& segments() const { return segments_; }
  /// The names of the sections, in the file's order.
  std::vector<std::string> sections() const;

  /// A section as a whole, and one to be read as a stream. Both throw Error when there is no section of that name.
  std::string section(const std::string& name) const;
  ByteSource open(const std::string& name) const;
  uint64_t size_of(const std::string& name) const;

 private:
  struct Section {
    std::string name;
    uint64_t begin = 0, bytes = 0;
  };
  Checkpoint(RandomAccess file, const std::string& name, bool checks_sections);
  void read_head();
  void read_table(bool checks_sections);
  const Section& find(const std::string& name) const;

  RandomAccess file_;
  uint64_t begin_ = 0;  // of the first section
  std::string head_digest_;
  CheckpointHead head_;
  std::vector<Section> sections_;
  std::vector<Segment> segments_;
};

/// An intact checkpoint in a format that this software does not support.
struct OtherFormat : Error {
  using Error::Error;
};

/// The version of this software, for CheckpointHead::software.
std::string software_version();
/// The kind of CPU, as the system names it; identical bits can be expected only on the same kind.
std::string kind_of_machine();

}  // namespace sinew
