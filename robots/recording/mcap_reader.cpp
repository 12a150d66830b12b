#include "robots/recording/mcap_reader.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/text.h"
#include "robots/recording/mcap_record_file_internal.h"

namespace sinew {

using mcap::checksum;
using mcap::Damage;
using mcap::Fields;
using mcap::Opcode;
using mcap::Record;

class McapReader::Impl {
 public:
  explicit Impl(const std::string& path) : path_(path), file_(path) {}
  bool next(McapMessage& message);
  bool complete() const { return at_end_; }
  const std::string& damage() const { return damage_; }

 private:
  struct Channel {
    uint16_t schema = 0;
    std::string topic;
  };

  // These return whether `message` was filled.
  bool take_from_file(McapMessage& message);
  bool take_from_chunk(McapMessage& message);
  bool take_record(const Record& record, McapMessage& message);
  void take_schema(const Record& record);
  void take_channel(const Record& record);
  void take_message(const Record& record, McapMessage& message);
  void open_chunk(const Record& record);
  void end_data(const Record& record);
  void end_file(const Record& record);
  std::string sentence(const Damage& damage) const;

  std::string path_;
  mcap::RecordFile file_;
  bool has_header_ = false, at_end_ = false;
  uint64_t summary_at_ = 0;  // 0: still in the data section
  std::string_view chunk_;   // the rest of a chunk's records
  uint64_t chunk_end_ = 0;   // where in the file

  std::map<uint16_t, std::string> schemas_;  // their names
  std::map<uint16_t, Channel> channels_;
  uint64_t messages_ = 0, first_time_ = 0, last_time_ = 0;  // ns
  std::string damage_;
};

bool McapReader::Impl::next(McapMessage& message) {
  try {
    while (!at_end_ && damage_.empty())
      if (chunk_.empty() ? take_from_file(message) : take_from_chunk(message)) return true;
  } catch (const Damage& damage) {
    damage_ = sentence(damage);
  }
  return false;
}

std::string McapReader::Impl::sentence(const Damage& damage) const {
  if (!damage.is_cut) return fmt::format("at byte {}: {}", damage.at, damage.what);
  if (messages_ == 0) return fmt::format("cut short before the first message: {}", damage.what);
  const double seconds = static_cast<double>(last_time_ - first_time_) * 1e-9;
  return fmt::format("cut short after {:.1f} s: {}", seconds, damage.what);
}

bool McapReader::Impl::take_from_file(McapMessage& message) {
  Record record = file_.next();
  if (!std::exchange(has_header_, true) && record.opcode != Opcode::header) throw Damage{record.at, "not a header"};
  const bool in_summary = summary_at_ > 0;
  if (record.opcode == Opcode::footer) {
    file_.load(record);
    end_file(record);
  } else if (in_summary) {
    file_.skip(record);
  } else if (record.opcode == Opcode::data_end) {
    file_.load(record);
    end_data(record);
  } else if (record.opcode == Opcode::chunk) {
    file_.load(record);
    open_chunk(record);
  } else if (record.opcode == Opcode::schema || record.opcode == Opcode::channel || record.opcode == Opcode::message) {
    file_.load(record);
    return take_record(record, message);
  } else {  // an index, an attachment, or a record of a later version
    file_.skip(record);
  }
  return false;
}

void McapReader::Impl::open_chunk(const Record& record) {
  Fields fields(record.content);
  fields.take<uint64_t>();  // start time …
  fields.take<uint64_t>();  // … end time
  const auto size = fields.take<uint64_t>();
  const auto crc = fields.take<uint32_t>();
  const std::string_view compression = fields.take_text();
  const std::string_view records = fields.take_bytes(fields.take<uint64_t>());
  if (!fields.ok()) throw Damage{record.at, "a chunk that does not hold what it says"};
  if (compression == "zstd" || compression == "lz4")
    fail("'{}' is compressed with {}, which is not read here; use a copy that `mcap decompress` makes", path_,
         compression);
  if (!compression.empty())
    throw Damage{record.at,
                 fmt::format("a chunk compressed with '{}', which is not known", shortened(compression, 20))};
  if (size != records.size()) throw Damage{record.at, "a chunk that is not as large as it says"};
  if (crc != 0 && crc != checksum(records)) throw Damage{record.at, "a chunk whose checksum does not match"};
  chunk_ = records;
  chunk_end_ =
      record.at + mcap::record_head + static_cast<uint64_t>(records.data() + records.size() - record.content.data());
}

bool McapReader::Impl::take_from_chunk(McapMessage& message) {
  Fields fields(chunk_);
  Record record;
  record.at = chunk_end_ - chunk_.size();
  record.opcode = fields.take<Opcode>();
  record.length = fields.take<uint64_t>();
  record.content = fields.take_bytes(record.length);
  if (!fields.ok()) throw Damage{record.at, "a record that reaches beyond its chunk"};
  chunk_ = fields.take_rest();
  return take_record(record, message);
}

bool McapReader::Impl::take_record(const Record& record, McapMessage& message) {
  if (record.opcode == Opcode::schema) take_schema(record);
  if (record.opcode == Opcode::channel) take_channel(record);
  if (record.opcode == Opcode::message) take_message(record, message);
  return record.opcode == Opcode::message;
}

void McapReader::Impl::take_schema(const Record& record) {
  Fields fields(record.content);
  const auto id = fields.take<uint16_t>();
  const std::string_view name = fields.take_text();
  if (!fields.ok()) throw Damage{record.at, "a schema that lacks a field"};
  schemas_[id] = name;
}

void McapReader::Impl::take_channel(const Record& record) {
  Fields fields(record.content);
  const auto id = fields.take<uint16_t>();
  const auto schema = fields.take<uint16_t>();
  const std::string_view topic = fields.take_text();
  if (!fields.ok()) throw Damage{record.at, "a channel that lacks a field"};
  if (schema != 0 && !schemas_.contains(schema)) throw Damage{record.at, "a channel whose schema is not there"};
  channels_[id] = {schema, std::string(topic)};
}

void McapReader::Impl::take_message(const Record& record, McapMessage& message) {
  Fields fields(record.content);
  const auto channel = channels_.find(fields.take<uint16_t>());
  const auto sequence = fields.take<uint32_t>();
  const auto log_time = fields.take<uint64_t>(), publish_time = fields.take<uint64_t>();
  if (!fields.ok()) throw Damage{record.at, "a message that lacks a field"};
  if (channel == channels_.end()) throw Damage{record.at, "a message whose channel is not there"};
  const auto schema = schemas_.find(channel->second.schema);
  message.topic = channel->second.topic;
  message.schema = schema == schemas_.end() ? "" : schema->second;
  message.sequence = sequence;
  message.log_time_ns = log_time;
  message.publish_time_ns = publish_time;
  message.data = fields.take_rest();
  first_time_ = messages_ == 0 ? log_time : std::min(first_time_, log_time);
  last_time_ = std::max(last_time_, log_time);
  ++messages_;
}

void McapReader::Impl::end_data(const Record& record) {
  Fields fields(record.content);
  const auto crc = fields.take<uint32_t>();
  if (!fields.ok()) throw Damage{record.at, "an end of the data without its checksum"};
  if (crc != 0 && crc != file_.checksum_before())
    throw Damage{record.at,
                 "the checksum of everything before does not match: something was lost or changed between the chunks"};
  file_.begin_section();
  summary_at_ = file_.position();
}

// The footer gives the start of the summary; 0: there is none.
void McapReader::Impl::end_file(const Record& record) {
  Fields fields(record.content);
  const auto summary = fields.take<uint64_t>();
  fields.take<uint64_t>();  // where the summary's offsets are
  const auto crc = fields.take<uint32_t>();
  if (!fields.ok() || fields.left() > 0) throw Damage{record.at, "a footer that is not of 20 bytes"};
  if (summary != 0 && summary != summary_at_) throw Damage{record.at, "a footer whose summary is elsewhere"};
  if (crc != 0 && crc != file_.checksum_with(record.content.substr(0, mcap::footer_checked)))
    throw Damage{record.at, "the summary's checksum does not match"};
  const uint64_t at = file_.position();
  if (file_.left() < mcap::magic.size()) throw Damage{at, fmt::format("the last bytes are missing at {}", at), true};
  if (file_.take(mcap::magic.size()) != mcap::magic) throw Damage{at, "not the end of an MCAP file"};
  if (file_.left() > 0) throw Damage{file_.position(), "something follows after the end"};
  at_end_ = true;
}

McapReader::McapReader(const std::string& path) : impl_(std::make_unique<Impl>(path)) {}
McapReader::~McapReader() = default;
bool McapReader::next(McapMessage& message) { return impl_->next(message); }
bool McapReader::complete() const { return impl_->complete(); }
const std::string& McapReader::damage() const { return impl_->damage(); }

}  // namespace sinew
