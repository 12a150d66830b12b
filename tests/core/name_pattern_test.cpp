#include "core/name_pattern.h"

#include <gtest/gtest.h>

#include "tests/core/expect_error.h"

namespace sinew {
namespace {

using Indices = std::vector<size_t>;
const std::vector<std::string> names = {"hip_left", "knee_left", "hip_right", "", "a.b", "axb", "hip_.*", "(odd)"};

TEST(NamePattern, MatchesWholeNamesInTheirOrder) {
  EXPECT_EQ(names_meant("hip_left|hip_right", names), (Indices{0, 2}));
  EXPECT_EQ(names_meant("(knee|hip)_left", names), (Indices{0, 1}));
  EXPECT_EQ(names_meant("hip", names), Indices{});
  EXPECT_EQ(names_meant("hip.*", names), (Indices{0, 2, 6}));
  EXPECT_EQ(names_meant(".*", names).size(), names.size() - 1) << "what has no name is not meant";
  EXPECT_EQ(names_meant("", names), Indices{});
}

TEST(NamePattern, TheExactNameComesFirst) {
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) continue;
    EXPECT_EQ(names_meant(names[i], names), Indices{i}) << names[i];
  }
  EXPECT_EQ(names_meant("a.b", {"axb", "ayb"}), (Indices{0, 1}));
}

TEST(NamePattern, WhatIsNoPatternIsSaid) {
  for (const char* word : {"hip_(", "[a", "*", "a{2", "\\"})
    expect_contains(error_of([&] { names_meant(word, {"x"}); }), "is neither a name nor a pattern");
  expect_contains(error_of([] { names_meant(std::string(1000, '.'), {"x"}); }), "too long for a pattern");
  EXPECT_EQ(names_meant("(a*)*b", {std::string(400, 'a')}), Indices{}) << "in no exponential time";
}

TEST(NamePattern, KeysOfAMap) {
  EXPECT_EQ(key_of_each({"hip_left", "knee_left", "foot"}, {".*_left", "knee_left"}), (std::vector<int>{0, 1, -1}));
  EXPECT_EQ(key_of_each({"hip_left", "knee_left"}, {"knee_left", ".*_left"}), (std::vector<int>{1, 0}));
  expect_contains(error_of([] { key_of_each({"hip_left"}, {"hip.*", ".*left"}); }),
                  "both 'hip.*' and '.*left' match 'hip_left'");
}

}  // namespace
}  // namespace sinew
