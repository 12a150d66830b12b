#include "robots/recording/mcap_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <exception>

#include "core/error.h"
#include "robots/recording/mcap_format_internal.h"

namespace sinew {

using mcap::checksum;
using mcap::Opcode;
using mcap::put;
using mcap::put_record;
using mcap::put_text;

namespace {

constexpr size_t most_channels = 0xffff;

int make_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0 && errno == EEXIST)
    fail("'{}' is there already, and nothing is overwritten; move it away or choose another name", path);
  if (fd < 0) fail_errno(fmt::format("cannot write '{}'", path), errno);
  return fd;
}

}  // namespace

void McapWriter::Span::add(uint64_t time) {
  start = messages == 0 ? time : std::min(start, time);
  end = messages == 0 ? time : std::max(end, time);
  ++messages;
}

McapWriter::McapWriter(const std::string& path, McapOptions options)
    : path_(path), options_(options), fd_(make_file(path)) {
  out_ += mcap::magic;
  put_record(out_, Opcode::header, [&] {
    put_text(out_, "");  // no profile
    put_text(out_, "sinew");
  });
  write_out();
}

McapWriter::~McapWriter() {
  try {
    close();
  } catch (const std::exception&) {
  }
}

uint16_t McapWriter::schema_id(const std::string& name, const std::string& text) {
  const auto same = [&](const Schema& schema) { return schema.name == name && schema.text == text; };
  const auto known = std::find_if(schemas_.begin(), schemas_.end(), same);
  const auto id = static_cast<uint16_t>(known - schemas_.begin() + 1);  // 0 means no schema
  if (known != schemas_.end()) return id;
  schemas_.push_back({name, text});
  std::string record;
  put_record(record, Opcode::schema, [&] {
    put(record, id);
    put_text(record, name);
    put_text(record, "jsonschema");
    put_text(record, text);
  });
  chunk_ += record;
  schema_records_ += record;
  return id;
}

uint16_t McapWriter::add_channel(const std::string& topic, const std::string& schema_name,
                                 const std::string& json_schema) {
  if (channels_.size() == most_channels) fail("'{}' cannot hold more than {} channels", path_, most_channels);
  const uint16_t schema = schema_id(schema_name, json_schema);
  channels_.emplace_back();
  const auto id = static_cast<uint16_t>(channels_.size());
  std::string record;
  put_record(record, Opcode::channel, [&] {
    put(record, id);
    put(record, schema);
    put_text(record, topic);
    put_text(record, "json");
    put_text(record, "");  // no metadata
  });
  chunk_ += record;
  channel_records_ += record;
  return id;
}

bool McapWriter::is_full(uint64_t log_time_ns, size_t bytes) const {
  if (chunk_span_.messages == 0) return false;
  const uint64_t span = std::max(chunk_span_.end, log_time_ns) - std::min(chunk_span_.start, log_time_ns);
  return span > options_.chunk_ns || chunk_.size() + bytes > options_.chunk_bytes;
}

void McapWriter::write(uint16_t channel, uint32_t sequence, uint64_t log_time_ns, std::string_view json) {
  if (!is_open()) return;
  assert(channel > 0 && channel <= channels_.size());
  if (is_full(log_time_ns, json.size())) flush();
  Channel& its_channel = channels_[channel - 1u];
  its_channel.index.emplace_back(log_time_ns, chunk_.size());
  ++its_channel.messages;
  chunk_span_.add(log_time_ns);
  span_.add(log_time_ns);
  put_record(chunk_, Opcode::message, [&] {
    put(chunk_, channel);
    put(chunk_, sequence);
    put(chunk_, log_time_ns);
    put(chunk_, log_time_ns);  // also the publish time
    chunk_ += json;
  });
}

// Writes the chunk and the index of its messages.
void McapWriter::put_chunk() {
  put_record(out_, Opcode::chunk, [&] {
    put(out_, chunk_span_.start);
    put(out_, chunk_span_.end);
    put(out_, uint64_t{chunk_.size()});
    put(out_, checksum(chunk_));
    put_text(out_, "");  // not compressed
    put(out_, uint64_t{chunk_.size()});
    out_ += chunk_;
  });
  const uint64_t chunk_length = out_.size();
  std::string offsets;
  put_message_indexes(offsets);
  put_record(chunk_indexes_, Opcode::chunk_index, [&] {
    put(chunk_indexes_, chunk_span_.start);
    put(chunk_indexes_, chunk_span_.end);
    put(chunk_indexes_, position_);
    put(chunk_indexes_, chunk_length);
    put_text(chunk_indexes_, offsets);
    put(chunk_indexes_, out_.size() - chunk_length);
    put_text(chunk_indexes_, "");
    put(chunk_indexes_, uint64_t{chunk_.size()});  // stored size
    put(chunk_indexes_, uint64_t{chunk_.size()});  // uncompressed size
  });
  ++chunks_;
  chunk_.clear();
  chunk_span_ = {};
}

// Writes one index for each channel with messages in the chunk; `offsets` becomes a map from channels to their places.
void McapWriter::put_message_indexes(std::string& offsets) {
  for (size_t i = 0; i < channels_.size(); ++i) {
    auto& index = channels_[i].index;
    if (index.empty()) continue;
    const auto id = static_cast<uint16_t>(i + 1);
    put(offsets, id);
    put(offsets, position_ + out_.size());
    put_record(out_, Opcode::message_index, [&] {
      put(out_, id);
      put(out_, static_cast<uint32_t>(index.size() * 2 * sizeof(uint64_t)));
      for (const auto& [time, place] : index) {
        put(out_, time);
        put(out_, place);
      }
    });
    index.clear();
  }
}

void McapWriter::flush() {
  if (!is_open() || chunk_.empty()) return;
  put_chunk();
  write_out();
}

void McapWriter::put_statistics() {
  put_record(out_, Opcode::statistics, [&] {
    put(out_, span_.messages);
    put(out_, static_cast<uint16_t>(schemas_.size()));
    put(out_, static_cast<uint32_t>(channels_.size()));
    put(out_, uint32_t{0});  // attachments
    put(out_, uint32_t{0});  // metadata
    put(out_, chunks_);
    put(out_, span_.start);
    put(out_, span_.end);
    put(out_, static_cast<uint32_t>(channels_.size() * (sizeof(uint16_t) + sizeof(uint64_t))));
    for (size_t i = 0; i < channels_.size(); ++i) {
      put(out_, static_cast<uint16_t>(i + 1));
      put(out_, channels_[i].messages);
    }
  });
}

// Everything from the end of the data section to the footer.
void McapWriter::put_summary() {
  const size_t summary_at = out_.size();
  std::string groups;  // offsets of each kind of record
  const auto put_group = [&](Opcode opcode, auto&& put_records) {
    const uint64_t start = position_ + out_.size();
    put_records();
    const uint64_t length = position_ + out_.size() - start;
    if (length == 0) return;
    put_record(groups, Opcode::summary_offset, [&] {
      put(groups, opcode);
      put(groups, start);
      put(groups, length);
    });
  };
  put_group(Opcode::schema, [&] { out_ += schema_records_; });
  put_group(Opcode::channel, [&] { out_ += channel_records_; });
  put_group(Opcode::statistics, [&] { put_statistics(); });
  put_group(Opcode::chunk_index, [&] { out_ += chunk_indexes_; });
  const size_t groups_at = out_.size();
  out_ += groups;
  put(out_, Opcode::footer);
  put(out_, uint64_t{mcap::footer_content});
  put(out_, position_ + summary_at);
  put(out_, position_ + groups_at);
  put(out_, checksum(std::string_view(out_).substr(summary_at)));
}

void McapWriter::close() {
  flush();
  if (!is_open()) return;
  put_record(out_, Opcode::data_end, [&] { put(out_, crc_); });
  put_summary();
  out_ += mcap::magic;
  write_out();
  const bool synced = ::fsync(fd_) == 0 || errno == EINVAL;  // EINVAL: this file system does not support it
  const int sync_error = errno;
  const bool closed = ::close(std::exchange(fd_, -1)) == 0;
  if (!synced || !closed) fail_errno(fmt::format("cannot write '{}'", path_), synced ? errno : sync_error);
}

void McapWriter::write_out() {
  crc_ = checksum(out_, crc_);
  for (std::string_view rest = out_; !rest.empty();) {
    const ssize_t written = ::write(fd_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int error = errno;
      ::close(std::exchange(fd_, -1));
      fail_errno(fmt::format("cannot write '{}', which ends here", path_), error);
    }
    rest.remove_prefix(static_cast<size_t>(written));
  }
  position_ += out_.size();
  out_.clear();
}

}  // namespace sinew
