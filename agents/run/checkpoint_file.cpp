#include "agents/run/checkpoint_file.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/safe_file.h"

namespace sinew {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view magic = "SINEWCKP";
constexpr uint32_t format_version = 4;
constexpr size_t fixed_bytes = magic.size() + 2 * sizeof(uint32_t);
constexpr size_t digest_bytes = 64;
constexpr uint64_t longest_json = uint64_t{1} << 24;  // ours are far shorter: a larger announced length means damage
constexpr size_t end_bytes = sizeof(uint64_t) + digest_bytes;

std::string digest_of(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes.data(), bytes.size());
  return hash.hex_digest();
}

template <class Number>
void append_number(std::string& out, Number number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

template <class Number>
Number number_at(std::string_view content, size_t place) {
  Number number = 0;
  std::memcpy(&number, content.data() + place, sizeof number);
  return number;
}

Json json_of(const Segment& segment) {
  return {{"log", segment.log},   {"file", segment.file},   {"first_row", segment.first_row},
          {"rows", segment.rows}, {"bytes", segment.bytes}, {"sha256", segment.sha256}};
}

Segment segment_of(const Json& row) {
  return {row.at("log"), row.at("file"), row.at("first_row"), row.at("rows"), row.at("bytes"), row.at("sha256")};
}

// Reports the JSON errors of `read`: the text has a good checksum but is not ours.
template <class Read>
void read_json(const std::string& what, Read&& read) {
  try {
    read();
  } catch (const Json::exception&) {
    fail("its {} cannot be read", what);
  }
}

}  // namespace

CheckpointWriter::CheckpointWriter(ByteSink out, const CheckpointHead& head) : out_(std::move(out)) {
  const std::string text = Json{{"software", head.software}, {"machine", head.machine}, {"step", head.step}}.dump();
  std::string bytes(magic);
  append_number(bytes, format_version);
  append_number(bytes, static_cast<uint32_t>(text.size()));
  bytes += text;
  head_digest_ = digest_of(bytes);
  out_(bytes + head_digest_);
}

void CheckpointWriter::section(const std::string& name, std::string_view bytes) {
  section(name, [&](const ByteSink& out) { out(bytes); });
}

void CheckpointWriter::section(const std::string& name, const std::function<void(const ByteSink& out)>& write) {
  Sha256 hash;
  uint64_t bytes = 0;
  write([&](std::string_view piece) {
    hash.update(piece.data(), piece.size());
    bytes += piece.size();
    out_(piece);
  });
  sections_.push_back({name, hash.hex_digest(), bytes});
}

void CheckpointWriter::finish(const std::vector<Segment>& segments) {
  Json table = {{"sections", Json::array()}, {"segments", Json::array()}};
  for (const Section& one : sections_)
    table["sections"].push_back({{"name", one.name}, {"bytes", one.bytes}, {"sha256", one.sha256}});
  for (const Segment& segment : segments) table["segments"].push_back(json_of(segment));
  std::string bytes = table.dump();
  append_number(bytes, static_cast<uint64_t>(bytes.size()));
  out_(bytes + digest_of(head_digest_ + bytes));
}

Checkpoint::Checkpoint(RandomAccess file, const std::string& name, bool checks_sections) : file_(std::move(file)) {
  with_context(name, [&] {
    read_head();
    read_table(checks_sections);
  });
}

void Checkpoint::read_head() {
  const std::string start = file_.text(0, std::min<uint64_t>(file_.size, fixed_bytes));
  if (start.empty()) fail("it is empty");
  if (!start.starts_with(magic.substr(0, start.size()))) fail("it is not a checkpoint of sinew");
  if (start.size() < fixed_bytes) fail("it is cut short");
  const auto length = number_at<uint32_t>(start, magic.size() + sizeof(uint32_t));
  if (file_.size - fixed_bytes < digest_bytes || file_.size - fixed_bytes - digest_bytes < length)
    fail("it is cut short");
  if (length > longest_json) fail("it is damaged: its head cannot be that long");
  const std::string text = file_.text(fixed_bytes, length);
  begin_ = fixed_bytes + length + digest_bytes;
  head_digest_ = file_.text(begin_ - digest_bytes, digest_bytes);
  if (digest_of(start + text) != head_digest_) fail("it is damaged: its head's checksum does not match");
  read_json("head", [&] {
    const Json head = Json::parse(text);
    head_.software = head.at("software");
    if (const auto version = number_at<uint32_t>(start, magic.size()); version != format_version)
      throw OtherFormat(
          fmt::format("it was written by sinew {} in the format {}; this is sinew {}, which reads only the format {}: "
                      "continue with the version that wrote it",
                      head_.software, version, software_version(), format_version));
    head_.machine = head.at("machine");
    head_.step = head.at("step");
  });
}

void Checkpoint::read_table(bool checks_sections) {
  if (file_.size - begin_ < end_bytes) fail("it is cut short");
  const std::string end = file_.text(file_.size - end_bytes, end_bytes);
  const auto length = number_at<uint64_t>(end, 0);
  if (file_.size - begin_ - end_bytes < length || length > longest_json) fail("it is cut short, or damaged");
  const uint64_t table_begin = file_.size - end_bytes - length;
  const std::string text = file_.text(table_begin, length);
  if (digest_of(head_digest_ + text + end.substr(0, sizeof length)) != end.substr(sizeof length))
    fail("it is cut short, or damaged: its table's checksum does not match");
  read_json("table of sections", [&] {
    const Json table = Json::parse(text);
    uint64_t place = begin_;
    for (const Json& row : table.at("sections")) {
      const Section section{row.at("name"), place, row.at("bytes")};
      if (section.bytes > table_begin - place) fail("it is cut short: the section '{}' is incomplete", section.name);
      place += section.bytes;
      if (checks_sections && sha256_of(file_, section.begin, place) != row.at("sha256").get<std::string>())
        fail("it is damaged: the checksum of the section '{}' does not match", section.name);
      sections_.push_back(section);
    }
    if (place != table_begin) fail("it is damaged: {} bytes follow its last section", table_begin - place);
    for (const Json& row : table.at("segments")) segments_.push_back(segment_of(row));
  });
}

std::vector<std::string> Checkpoint::sections() const {
  std::vector<std::string> names;
  for (const Section& section : sections_) names.push_back(section.name);
  return names;
}

const Checkpoint::Section& Checkpoint::find(const std::string& name) const {
  const auto found = std::ranges::find(sections_, name, &Section::name);
  if (found == sections_.end()) fail("the checkpoint of step {} has no section '{}'", head_.step, name);
  return *found;
}

std::string Checkpoint::section(const std::string& name) const {
  const Section& section = find(name);
  return file_.text(section.begin, section.bytes);
}

ByteSource Checkpoint::open(const std::string& name) const { return file_.from(find(name).begin); }

uint64_t Checkpoint::size_of(const std::string& name) const { return find(name).bytes; }

std::string software_version() { return SINEW_VERSION; }

std::string kind_of_machine() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name"))
      if (const size_t colon = line.find(": "); colon != std::string::npos) return line.substr(colon + 2);
  return "unknown";
}

}  // namespace sinew
