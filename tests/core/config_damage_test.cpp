#include <ctime>

#include "core/config_node.h"
#include "core/random.h"
#include "tests/core/expect_error.h"

/// Files that are no configuration: each one clear Error, quickly, and never a crash.
namespace sinew {
namespace {

std::string refusal_of_damaged(const std::string& text) {
  return error_of([&] { ConfigNode::parse_text(text, "f.yaml"); });
}

std::string repeat(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(ConfigDamage, BrokenYamlSaysWhere) {
  expect_contains(refusal_of_damaged("a: 1\nb: [1, 2\nc: 3\n"), "broken YAML");
  EXPECT_TRUE(refusal_of_damaged("a: 1\n  b: 2\n").starts_with("f.yaml:2:"));
  for (const std::string text : {"a: \"never closed\n", "a: \"never closed", "a: 'x\nb: 2\n", "[a, 'b\n", "{a: \"b}\n"})
    expect_contains(refusal_of_damaged(text), "broken YAML");
  EXPECT_TRUE(refusal_of_damaged("a: 1\n\tb: 2\n").starts_with("f.yaml:2:"));
}

TEST(ConfigDamage, RepeatedKeys) {
  EXPECT_EQ(refusal_of_damaged("a: 1\nb: 2\na: 3\n"), "f.yaml:3:1: the key 'a' is repeated");
  EXPECT_EQ(refusal_of_damaged("x: {a: 1, a: 2}\n"), "f.yaml:1:11: the key 'a' is repeated");
}

TEST(ConfigDamage, WhatYamlHasAndWeDoNot) {
  expect_contains(refusal_of_damaged("a: !!set {5}\n"), "f.yaml:1:4: the YAML tag !!set does not fit here");
  expect_contains(refusal_of_damaged("a: 1\n---\nb: 2\n"), "second YAML document");
  expect_contains(refusal_of_damaged("[1, 2]: 3\n"), "a key must be a plain word");
  expect_contains(refusal_of_damaged("~: 3\n"), "a key must be a plain word");
  for (const std::string text : {"---\na: 1\n...\n", "a: 1", "a: 1\n...", "a: 1\n...\n...\n# end\n"})
    EXPECT_TRUE(ConfigNode::parse_text(text, "f.yaml").is_map()) << text;
}

TEST(ConfigDamage, OtherFiles) {
  expect_contains(refusal_of_damaged(std::string("\x7f"
                                                 "ELF\0\0",
                                                 6)),
                  "f.yaml: contains zero bytes");
  expect_contains(refusal_of_damaged("a: \xff\xfe\n"), "f.yaml: is not UTF-8 text");
  expect_contains(refusal_of_damaged("a: \"x.xml\\0y\"\n"), "f.yaml:1:4: 'x.xml\\x00y' has a zero byte");
  expect_contains(refusal_of_damaged(std::string((1 << 20) + 1, '#')), "f.yaml: larger than 1 MiB");
  expect_contains(error_of([] { ConfigNode::parse_file("/none/f.yaml"); }), "cannot read '/none/f.yaml': No such file");
  expect_contains(error_of([] { ConfigNode::parse_file("/"); }), "it is a folder");
  expect_contains(error_of([] { ConfigNode::parse_file("/dev/zero"); }), "it is a device, not a file");
}

TEST(ConfigDamage, DeepNestingIsRefused) {
  for (const std::string open : {"[", "{a: ", "- ", "? ", "[{a: ", "[? "}) {
    const std::string message = refusal_of_damaged(repeat(open, 100000));
    EXPECT_TRUE(message.find("nested more than 64 deep") != std::string::npos) << open << ": " << message;
  }
  EXPECT_TRUE(ConfigNode::parse_text(repeat("[", 64) + repeat("]", 64), "f.yaml").is_list());
}

TEST(ConfigDamage, LargeFilesTakeLittleTime) {
  const std::clock_t begin = std::clock();  // of this process: others may take what they want
  std::string map;
  for (int i = 0; map.size() < (1 << 20) - 20; ++i) map += "k" + std::to_string(i) + ": 1\n";
  EXPECT_GT(ConfigNode::parse_text(map, "f.yaml").entries().size(), 50000u);
  ConfigNode::parse_text("[" + repeat("1,", 500000) + "]", "f.yaml");
  ConfigNode::parse_text("a: " + std::string(1000000, 'x'), "f.yaml");
  ConfigNode::parse_text("a: \"" + repeat("\\n", 500000) + "\"", "f.yaml");
  EXPECT_LT(static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC, 60);
}

// Written out for every item, the path would take 20 GB.
TEST(ConfigDamage, ALongKeyAboveManyItemsTakesLittleMemory) {
  const ConfigNode node =
      ConfigNode::parse_text("? " + std::string(200000, 'k') + "\n: [" + repeat("1,", 100000) + "]", "f.yaml");
  const ConfigNode& last = node.entries()[0].second.items().back();
  EXPECT_TRUE(last.path().ends_with("….99999")) << last.path().size();
}

TEST(ConfigDamage, MessagesAboutLongTextsAreShort) {
  const std::string long_text(500000, 'x');
  const auto value = [&](const std::string& text) { return ConfigNode::parse_text("a: " + text, "f.yaml"); };
  EXPECT_LT(error_of([&] { value(long_text).find("a")->number(); }).size(), 300u);
  EXPECT_LT(error_of([&] { value(long_text).find("a")->integer(); }).size(), 300u);
  EXPECT_LT(error_of([&] { value(long_text).find("a")->boolean(); }).size(), 300u);
  EXPECT_LT(refusal_of_damaged(long_text + ": 1\n" + long_text + ": 2\n").size(), 300u);
}

// Random damage to a real file: it is read, or refused with an Error.
TEST(ConfigDamage, RandomDamageNeverCrashes) {
  const std::string text =
      "task: half_cheetah\n"
      "algorithm: {name: ppo, n_steps: 2048, learning_rate: {start: 3.0e-4, end: 0}}\n"
      "network:\n"
      "  actor:  [{linear: 64}, tanh, 'x', \"y\\n\"]\n"
      "  list:\n"
      "    - a: |\n"
      "        text\n"
      "    - ? b\n";
  const std::string alphabet = "{}[]:,-?!&*#|>'\"%@` \n\t\\~ax0";
  Rng rng(1);
  for (int trial = 0; trial < 5000; ++trial) {
    std::string damaged = text;
    for (uint32_t edits = 1 + rng.below(4); edits > 0; --edits) {
      const size_t place = rng.below(static_cast<uint32_t>(damaged.size()));
      const char letter = alphabet[rng.below(static_cast<uint32_t>(alphabet.size()))];
      switch (rng.below(3)) {
        case 0: damaged[place] = letter; break;
        case 1: damaged.insert(place, 1, letter); break;
        default: damaged.erase(place, 1 + rng.below(5)); break;
      }
    }
    try {
      const std::string yaml = ConfigNode::parse_text(damaged, "f.yaml").to_yaml();
      EXPECT_EQ(ConfigNode::parse_text(yaml, "f.yaml").to_yaml(), yaml) << damaged;
    } catch (const Error&) {
    }
  }
}

}  // namespace
}  // namespace sinew
