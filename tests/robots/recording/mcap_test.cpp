// The contents of our MCAP files, and the reading of our own and of others.
#include <gtest/gtest.h>

#include <filesystem>

#include "core/safe_file.h"
#include "robots/recording/mcap_format_internal.h"
#include "tests/core/expect_error.h"
#include "tests/robots/file_size_limit.h"
#include "tests/robots/mcap_files.h"

namespace sinew {
namespace {

using mcap::Opcode;
using mcap::put;
using mcap::put_record;
using mcap::put_text;

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i < hex.size(); ++i)
    if (hex[i] != ' ') bytes += static_cast<char>(std::stoi(std::string(hex.substr(i++, 2)), nullptr, 16));
  return bytes;
}

TEST_F(McapTest, ComesBackAsItWas) {
  const Contents contents = contents_of(small_file());
  EXPECT_TRUE(contents.complete) << contents.damage;
  const std::vector<McapMessage> expected = {
      {"/a", "A", 1, 1000, 1000, R"({"x":1})"},          {"/b", "B", 1, 1100, 1100, R"({"y":1})"},
      {"/a", "A", 2, 1101, 1101, R"({"x":2})"},          {"/c", "A", 3, 1050, 1050, "{}"},
      {"/b", "B", 2, 1051, 1051, std::string(500, 'x')}, {"/a", "A", 3, 1052, 1052, ""}};
  EXPECT_EQ(contents.messages.size(), expected.size());
  EXPECT_TRUE(is_prefix(contents.messages, expected));
}

TEST_F(McapTest, NothingButTheChannels) {
  McapWriter(file("none.mcap")).close();
  EXPECT_TRUE(contents_of(file("none.mcap")).complete);
  McapWriter writer(file("silent.mcap"));
  writer.add_channel("/a", "A", "{}");
  writer.close();
  const Contents contents = contents_of(file("silent.mcap"));
  EXPECT_TRUE(contents.complete);
  EXPECT_TRUE(contents.messages.empty());
}

// The bytes that the specification requires. The checksums come from Python's zlib.
TEST_F(McapTest, ATinyFileByteByByte) {
  {
    McapWriter writer(file("tiny.mcap"));
    writer.write(writer.add_channel("/t", "S", "{}"), 7, 1000, "[5]");
  }  // closed
  const std::string magic = "89 4d 43 41 50 30 0d 0a ";
  const std::string schema = "03 1b00000000000000 0100 01000000 53 0a000000 6a736f6e736368656d61 02000000 7b7d ";
  const std::string channel = "04 1600000000000000 0100 0100 02000000 2f74 04000000 6a736f6e 00000000 ";
  const std::string expected =
      magic +                                                // at 0
      "01 0d00000000000000 00000000 05000000 73696e6577 " +  // at 8: profile "", library "sinew"
      "06 8d00000000000000 e803000000000000 e803000000000000 6500000000000000 6335d769 00000000 6500000000000000 " +
      schema + channel +  // the chunk's records
      "05 1900000000000000 0100 07000000 e803000000000000 e803000000000000 5b355d " +
      "07 1600000000000000 0100 10000000 e803000000000000 4300000000000000 " +  // at 180: the message is at 67
      "0f 0400000000000000 88f17cd6 " +                                         // the data's end
      schema + channel +                                                        // at 224
      "0b 3800000000000000 0100000000000000 0100 01000000 00000000 00000000 01000000 e803000000000000 "
      "e803000000000000 0a000000 0100 0100000000000000 "
      "08 4a00000000000000 e803000000000000 e803000000000000 1e00000000000000 9600000000000000 "
      "0a000000 0100 b400000000000000 1f00000000000000 00000000 6500000000000000 6500000000000000 "
      "0e 1100000000000000 03 e000000000000000 2400000000000000 "  // at 439: four groups of the summary
      "0e 1100000000000000 04 0401000000000000 1f00000000000000 "
      "0e 1100000000000000 0b 2301000000000000 4100000000000000 "
      "0e 1100000000000000 08 6401000000000000 5300000000000000 "
      "02 1400000000000000 e000000000000000 b701000000000000 07b75441 " +
      magic;
  EXPECT_EQ(read_file(file("tiny.mcap")), from_hex(expected));
}

TEST_F(McapTest, AChunkIsWrittenAsSoonAsItIsFull) {
  McapWriter writer(file("half.mcap"));
  const uint16_t channel = writer.add_channel("/a", "A", "{}");
  for (uint64_t i = 0; i < 20; ++i) writer.write(channel, static_cast<uint32_t>(i), i * 20'000'000, "{}");
  // 0, 20 … 100 ms are one chunk, 120 … 220 ms the next, 240 … 340 ms another; 360 and 380 ms wait.
  const Contents before = contents_of(file("half.mcap"));
  EXPECT_EQ(before.messages.size(), 18u);
  expect_contains(before.damage, "cut short after 0.3 s: a record is missing at byte ");
  writer.flush();
  EXPECT_EQ(contents_of(file("half.mcap")).messages.size(), 20u);
  writer.write(channel, 20, 400'000'000, std::string(3 << 20, ' '));
  writer.write(channel, 21, 400'000'000, "{}");
  EXPECT_EQ(contents_of(file("half.mcap")).messages.size(), 21u);
}

// A file with these records.
std::string mcap_file(const std::string& records) {
  std::string out(mcap::magic);
  put_record(out, Opcode::header, [&] { out += std::string(8, '\0'); });
  out += records;
  put_record(out, Opcode::data_end, [&] { put(out, uint32_t{0}); });
  put_record(out, Opcode::footer, [&] { out += std::string(20, '\0'); });
  return out + std::string(mcap::magic);
}
std::string message_record(uint16_t channel, const std::string& data) {
  std::string out;
  put_record(out, Opcode::message, [&] {
    put(out, channel);
    put(out, uint32_t{1});
    put(out, uint64_t{10});
    put(out, uint64_t{9});
    out += data;
  });
  return out;
}
std::string channel_record(uint16_t schema) {
  std::string out;
  put_record(out, Opcode::channel, [&] {
    put(out, uint16_t{0});
    put(out, schema);
    put_text(out, "/a");
    put_text(out, "protobuf");
    put_text(out, "");
    out += "a later version's field";
  });
  return out;
}
std::string unknown_record() {
  std::string out;
  put_record(out, static_cast<Opcode>(0x80), [&] { out += "?"; });
  return out;
}
std::string chunk_record(const std::string& records, const std::string& compression, uint32_t crc = 0) {
  std::string out;
  put_record(out, Opcode::chunk, [&] {
    out += std::string(16, '\0');
    put(out, uint64_t{records.size()});
    put(out, crc);
    put_text(out, compression);
    put(out, uint64_t{records.size()});
    out += records;
  });
  return out;
}

// Without a schema, a chunk, an index, a summary; with unknown records.
TEST_F(McapTest, OtherPeoplesFiles) {
  const std::string plain = unknown_record() + channel_record(0) + message_record(0, "one");
  const Contents contents = contents_of(
      write(mcap_file(plain + chunk_record(unknown_record() + message_record(0, "two"), "") + chunk_record("", ""))));
  EXPECT_TRUE(contents.complete) << contents.damage;
  EXPECT_TRUE(is_prefix({{"/a", "", 1, 10, 9, "one"}, {"/a", "", 1, 10, 9, "two"}}, contents.messages));
  EXPECT_EQ(contents.messages.size(), 2u);
}

TEST_F(McapTest, WhatIsWrongIsNamed) {
  const auto damage_of = [&](const std::string& records) { return contents_of(write(mcap_file(records))).damage; };
  EXPECT_EQ(damage_of(message_record(0, "")), "at byte 25: a message whose channel is not there");
  EXPECT_EQ(damage_of(channel_record(5)), "at byte 25: a channel whose schema is not there");
  EXPECT_EQ(damage_of(chunk_record(message_record(0, ""), "")), "at byte 74: a message whose channel is not there");
  EXPECT_EQ(damage_of(chunk_record("", "", 1)), "at byte 25: a chunk whose checksum does not match");
  EXPECT_EQ(damage_of(chunk_record("\x05", "")), "at byte 74: a record that reaches beyond its chunk");
  EXPECT_EQ(damage_of(chunk_record("", "rot13")), "at byte 25: a chunk compressed with 'rot13', which is not known");
  std::string huge(1, '\x05');
  put(huge, uint64_t{1} << 62);
  EXPECT_EQ(damage_of(huge), "at byte 25: a record of 4611686018427387904 bytes");
  EXPECT_EQ(contents_of(write(mcap_file("") + "x")).damage, "at byte 75: something follows after the end");
  expect_contains(error_of([&] { damage_of(chunk_record("", "zstd")); }),
                  "given.mcap' is compressed with zstd, which is not read here");
}

TEST_F(McapTest, WhatIsNoMcapFile) {
  const auto error_for = [](const std::string& path) { return error_of([&] { McapReader reader(path); }); };
  expect_contains(error_for(write("")), "given.mcap' is not an MCAP file: it is empty");
  expect_contains(error_for(write("\x89PNG\r\n\x1a\nmore")), "it begins with 89 'P' 'N' 'G' 0d 0a 1a 0a");
  expect_contains(error_for(write("{}")), "it begins with '{' '}'");
  expect_contains(error_for(write("\x89MCAP1\r\n")), "has the version '1' of MCAP; only '0' is read here");
  expect_contains(error_for(file("none")), "none': No such file or directory");
  expect_contains(error_for(folder_), "it is not an ordinary file");
}

TEST_F(McapTest, NothingIsOverwritten) {
  const std::string path = write("somebody's");
  expect_contains(error_of([&] { McapWriter writer(path); }),
                  "given.mcap' is there already, and nothing is overwritten");
  EXPECT_EQ(read_file(path), "somebody's");
  expect_contains(error_of([&] { McapWriter writer(file("none/x.mcap")); }), "No such file or directory");
}

TEST_F(McapTest, AFullDiskEndsTheFile) {
  McapWriter writer(file("full.mcap"));
  const uint16_t channel = writer.add_channel("/a", "A", "{}");
  writer.write(channel, 1, 0, "{}");
  writer.flush();
  {
    const FileSizeLimit limit(5000);
    writer.write(channel, 2, 1, std::string(10000, ' '));
    EXPECT_TRUE(writer.is_open());
    try {
      writer.write(channel, 3, 1'000'000'000, "{}");
      FAIL();
    } catch (const Error& error) {
      expect_contains(error.what(), "full.mcap', which ends here: File too large");
      EXPECT_EQ(error.exit_code(), 1);
    }
  }
  EXPECT_FALSE(writer.is_open());
  EXPECT_EQ(std::filesystem::file_size(file("full.mcap")), 5000u);
  writer.write(channel, 4, 2'000'000'000, "{}");
  writer.flush();
  writer.add_channel("/b", "A", "{}");
  writer.close();
  EXPECT_EQ(std::filesystem::file_size(file("full.mcap")), 5000u);
  const Contents contents = contents_of(file("full.mcap"));
  EXPECT_EQ(contents.messages.size(), 1u);
  expect_contains(contents.damage, "cut short after 0.0 s: the record at byte ");
}

TEST_F(McapTest, ManyChannels) {
  constexpr uint32_t many = 0xffff;
  McapWriter writer(file("many.mcap"));
  for (uint32_t i = 1; i <= many; ++i) EXPECT_EQ(writer.add_channel(fmt::format("/{}", i), "A", "{}"), i);
  expect_contains(error_of([&] { writer.add_channel("/more", "A", "{}"); }), "cannot hold more than 65535 channels");
  for (const uint16_t channel : {1, 300, 0xffff}) writer.write(channel, channel, 1, "{}");
  writer.close();
  const Contents contents = contents_of(file("many.mcap"));
  EXPECT_TRUE(contents.complete);
  EXPECT_TRUE(
      is_prefix({{"/1", "A", 1, 1, 1, "{}"}, {"/300", "A", 300, 1, 1, "{}"}, {"/65535", "A", 65535, 1, 1, "{}"}},
                contents.messages));
}

}  // namespace
}  // namespace sinew
