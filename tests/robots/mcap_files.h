#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "robots/recording/mcap_reader.h"
#include "robots/recording/mcap_writer.h"

namespace sinew {

struct Contents {
  std::vector<McapMessage> messages;
  bool complete = false;
  std::string damage;
};
inline Contents contents_of(const std::string& path) {
  McapReader reader(path);
  Contents contents;
  for (McapMessage message; reader.next(message);) contents.messages.push_back(message);
  contents.complete = reader.complete();
  contents.damage = reader.damage();
  EXPECT_EQ(contents.complete, contents.damage.empty());
  return contents;
}

inline bool same(const McapMessage& a, const McapMessage& b) {
  return a.topic == b.topic && a.schema == b.schema && a.sequence == b.sequence && a.log_time_ns == b.log_time_ns &&
         a.publish_time_ns == b.publish_time_ns && a.data == b.data;
}
inline bool is_prefix(const std::vector<McapMessage>& some, const std::vector<McapMessage>& all) {
  return some.size() <= all.size() && std::equal(some.begin(), some.end(), all.begin(), same);
}

class McapTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string file(const std::string& name) const { return folder_ + "/" + name; }
  std::string write(const std::string& bytes) const {
    std::ofstream(file("given.mcap"), std::ios::binary) << bytes;
    return file("given.mcap");
  }
  // A few messages on three channels, the third added later, in four chunks.
  std::string small_file() const {
    const std::string path = file("small.mcap");
    McapWriter writer(path, {.chunk_ns = 100, .chunk_bytes = 400});
    const uint16_t a = writer.add_channel("/a", "A", "{}");
    const uint16_t b = writer.add_channel("/b", "B", R"({"type":"object"})");
    writer.write(a, 1, 1000, R"({"x":1})");
    writer.write(b, 1, 1100, R"({"y":1})");
    writer.write(a, 2, 1101, R"({"x":2})");  // more than 100 ns after the first one
    const uint16_t c = writer.add_channel("/c", "A", "{}");
    writer.write(c, 3, 1050, "{}");                   // times need not increase
    writer.write(b, 2, 1051, std::string(500, 'x'));  // larger than a chunk
    writer.write(a, 3, 1052, "");
    writer.close();
    return path;
  }

  std::string folder_ = testing::TempDir() + "sinew_mcap_" + std::to_string(::getpid());
};

}  // namespace sinew
