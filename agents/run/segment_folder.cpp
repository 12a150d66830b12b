#include "agents/run/segment_folder.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "core/byte_stream.h"
#include "core/error.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view suffix = ".segment";
constexpr size_t digits = 6;
constexpr size_t buffer_bytes = size_t{1} << 20;

// Reads as many rows at once as the buffer holds.
void read_rows(const RandomAccess& file, const Segment& segment, const RowLog& rows, uint64_t first, uint64_t end) {
  std::string buffer;
  while (first < end) {
    const uint64_t count = std::min<uint64_t>(end - first, std::max<uint64_t>(1, buffer_bytes / rows.row_bytes));
    buffer.resize(count * rows.row_bytes);
    file.read((first - segment.first_row) * rows.row_bytes, buffer);
    for (uint64_t i = 0; i < count; ++i)
      rows.put(first + i, std::span(buffer).subspan(i * rows.row_bytes, rows.row_bytes));
    first += count;
  }
}

}  // namespace

bool is_segment(const std::string& name) {
  return name.size() == digits + suffix.size() && name.ends_with(suffix) &&
         name.find_first_not_of("0123456789") == digits;
}

std::vector<std::string> segments_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code none;  // no such folder
  for (const auto& entry : fs::directory_iterator(folder, none))
    if (const std::string name = entry.path().filename().string(); is_segment(name)) names.push_back(name);
  std::ranges::sort(names);
  return names;
}

void check_segments(const std::string& folder, const std::vector<Segment>& segments) {
  for (const Segment& segment : segments)
    with_context(fmt::format("its segment '{}'", segment.file), [&] {
      if (!is_segment(segment.file)) fail("no segment has such a name");
      const RandomAccess file = open_file(folder + "/" + segment.file);
      if (file.size < segment.bytes) fail("it is cut short: {} bytes are left of its {}", file.size, segment.bytes);
      if (sha256_of(file, 0, segment.bytes) != segment.sha256) fail("it is damaged, or belongs to another run");
    });
}

void SegmentFolder::begin_file(Log& log, const std::string& name, uint64_t first_row) {
  flush(log);
  if (log.file) log.file->sync();
  if (!last_number_) {
    const std::vector<std::string> there = segments_in(path_);
    last_number_ = there.empty() ? 0 : std::stoi(there.back());
  }
  const std::string file = fmt::format("{:0{}}{}", ++*last_number_, digits, suffix);
  log.file = std::make_unique<AppendFile>(path_ + "/" + file);
  log.hash.emplace();
  log.segments.push_back({.log = name, .file = file, .first_row = first_row, .rows = 0, .bytes = 0, .sha256 = ""});
}

void SegmentFolder::flush(Log& log) {
  if (log.buffer.empty()) return;
  log.file->append(log.buffer);
  log.hash->update(log.buffer.data(), log.buffer.size());
  log.segments.back().sha256 = log.hash->hex_digest();
  log.buffer.clear();
}

void SegmentFolder::save(const std::string& name, const RowLog& rows) {
  Log& log = logs_[name];
  const uint64_t saved = log.end();
  std::erase_if(log.segments, [&](const Segment& segment) { return segment.first_row + segment.rows <= rows.begin; });
  if (log.segments.empty()) log.file.reset();
  const std::optional<int> last_number = last_number_;
  for (uint64_t row = std::max(saved, rows.begin); row < rows.end; ++row) {
    if (!log.file || log.segments.back().bytes + rows.row_bytes > most_bytes_) begin_file(log, name, row);
    const size_t held = log.buffer.size();
    log.buffer.resize(held + rows.row_bytes);
    rows.get(row, std::span(log.buffer).subspan(held));
    ++log.segments.back().rows;
    log.segments.back().bytes += rows.row_bytes;
    if (log.buffer.size() >= buffer_bytes) flush(log);
  }
  flush(log);
  if (log.file) log.file->sync();
  if (last_number_ != last_number) sync_folder(path_);
}

std::vector<Segment> SegmentFolder::segments() const {
  std::vector<Segment> all;
  for (const auto& [name, log] : logs_) all.insert(all.end(), log.segments.begin(), log.segments.end());
  return all;
}

void SegmentFolder::go_on_from(std::vector<Segment> segments) {
  logs_.clear();
  last_number_.reset();
  for (Segment& segment : segments) {
    Log& log = logs_[segment.log];
    log.segments.push_back(std::move(segment));
  }
}

void SegmentFolder::restore(const std::string& name, const RowLog& rows) {
  uint64_t next = rows.begin;
  for (const Segment& segment : logs_[name].segments) {
    if (segment.rows > segment.bytes || segment.bytes != segment.rows * rows.row_bytes)
      fail("the segment '{}' has {} bytes, but {} rows of {} bytes", segment.file, segment.bytes, segment.rows,
           rows.row_bytes);
    const uint64_t end = std::min(rows.end, segment.first_row + segment.rows);
    if (segment.first_row > next || end <= next) continue;
    read_rows(open_file(path_ + "/" + segment.file), segment, rows, next, end);
    next = end;
  }
  if (next != rows.end) fail("the rows {} to {} of '{}' are in no segment", next, rows.end, name);
}

}  // namespace sinew
