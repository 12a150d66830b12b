// The checkpoint file: its header and its sections are changed, and the checksums are made right again.
#include <cstdlib>
#include <cstring>

#include "agents/checkpoint_file.h"
#include "core/random.h"
#include "core/safe_file.h"
#include "tests/fuzz/target.h"

namespace sinew::fuzz {
namespace {

constexpr size_t fixed_bytes = 16, digest_bytes = 64;  // as agents/checkpoint_file.h lays them out

std::string change_bytes(std::string text) {
  const size_t size = text.size(), most = size + 1024;
  text.resize(most);
  text.resize(LLVMFuzzerMutate(reinterpret_cast<uint8_t*>(text.data()), size, most));
  return text;
}

// Another table, under a length and a checksum that fit it.
std::string change_table(const std::string& content) {
  uint32_t length = 0;
  if (content.size() < fixed_bytes) return content;
  std::memcpy(&length, content.data() + 12, sizeof length);
  if (content.size() - fixed_bytes < size_t{length} + digest_bytes) return content;
  const std::string table = change_bytes(content.substr(fixed_bytes, length));
  const std::string sections = content.substr(fixed_bytes + length + digest_bytes);
  length = static_cast<uint32_t>(table.size());
  std::string head = content.substr(0, fixed_bytes) + table;
  std::memcpy(head.data() + 12, &length, sizeof length);
  Sha256 hash;
  hash.update(head.data(), head.size());
  return head + hash.hex_digest() + sections;
}

std::string change_section(const std::string& content, Rng& rng) {
  Checkpoint checkpoint = parse_checkpoint(content, "input");
  if (checkpoint.sections.empty() || rng.below(4) == 0) {
    checkpoint.sections[rng.below(2) ? "more" : ""] = change_bytes("bytes");
  } else {
    const auto any =
        std::next(checkpoint.sections.begin(), rng.below(static_cast<uint32_t>(checkpoint.sections.size())));
    any->second = change_bytes(any->second);
  }
  return format_checkpoint(checkpoint);
}

}  // namespace

std::vector<std::string> seeds() {
  return {format_checkpoint({.software = "0.1.0",
                             .machine = "a CPU",
                             .step = 4096,
                             .sections = {{"learner", std::string(300, 'x')}, {"envs", "bytes"}, {"identity", ""}}}),
          format_checkpoint({.software = "0.2.0", .machine = "", .step = 0, .sections = {}})};
}

std::vector<std::string> words() {
  return {"\"software\":",
          "\"machine\":",
          "\"step\":",
          "\"sections\":[",
          "{\"name\":\"a\",\"bytes\":0,\"sha256\":\"\"},",
          "\"bytes\":",
          "\"sha256\":",
          "\"name\":\"envs\"",
          "SINEWCKP",
          std::string(4, '\xff'),
          std::string(4, '\0')};
}

}  // namespace sinew::fuzz

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned int seed) {
  using namespace sinew;
  Rng rng(seed);
  const std::string content = fuzz::text_of(data, size);
  try {
    const uint32_t way = rng.below(8);
    if (way == 0) return LLVMFuzzerMutate(data, size, max_size);
    const std::string changed = way < 5 ? fuzz::change_table(content) : fuzz::change_section(content, rng);
    if (changed.size() > max_size) return size;
    std::memcpy(data, changed.data(), changed.size());
    return changed.size();
  } catch (const Error&) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sinew;
  try {
    const std::string_view content(reinterpret_cast<const char*>(data), size);
    const Checkpoint checkpoint = parse_checkpoint(content, "input");
    if (parse_checkpoint(format_checkpoint(checkpoint), "again") != checkpoint) std::abort();
  } catch (const Error&) {
  }
  return 0;
}
