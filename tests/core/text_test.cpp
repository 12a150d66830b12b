#include "core/text.h"

#include <gtest/gtest.h>

namespace sinew {
namespace {

const std::vector<std::string> keys = {"gamma", "gae_lambda", "learning_rate", "n_steps", "batch_size"};

TEST(Text, NearestFindsSlips) {
  EXPECT_EQ(nearest("gama", keys), "gamma");
  EXPECT_EQ(nearest("Gamma", keys), "gamma");
  EXPECT_EQ(nearest("nsteps", keys), "n_steps");
  EXPECT_EQ(nearest("batchsize", keys), "batch_size");
  EXPECT_EQ(nearest("learning", keys), "learning_rate");
}

TEST(Text, NearestIsSilentWhenNothingIsNear) {
  EXPECT_EQ(nearest("entropy", keys), "");
  EXPECT_EQ(nearest("lr", keys), "");
  EXPECT_EQ(nearest("", keys), "");
  EXPECT_EQ(nearest("x", {}), "");
  EXPECT_EQ(nearest(std::string(100000, 'g'), keys), "");
}

TEST(Text, Suggestion) {
  EXPECT_EQ(suggestion("gama", keys), "; did you mean 'gamma'?");
  EXPECT_EQ(suggestion("zzz", {"a_long_one", "b_long_one"}), "; known: a_long_one, b_long_one");
  EXPECT_EQ(suggestion("zzz", {}), "");
}

TEST(Text, Join) {
  EXPECT_EQ(join({}), "");
  EXPECT_EQ(join({"a"}), "a");
  EXPECT_EQ(join({"a", "b", "c"}, "/"), "a/b/c");
}

TEST(Text, ShortenedKeepsCharactersWhole) {
  EXPECT_EQ(shortened("abc", 3), "abc");
  EXPECT_EQ(shortened("abcd", 3), "abc…");
  EXPECT_EQ(shortened("aüb", 2), "a…");  // ü has two bytes
  EXPECT_EQ(shortened(std::string("\x80\x80\x80"), 2), "…");
  EXPECT_EQ(shortened("a\n\tb\xff\x1b[31m ü"), R"(a\n\tb\xff\x1b[31m ü)");
}

TEST(Text, Utf8) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("plain, ü, €, 𝄞"));
  EXPECT_FALSE(is_utf8("\xff"));
  EXPECT_FALSE(is_utf8("\xc3"));              // cut short
  EXPECT_FALSE(is_utf8("\x80"));              // a continuation alone
  EXPECT_FALSE(is_utf8("\xc0\x80"));          // longer than needed
  EXPECT_FALSE(is_utf8("\xe0\x80\x80"));      // longer than needed
  EXPECT_FALSE(is_utf8("\xed\xa0\x80"));      // half of a surrogate pair
  EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80"));  // past the last code
}

// All of one byte, and the characters that steer a terminal or turn the direction of what follows.
TEST(Text, VisibleLeavesNothingThatSteers) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text = visible(std::string("a") + static_cast<char>(byte) + "b");
    EXPECT_TRUE(is_utf8(text));
    EXPECT_EQ(text.find_first_of("\n\r\t\x1b\x7f"), std::string::npos) << byte;
    EXPECT_EQ(text.size() == 3, byte >= 0x20 && byte < 0x7f) << byte;
    EXPECT_EQ(visible(text), text);
  }
  EXPECT_EQ(visible("a\nb\r\tc\x1b[2J\xff"), R"(a\nb\r\tc\x1b[2J\xff)");
  EXPECT_EQ(visible("\xc2\x9b \u2028 \u202e \u2066"), R"(\u009b \u2028 \u202e \u2066)");
  EXPECT_EQ(visible("plain ü € 𝄞 'x' – …"), "plain ü € 𝄞 'x' – …");
}

}  // namespace
}  // namespace sinew
