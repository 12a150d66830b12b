#include "agents/checkpoint_file.h"

#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/safe_file.h"

namespace sinew {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view magic = "SINEWCKP";
constexpr uint32_t format_version = 3;
constexpr size_t fixed_bytes = magic.size() + 2 * sizeof(uint32_t);
constexpr size_t digest_bytes = 64;

std::string digest_of(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes.data(), bytes.size());
  return hash.hex_digest();
}

void append_number(std::string& out, uint32_t number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

uint32_t number_at(std::string_view content, size_t place) {
  uint32_t number = 0;
  std::memcpy(&number, content.data() + place, sizeof number);
  return number;
}

// The table's bytes, once the header is known to be whole.
std::string_view checked_table(std::string_view content) {
  if (content.empty()) fail("it is empty");
  if (!content.starts_with(magic.substr(0, content.size()))) fail("it is not a checkpoint of sinew");
  if (content.size() < fixed_bytes) fail("it is cut short");
  const size_t length = number_at(content, magic.size() + sizeof(uint32_t));
  if (content.size() - fixed_bytes < digest_bytes || content.size() - fixed_bytes - digest_bytes < length)
    fail("it is cut short");
  if (digest_of(content.substr(0, fixed_bytes + length)) != content.substr(fixed_bytes + length, digest_bytes))
    fail("it is damaged: its header's checksum does not fit");
  return content.substr(fixed_bytes, length);
}

Checkpoint parse(std::string_view content) {
  const std::string_view text = checked_table(content);
  std::string_view rest = content.substr(fixed_bytes + text.size() + digest_bytes);
  Checkpoint checkpoint;
  const Json table = Json::parse(text);
  checkpoint.software = table.at("software");
  if (const uint32_t version = number_at(content, magic.size()); version != format_version)
    throw OtherFormat(fmt::format(
        "it was written by sinew {} in the format {}; this is sinew {}, which reads the format {} alone: go on with "
        "the version that wrote it",
        checkpoint.software, version, software_version(), format_version));
  checkpoint.machine = table.at("machine");
  checkpoint.step = table.at("step");
  for (const Json& row : table.at("sections")) {
    const std::string name = row.at("name");
    const uint64_t bytes = row.at("bytes");
    if (bytes > rest.size()) fail("it is cut short: the section '{}' is not whole", name);
    const std::string_view section = rest.substr(0, bytes);
    if (digest_of(section) != row.at("sha256").get<std::string>())
      fail("it is damaged: the checksum of the section '{}' does not fit", name);
    checkpoint.sections[name] = section;
    rest.remove_prefix(bytes);
  }
  if (!rest.empty()) fail("it is damaged: {} bytes follow its last section", rest.size());
  return checkpoint;
}

}  // namespace

const std::string& Checkpoint::section(const std::string& name) const {
  const auto found = sections.find(name);
  if (found == sections.end()) fail("the checkpoint of step {} has no section '{}'", step, name);
  return found->second;
}

std::string format_checkpoint_header(const Checkpoint& checkpoint) {
  Json table = {{"software", checkpoint.software}, {"machine", checkpoint.machine}, {"step", checkpoint.step}};
  table["sections"] = Json::array();
  for (const auto& [name, bytes] : checkpoint.sections)
    table["sections"].push_back({{"name", name}, {"bytes", bytes.size()}, {"sha256", digest_of(bytes)}});
  const std::string text = table.dump();
  std::string out(magic);
  append_number(out, format_version);
  append_number(out, static_cast<uint32_t>(text.size()));
  out += text;
  out += digest_of(out);
  return out;
}

std::string format_checkpoint(const Checkpoint& checkpoint) {
  std::string out = format_checkpoint_header(checkpoint);
  for (const auto& [name, bytes] : checkpoint.sections) out += bytes;
  return out;
}

Checkpoint parse_checkpoint(std::string_view content, const std::string& name) {
  return with_context(name, [&] {
    try {
      return parse(content);
    } catch (const Json::exception&) {  // a table with a good checksum that is not ours
      fail("its table of sections cannot be read");
    }
  });
}

std::string software_version() { return SINEW_VERSION; }

std::string kind_of_machine() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name"))
      if (const size_t colon = line.find(": "); colon != std::string::npos) return line.substr(colon + 2);
  return "unknown";
}

}  // namespace sinew
