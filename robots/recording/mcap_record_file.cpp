#include "robots/recording/mcap_record_file_internal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "core/error.h"
#include "core/foreign_file.h"
#include "core/text.h"

namespace sinew::mcap {
namespace {

constexpr uint64_t most_record = 1 << 30;  // bytes

// "89 'P' 'N' 'G' 0d": letters are kept.
std::string beginning_of(std::string_view bytes) {
  std::vector<std::string> words;
  for (const char c : bytes)
    words.push_back(c > ' ' && c <= '~' ? fmt::format("'{}'", c) : fmt::format("{:02x}", static_cast<uint8_t>(c)));
  return join(words, " ");
}

}  // namespace

RecordFile::RecordFile(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  try {
    struct stat info{};
    if (fd_ < 0 || ::fstat(fd_, &info) != 0) fail_errno(fmt::format("cannot read '{}'", path), errno);
    if (!S_ISREG(info.st_mode)) fail("cannot read '{}': it is not an ordinary file", path);
    size_ = static_cast<uint64_t>(info.st_size);
    check_beginning(path);
  } catch (...) {
    if (fd_ >= 0) ::close(fd_);
    throw;
  }
}

RecordFile::~RecordFile() { ::close(fd_); }

void RecordFile::check_beginning(const std::string& path) try {
  const std::string begin(take(std::min<uint64_t>(size_, magic.size())));
  if (begin == magic) return;
  if (begin.empty()) fail("'{}' is not an MCAP file: it is empty", path);
  std::string other_version(begin);
  if (begin.size() == magic.size()) other_version[version_at] = magic[version_at];
  if (other_version == magic) fail("'{}' has the version '{}' of MCAP; only '0' is read here", path, begin[version_at]);
  const std::string what = foreign_file(begin + std::string(take(std::min<uint64_t>(left(), 1024))));
  if (!what.empty()) fail("cannot read '{}': {}", path, what);
  fail("'{}' is not an MCAP file: it begins with {}", path, beginning_of(begin));
} catch (const Damage& damage) {
  fail("cannot read '{}': {}", path, damage.what);
}

void RecordFile::read(char* data, size_t bytes) {
  while (bytes > 0) {
    const ssize_t count = ::pread(fd_, data, bytes, static_cast<off_t>(position_));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw Damage{position_, std::strerror(errno)};
    if (count == 0) throw Damage{position_, "the file became shorter", true};
    crc_ = checksum({data, static_cast<size_t>(count)}, crc_);
    position_ += static_cast<uint64_t>(count);
    data += count;
    bytes -= static_cast<size_t>(count);
  }
}

std::string_view RecordFile::take(size_t bytes) {
  buffer_.resize(bytes);
  read(buffer_.data(), bytes);
  return buffer_;
}

Record RecordFile::next() {
  const uint64_t at = position_;
  if (left() < record_head) throw Damage{at, fmt::format("a record is missing at byte {}", at), true};
  crc_before_ = crc_;
  head_.resize(record_head);
  read(head_.data(), record_head);
  Fields fields(head_);
  const auto opcode = fields.take<Opcode>();
  const auto length = fields.take<uint64_t>();
  if (length > left() && length > most_record) throw Damage{at, fmt::format("a record of {} bytes", length)};
  if (length > left())
    throw Damage{at, fmt::format("the record at byte {} has {} bytes, and {} are there", at, length, left()), true};
  return {opcode, at, length, {}};
}

void RecordFile::load(Record& record) {
  if (record.length > most_record) throw Damage{record.at, fmt::format("a record of {} bytes", record.length)};
  record.content = take(record.length);
}

void RecordFile::skip(const Record& record) {
  constexpr uint64_t piece = 1 << 16;
  for (uint64_t rest = record.length; rest > 0; rest -= std::min(rest, piece)) take(std::min(rest, piece));
}

}  // namespace sinew::mcap
