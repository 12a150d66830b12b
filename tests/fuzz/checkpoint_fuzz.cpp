// The checkpoint file: its head, its table and its sections are changed, and the checksums are made right again.
#include <cstdlib>
#include <cstring>

#include "core/random.h"
#include "core/safe_file.h"
#include "tests/agents/checkpoint_text.h"
#include "tests/fuzz/target.h"

namespace sinew::fuzz {
namespace {

constexpr size_t fixed_bytes = 16, digest_bytes = 64;  // as agents/run/checkpoint_file.h lays them out

std::string change_bytes(std::string text) {
  const size_t size = text.size(), most = size + 1024;
  text.resize(most);
  text.resize(LLVMFuzzerMutate(reinterpret_cast<uint8_t*>(text.data()), size, most));
  return text;
}

std::string digest_of(const std::string& bytes) {
  Sha256 hash;
  hash.update(bytes.data(), bytes.size());
  return hash.hex_digest();
}

template <class Number>
Number number_at(const std::string& content, size_t place) {
  Number number = 0;
  std::memcpy(&number, content.data() + place, sizeof number);
  return number;
}

// The bytes of a file's head, to which its table's checksum holds on; of what is no checkpoint, nothing.
size_t length_of_head(const std::string& content) {
  if (content.size() < fixed_bytes) return 0;
  const size_t bytes = fixed_bytes + number_at<uint32_t>(content, 12) + digest_bytes;
  return bytes < content.size() ? bytes : 0;
}

// What follows the head, with a table's length and a checksum that fit.
std::string with_table(const std::string& head, const std::string& sections, std::string table) {
  const auto length = static_cast<uint64_t>(table.size());
  table.append(reinterpret_cast<const char*>(&length), sizeof length);
  return head + sections + table + digest_of(head.substr(head.size() - digest_bytes) + table);
}

// Another head, or another table, under a length and a checksum that fit it.
std::string change_text(const std::string& content, Rng& rng) {
  const size_t head_bytes = length_of_head(content), end_bytes = sizeof(uint64_t) + digest_bytes;
  if (head_bytes == 0 || content.size() - head_bytes < end_bytes) return content;
  const auto length = number_at<uint64_t>(content, content.size() - end_bytes);
  if (length > content.size() - head_bytes - end_bytes) return content;
  const size_t table_begin = content.size() - end_bytes - length;
  const std::string sections = content.substr(head_bytes, table_begin - head_bytes);
  std::string head = content.substr(0, head_bytes), table = content.substr(table_begin, length);
  if (rng.below(2) == 0) return with_table(head, sections, change_bytes(table));
  const std::string text = change_bytes(head.substr(fixed_bytes, head_bytes - fixed_bytes - digest_bytes));
  const auto text_bytes = static_cast<uint32_t>(text.size());
  head = head.substr(0, fixed_bytes) + text;
  std::memcpy(head.data() + 12, &text_bytes, sizeof text_bytes);
  return with_table(head + digest_of(head), sections, table);
}

std::string change_section(const std::string& content, Rng& rng) {
  CheckpointContent checkpoint = parse_checkpoint(content, "input");
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
  return {format_checkpoint({.head = {.software = "0.1.0", .machine = "a CPU", .step = 4096},
                             .sections = {{"learner", std::string(300, 'x')}, {"envs", "bytes"}, {"identity", ""}},
                             .segments = {{"buffer", "000001.segment", 0, 5, 40, std::string(64, 'a')}}}),
          format_checkpoint({.head = {.software = "0.2.0", .machine = "", .step = 0}, .sections = {}})};
}

std::vector<std::string> words() {
  return {"\"software\":",
          "\"machine\":",
          "\"step\":",
          "\"sections\":[",
          "\"segments\":[",
          "\"first_row\":",
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
    const std::string changed = way < 5 ? fuzz::change_text(content, rng) : fuzz::change_section(content, rng);
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
    const CheckpointContent checkpoint = parse_checkpoint(content, "input");
    if (parse_checkpoint(format_checkpoint(checkpoint), "again") != checkpoint) std::abort();
  } catch (const Error&) {
  }
  return 0;
}
