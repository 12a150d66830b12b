#include "core/state_archive.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/error.h"

namespace sinew {
namespace {

static_assert(std::endian::native == std::endian::little, "the numbers of a state are little-endian");

constexpr const char* type_names[] = {
    "an object", "bytes",  "32-bit integers", "64-bit integers", "unsigned integers", "unsigned 64-bit integers",
    "floats",    "doubles"};

// The size of the buffer, which larger writes bypass, and the longest header of an entry.
constexpr size_t buffer_bytes = size_t{1} << 16;
constexpr size_t longest_header = 2 + 255 + 8;

constexpr size_t header_size(std::string_view name) { return 2 + name.size() + 8; }

}  // namespace

StateArchive::Scope::Scope(StateArchive& archive, std::string_view name, size_t count)
    : archive_(archive), outer_length_(archive.path_.size()) {
  archive.entry(name, Type::object, nullptr, count, 0);
  archive.path_ += (archive.path_.empty() || archive.path_.ends_with(": ")) ? "" : ".";
  archive.path_ += name;
}

void StateArchive::damaged(std::string_view name, const std::string& what) const {
  const char* separator = path_.empty() || path_.ends_with(": ") ? "" : ".";
  fail("{}{}{}: {}; the state was saved by another version of the software, or for another task", path_, separator,
       name, what);
}

void StateArchive::write(const char* data, size_t bytes) {
  if (sink_ && out_.size() + bytes > buffer_bytes) {
    sink_(out_);
    out_.clear();
    if (bytes > buffer_bytes) return sink_({data, bytes});
  }
  out_.append(data, bytes);
}

void StateArchive::fetch(size_t bytes) {
  if (in_.size() >= bytes || unread_ == 0) return;
  std::string more(in_);
  const size_t held = more.size();
  more.resize(held + std::min<uint64_t>(buffer_bytes, unread_));
  source_(std::span(more).subspan(held));
  unread_ -= more.size() - held;
  buffer_ = std::move(more);
  in_ = buffer_;
}

void StateArchive::read(char* data, size_t bytes) {
  const size_t held = std::min(bytes, in_.size());
  if (held > 0) std::memcpy(data, in_.data(), held);
  in_.remove_prefix(held);
  if (held == bytes) return;
  source_({data + held, bytes - held});
  unread_ -= bytes - held;
}

void StateArchive::write_header(std::string_view name, Type type, uint64_t count) {
  if (name.size() > 255) fail("'{}' is too long to name a piece of a state", name);
  const char start[] = {static_cast<char>(type), static_cast<char>(name.size())};
  write(start, sizeof start);
  write(name.data(), name.size());
  write(reinterpret_cast<const char*>(&count), sizeof count);
}

size_t StateArchive::next_count(std::string_view name, Type type, size_t size) {
  fetch(longest_header);
  if (in_.empty()) damaged(name, "it is missing, the state ends before it");
  const size_t length = in_.size() < 2 ? 0 : static_cast<uint8_t>(in_[1]);
  if (in_.size() < 2 || in_.size() < 2 + length + 8) damaged(name, "it is cut short");
  const std::string_view found = in_.substr(2, length);
  if (found != name) damaged(name, fmt::format("'{}' is in its place", found));
  if (const auto found_type = static_cast<uint8_t>(in_[0]); found_type != static_cast<uint8_t>(type))
    damaged(name, fmt::format("{} expected, it has {}", type_names[static_cast<size_t>(type)],
                              found_type < std::size(type_names) ? type_names[found_type] : "something unknown"));
  uint64_t count = 0;
  std::memcpy(&count, in_.data() + 2 + length, sizeof count);
  if (size > 0 && count > (left() - header_size(name)) / size)
    damaged(name, fmt::format("it announces {} of them, but has fewer bytes", count));
  return static_cast<size_t>(count);
}

void StateArchive::entry(std::string_view name, Type type, void* data, size_t count, size_t size) {
  if (!restoring_) {
    write_header(name, type, count);
    if (count * size > 0) write(static_cast<const char*>(data), count * size);
    return;
  }
  if (const size_t found = next_count(name, type, size); found != count)
    damaged(name, fmt::format("{} of them expected, it has {}", count, found));
  in_.remove_prefix(header_size(name));
  read(static_cast<char*>(data), count * size);
}

void StateArchive::operator()(std::string_view name, bool& value) {
  uint8_t byte = value;
  entry(name, Type::u8, &byte, 1, 1);
  if (byte > 1) damaged(name, fmt::format("{} is neither true nor false", byte));
  value = byte != 0;
}

void StateArchive::operator()(std::string_view name, std::string& text) {
  if (restoring_) text.resize(next_count(name, Type::u8, 1));
  entry(name, Type::u8, text.data(), text.size(), 1);
}

void StateArchive::fixed(std::string_view name, uint64_t value) {
  uint64_t found = value;
  entry(name, Type::u64, &found, 1, sizeof found);
  if (found != value) damaged(name, fmt::format("{} expected, it has {}", value, found));
}

void StateArchive::operator()(std::string_view name, RowLog& rows) {
  const Scope scope(*this, name);
  fixed("row_bytes", rows.row_bytes);
  (*this)("begin", rows.begin);
  (*this)("end", rows.end);
  if (rows.begin > rows.end || rows.end - rows.begin > rows.capacity)
    damaged("end",
            fmt::format("rows {} to {} are more than the {} that it can hold", rows.begin, rows.end, rows.capacity));
  const std::string log = path_.substr(root_);
  if (rows_) return restoring_ ? rows_->restore(log, rows) : rows_->save(log, rows);
  const uint64_t bytes = (rows.end - rows.begin) * rows.row_bytes;
  if (!restoring_)
    write_header("rows", Type::u8, bytes);
  else if (const size_t found = next_count("rows", Type::u8, 1); found != bytes)
    damaged("rows", fmt::format("{} bytes expected, it has {}", bytes, found));
  else
    in_.remove_prefix(header_size("rows"));
  std::string row(rows.row_bytes, '\0');
  for (uint64_t i = rows.begin; i < rows.end; ++i) {
    if (restoring_) {
      read(row.data(), row.size());
      rows.put(i, row);
    } else {
      rows.get(i, row);
      write(row.data(), row.size());
    }
  }
}

void StateArchive::finish() {
  if (sink_) {
    sink_(out_);
    out_.clear();
  } else if (restoring_ && left() > 0) {
    damaged("", fmt::format("{} bytes are left that were not restored", left()));
  }
}

}  // namespace sinew
