// The readable remainder of an MCAP file that was cut or damaged.
#include <algorithm>

#include "core/random.h"
#include "core/safe_file.h"
#include "robots/recording/mcap_format_internal.h"
#include "tests/core/expect_error.h"
#include "tests/fuzz/memory_file.h"
#include "tests/robots/mcap_files.h"

namespace sinew {
namespace {

using McapDamageTest = McapTest;

// A disk would be slow for so many files.
Contents contents_of_bytes(const std::string& bytes) {
  fuzz::MemoryFile file("given.mcap");
  file.set(bytes);
  return contents_of(file.path());
}

TEST_F(McapDamageTest, CutAtEveryByte) {
  const std::string bytes = read_file(small_file());
  const std::vector<McapMessage> all = contents_of(file("small.mcap")).messages;
  size_t most = 0;
  for (size_t size = 0; size < bytes.size(); ++size) {
    const std::string start = bytes.substr(0, size);
    if (size < mcap::magic.size()) {
      expect_contains(error_of([&] { contents_of_bytes(start); }), "is not an MCAP file: it ");
      continue;
    }
    const Contents contents = contents_of_bytes(start);
    EXPECT_FALSE(contents.complete) << size;
    EXPECT_EQ(contents.damage.substr(0, 10), "cut short ") << size << ": " << contents.damage;
    EXPECT_TRUE(is_prefix(contents.messages, all)) << size;
    EXPECT_GE(contents.messages.size(), most) << size;
    most = contents.messages.size();
  }
  EXPECT_EQ(most, all.size());
}

// Every byte is covered by a checksum. A chunk that has become a record of an unknown kind is skipped; the messages
// after it are read, and at the end the file is reported as damaged.
TEST_F(McapDamageTest, EveryChangedByteIsNoticed) {
  const std::string bytes = read_file(small_file());
  const std::vector<McapMessage> all = contents_of(file("small.mcap")).messages;
  for (size_t at = mcap::magic.size(); at < bytes.size(); ++at)
    for (const int change : {0x01, 0x80}) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ change);
      const Contents contents = contents_of_bytes(changed);
      EXPECT_FALSE(contents.complete) << at;
      const bool passed_over = contents.damage.find("between the chunks") != std::string::npos;
      EXPECT_TRUE(is_prefix(contents.messages, all) || passed_over) << at;
      for (const McapMessage& message : contents.messages)
        EXPECT_TRUE(std::any_of(all.begin(), all.end(), [&](const auto& one) { return same(one, message); })) << at;
    }
}

// Any bytes yield messages, an Error, or a description of the damage.
TEST_F(McapDamageTest, DamageDoesNoHarm) {
  const std::string bytes = read_file(small_file());
  Rng rng(1);
  int refused = 0, damaged = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string changed = bytes;
    if (rng.below(3) == 0) changed.resize(rng.below(static_cast<uint32_t>(changed.size()) + 1));
    for (uint32_t k = rng.below(6); k > 0 && !changed.empty(); --k)
      changed[rng.below(static_cast<uint32_t>(changed.size()))] = static_cast<char>(rng.below(256));
    if (rng.below(4) == 0) changed.insert(rng.below(static_cast<uint32_t>(changed.size()) + 1), "\x06\0\0\0", 4);
    try {
      damaged += !contents_of_bytes(changed).complete;
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(damaged, 2000);
  EXPECT_LT(refused, 1000);
}

}  // namespace
}  // namespace sinew
