#include "nets/formats/safetensors.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/error.h"
#include "core/random.h"
#include "core/safe_file.h"

namespace sinew {
namespace {

TensorFile example() {
  TensorFile file;
  file.metadata = {{"format", "sinew"}, {"quotes", "\"\\ \n ü"}};
  file.tensors["b.weight"] = StoredTensor::from_floats({2, 3}, std::vector<float>{1, 2, 3, 4, 5, -6.5f});
  file.tensors["a"] = StoredTensor::from_floats({}, std::vector<float>{0.25f});
  file.tensors["empty"] = StoredTensor::from_floats({0, 7}, {});
  file.tensors["step"] = {.dtype = "I64", .shape = {1}, .data = {1, 2, 3, 4, 5, 6, 7, 8}};
  file.tensors["z"] = {.dtype = "U8", .shape = {3}, .data = {1, 2, 255}};
  return file;
}

std::string with_header(const std::string& header, const std::string& data = "") {
  const uint64_t size = header.size();
  std::string content(8, '\0');
  std::memcpy(content.data(), &size, 8);
  return content + header + data;
}

std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return R"({"dtype":")" + dtype + R"(","shape":[)" + shape + R"(],"data_offsets":[)" + offsets + "]}";
}

void expect_refused(const std::string& content, const std::string& reason) {
  try {
    parse_safetensors(content, "x.safetensors");
    ADD_FAILURE() << "accepted; expected: " << reason;
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(reason), std::string::npos) << error.what();
    EXPECT_TRUE(std::string(error.what()).starts_with("'x.safetensors' is not an intact safetensors file: "));
    EXPECT_EQ(error.exit_code(), 2);
  }
}

TEST(Safetensors, RoundTripKeepsEverything) {
  const std::string content = format_safetensors(example());
  EXPECT_EQ(parse_safetensors(content, "x"), example());
  EXPECT_EQ(format_safetensors(parse_safetensors(content, "x")), content);
}

TEST(Safetensors, HeaderIsPaddedAndDataInNameOrder) {
  const std::string content = format_safetensors(example());
  uint64_t header = 0;
  std::memcpy(&header, content.data(), 8);
  EXPECT_EQ(header % 8, 0u);
  float first[2];
  std::memcpy(first, content.data() + 8 + header, sizeof first);
  EXPECT_EQ(first[0], 0.25f);  // a
  EXPECT_EQ(first[1], 1.0f);   // b.weight[0, 0]
}

TEST(Safetensors, ReadsAFileWrittenByHand) {
  const std::string content = with_header(R"({"__metadata__":{"a":"b"}, "w":)" + entry("F32", "1,2", "0,8") + "}   ",
                                          std::string("\0\0\x80\x3f\0\0\0\x40", 8));
  const TensorFile file = parse_safetensors(content, "x");
  EXPECT_EQ(file.metadata.at("a"), "b");
  EXPECT_EQ(file.tensors.at("w").floats(), (std::vector<float>{1, 2}));
  EXPECT_EQ(file.tensors.at("w").shape, (std::vector<int64_t>{1, 2}));
}

TEST(Safetensors, FilesOnDisk) {
  const std::string path = ::testing::TempDir() + "sinew_safetensors_test.safetensors";
  write_safetensors(path, example());
  EXPECT_EQ(read_safetensors(path), example());
  std::filesystem::remove(path);
  EXPECT_THROW(read_safetensors(path), Error);
}

TEST(Safetensors, AnEmptyFileOfTensorsIsFine) {
  EXPECT_EQ(parse_safetensors(format_safetensors({}), "x"), TensorFile{});
}

TEST(Safetensors, DamageIsNamed) {
  expect_refused("", "0 bytes are too few");
  expect_refused(std::string(8, '\xff'), "its header should have 18446744073709551615 bytes");
  expect_refused(std::string("\x40\0\0\0\0\0\0\0{}", 10), "its header should have 64 bytes");
  expect_refused(with_header(""), "does not begin with '{'");
  expect_refused(with_header("[]"), "does not begin with '{'");
  expect_refused(with_header("{"), "broken JSON at byte");
  expect_refused(with_header("{}x"), "broken JSON at byte");
  expect_refused(with_header("{\"\xff\":1}"), "broken JSON at byte");
  expect_refused(with_header(R"({"w":7})"), "unexpected at 'w'");
  expect_refused(with_header(R"({"w":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})"), "unexpected at 'w'");
  expect_refused(with_header(R"({"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})"), "unexpected at 'w'");
  expect_refused(with_header(R"({"w":{"dtype":"F32","extra":[1]}})"), "unexpected at 'w'");
  expect_refused(with_header(R"({"__metadata__":{"a":1}})"), "unexpected at '__metadata__'");
  expect_refused(with_header(R"({"w":{"dtype":"F32","shape":[1]}})"), "lacks its dtype, shape or offsets");
  expect_refused(with_header(R"({"w":)" + entry("F33", "1", "0,4") + "}", "abcd"), "unknown dtype 'F33'");
}

TEST(Safetensors, OffsetsMustCoverTheDataExactly) {
  const auto two = [](const std::string& first, const std::string& second, size_t bytes) {
    return with_header(R"({"a":)" + entry("U8", "4", first) + R"(,"b":)" + entry("U8", "4", second) + "}",
                       std::string(bytes, 'x'));
  };
  EXPECT_EQ(parse_safetensors(two("4,8", "0,4", 8), "x").tensors.size(), 2u);
  expect_refused(two("0,4", "2,6", 8), "overlap");
  expect_refused(two("0,4", "0,4", 4), "overlap");
  expect_refused(two("0,4", "5,9", 9), "leave a gap");
  expect_refused(two("0,4", "4,8", 9), "1 bytes follow its last tensor");
  expect_refused(two("0,4", "4,8", 7), "the tensor 'b' lies at bytes 4 to 8 of 7");
  expect_refused(two("4,0", "4,8", 8), "the tensor 'a' lies at bytes 4 to 0 of 8");
  expect_refused(two("0,4", "4,7", 7), "needs 4 bytes and has 3");
}

TEST(Safetensors, ShapesThatOverflowAreRefused) {
  for (const char* shape : {"4294967296,4294967296", "9223372036854775807,4", "18446744073709551615"})
    expect_refused(with_header(R"({"a":)" + entry("F32", shape, "0,0") + "}"), "impossible shape");
  expect_refused(with_header(R"({"a":)" + entry("F32", "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1", "0,4") + "}", "abcd"),
                 "more than 16 dimensions");
}

TEST(Safetensors, RepeatedNamesAreRefused) {
  const std::string a = R"("a":)" + entry("U8", "1", "0,1");
  expect_refused(with_header("{" + a + "," + a + "}", "x"), "the name 'a' appears twice");
  expect_refused(with_header(R"({"__metadata__":{},"__metadata__":{}})"), "'__metadata__' appears twice");
  expect_refused(with_header(R"({"__metadata__":{"k":"1","k":"2"}})"), "'__metadata__' has 'k' twice");
  expect_refused(with_header(R"({"a":{"dtype":"U8","dtype":"U8"}})"), "'a' has 'dtype' twice");
}

TEST(Safetensors, DeepNestingIsHarmless) {
  for (const std::string text : {"[", "{\"a\":"}) {
    std::string header = "{\"a\":{\"shape\":";
    for (int i = 0; i < 100000; ++i) header += text;
    expect_refused(with_header(header), "unexpected at 'a'");
  }
}

TEST(Safetensors, WritingRefusesWhatReadingWould) {
  TensorFile file;
  file.tensors["a"] = {.dtype = "F32", .shape = {2}, .data = {1, 2, 3}};
  EXPECT_THROW(format_safetensors(file), Error);
  file.tensors["a"] = {.dtype = "F32", .shape = {-1}, .data = {}};
  EXPECT_THROW(format_safetensors(file), Error);
  file.tensors.clear();
  file.tensors["__metadata__"] = StoredTensor::from_floats({}, std::vector<float>{1});
  EXPECT_THROW(format_safetensors(file), Error);
  EXPECT_THROW(format_safetensors({.metadata = {{"a", "\xff"}}, .tensors = {}}), Error);
}

// A damaged file is refused, or differs only in what a bit of content can change.
TEST(Safetensors, EveryTruncationIsRefused) {
  const std::string content = format_safetensors(example());
  for (size_t size = 0; size < content.size(); ++size)
    EXPECT_THROW(parse_safetensors(content.substr(0, size), "x"), Error) << size;
}

TEST(Safetensors, FlippedBitsNeverDoHarm) {
  const std::string content = format_safetensors(example());
  Rng rng(7);
  for (int trial = 0; trial < 5000; ++trial) {
    std::string damaged = content;
    for (uint32_t flips = 1 + rng.below(3); flips > 0; --flips)
      damaged[rng.below(static_cast<uint32_t>(content.size()))] ^= static_cast<char>(1 << rng.below(8));
    try {
      for (const auto& [name, tensor] : parse_safetensors(damaged, "x").tensors)
        EXPECT_LE(tensor.data.size(), content.size());
    } catch (const Error&) {
    }
  }
}

}  // namespace
}  // namespace sinew
