#include "robots/protocol/base64.h"

#include <gtest/gtest.h>

#include "core/random.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

// RFC 4648, section 10.
TEST(Base64, TheExamplesOfItsStandard) {
  const std::vector<std::pair<std::string, std::string>> examples = {{"", ""},
                                                                     {"f", "Zg=="},
                                                                     {"fo", "Zm8="},
                                                                     {"foo", "Zm9v"},
                                                                     {"foob", "Zm9vYg=="},
                                                                     {"fooba", "Zm9vYmE="},
                                                                     {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : examples) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
}

TEST(Base64, AnyBytesComeBack) {
  Rng rng(1);
  for (uint32_t size = 0; size < 300; ++size) {
    std::string bytes;
    for (uint32_t i = 0; i < size; ++i) bytes += static_cast<char>(rng.below(256));
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
  }
}

TEST(Base64, WhatIsNoneIsRefused) {
  expect_contains(error_of([] { from_base64("Zm9"); }), "3 characters are not base64");
  for (const char* text : {"Zm9\n", "Zg=a", "=Zm9", "Z===", "====", "Zm=v", "Zm9v\xff___"})
    expect_contains(error_of([&] { from_base64(text); }), "is not base64");
  for (const char* text : {"Zh==", "Zm9="})
    expect_contains(error_of([&] { from_base64(text); }), "the end is not base64");
}

}  // namespace
}  // namespace sinew
