// YAML as other programs and people write it: read as meant, or refused with what to write.
#include <cmath>
#include <string>
#include <vector>

#include "core/config.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

ConfigNode parse_foreign(const std::string& text) { return ConfigNode::parse_text(text, "f.yaml"); }
ConfigNode value(const std::string& text) { return *parse_foreign("x: " + text).find("x"); }
std::string refusal_of_foreign(const std::string& text) {
  return error_of([&] { parse_foreign(text); });
}

TEST(YamlOfOthers, Booleans) {
  for (const std::string word : {"true", "True", "TRUE"}) EXPECT_TRUE(value(word).boolean()) << word;
  for (const std::string word : {"false", "False", "FALSE"}) EXPECT_FALSE(value(word).boolean()) << word;
  for (const std::string word : {"yes", "Yes", "on", "ON", "y", "1", "tRUE", "'true'", "\"True\""})
    expect_contains(error_of([&] { value(word).boolean(); }), "; write true");
  for (const std::string word : {"no", "No", "off", "N", "0", "'false'"})
    expect_contains(error_of([&] { value(word).boolean(); }), "; write false");
  EXPECT_EQ(error_of([] { value("maybe").boolean(); }), "f.yaml:1:4: x: 'maybe' is not true or false");
}

TEST(YamlOfOthers, Numbers) {
  for (const auto& [text, number] : std::vector<std::pair<std::string, double>>{{"017", 17},
                                                                                {".inf", HUGE_VAL},
                                                                                {".Inf", HUGE_VAL},
                                                                                {"-.INF", -HUGE_VAL},
                                                                                {"+1.5e3", 1500},
                                                                                {"!!float 3", 3},
                                                                                {"!!float '2.5'", 2.5},
                                                                                {"!!int \"7\"", 7}})
    EXPECT_EQ(value(text).number_or_infinity(), number) << text;
  for (const std::string text : {"0x", "0x1F", "0o17", ".infx", "--.inf", "0x1.8", "-0x1"})
    expect_contains(error_of([&] { value(text).number(); }), "is not a number");
}

TEST(YamlOfOthers, Tags) {
  EXPECT_TRUE(value("!!str 5").is_quoted());
  EXPECT_TRUE(value("!!null ~").is_null());
  EXPECT_TRUE(value("!!bool True").boolean());
  EXPECT_TRUE(value("!!map {a: 1}").is_map());
  EXPECT_TRUE(value("!!seq [1]").is_list());
  expect_contains(refusal_of_foreign("x: !!int 1.5\n"),
                  "f.yaml:1:4: '1.5' has the tag !!int, but is not a whole number");
  expect_contains(refusal_of_foreign("x: !!float much\n"), "'much' is not a number");
  for (const std::string text : {"!!python/tuple [1]", "!mine 3", "!!set {a}", "!!binary abc", "!!map [1]",
                                 "!!seq {a: 1}", "!!null 3", "!!timestamp 2001-01-01"})
    expect_contains(refusal_of_foreign("x: " + text + "\n"), "does not fit here; remove it");
}

TEST(YamlOfOthers, MergeKeysAnchorsAndAliases) {
  EXPECT_EQ(parse_foreign("base: &base {a: 1, b: 2}\nx: {<<: *base, b: 3, c: 4}\n").find("x")->to_yaml(),
            "a: 1\nb: 3\nc: 4\n");
  EXPECT_EQ(parse_foreign("x:\n  b: 3\n  <<: [{a: 1, b: 2}, {a: 9, d: 5}]\n").find("x")->to_yaml(),
            "a: 1\nb: 3\nd: 5\n");
  const ConfigNode twice =
      parse_foreign("actor: &net [{linear: 8}, tanh]\ncritic: *net\nsize: &n 3\nsame: *n\nnone: &z\nnothing: *z\n");
  EXPECT_EQ(twice.find("critic")->to_yaml(), twice.find("actor")->to_yaml());
  EXPECT_EQ(twice.find("same")->integer(), 3);
  EXPECT_TRUE(twice.find("nothing")->is_null());
  // An error in what an alias repeats is where that is written; its path is the alias's.
  EXPECT_EQ(error_of([&] { twice.find("critic")->items()[1].number(); }),
            "f.yaml:1:27: critic.1: 'tanh' is not a number");
  EXPECT_EQ(parse_foreign("'<<': 3\n").find("<<")->integer(), 3);
  EXPECT_EQ(parse_foreign(parse_foreign("'<<': 3\n").to_yaml()).find("<<")->integer(), 3);
  EXPECT_EQ(refusal_of_foreign("x: {<<: 3}\n"),
            "f.yaml:1:9: a merge key (<<) takes a map, the alias of one, or a list of these");
  expect_contains(refusal_of_foreign("x: &x [*x]\n"), "the alias is inside what it names");
  expect_contains(refusal_of_foreign("x: *y\n"), "f.yaml:1:4");
  // Each line ten times the one before.
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 20; ++i) {
    const std::string alias = "*a" + std::to_string(i - 1) + ", ";
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) bomb += alias;
    bomb += "]\n";
  }
  expect_contains(refusal_of_foreign(bomb), "anchors and aliases repeat more than 64 MiB");
  std::string deep = "a0: &a0 [x]\n";
  for (int i = 1; i < 100; ++i) deep += fmt::format("a{0}: &a{0} [*a{1}]\n", i, i - 1);
  expect_contains(refusal_of_foreign(deep), "nested more than 64 deep");
}

TEST(YamlOfOthers, TabsAreNamed) {
  for (const std::string text : {"a:\n\tb: 1\n", "a: 1\n\tb: 2\n", "a:\n  - x\n\t- y\n", "a:\n  b: 1\n\tc: 1\n",
                                 "a:\n  \tb: 1\n", "\ta: 1\n", "a: |\n\tx\n"})
    expect_contains(refusal_of_foreign(text), "a tab indents the line; YAML wants spaces");
  for (const std::string text : {"a:\tb\n", "a: [1,\n\t2]\n", "a: \"x\n\ty\"\n"})
    EXPECT_TRUE(parse_foreign(text).is_map()) << text;
  expect_contains(refusal_of_foreign("a: [1\nb: 2\n"), "broken YAML");
}

TEST(YamlOfOthers, BlocksHaveNoLineBreakAtTheEnd) {
  for (const std::string text : {"|\n  pole.xml\n", "|+\n  pole.xml\n\n\n", ">\n  pole.xml\n", "|-\n  pole.xml\n",
                                 "\"pole.xml\\n\"", "pole.xml", "'pole.xml'"})
    EXPECT_EQ(value(text).text(), "pole.xml") << text;
  EXPECT_EQ(value("|\n  two\n  lines\n").text(), "two\nlines");
}

struct Lists {
  std::vector<std::string> words;
  std::vector<double> numbers;
  std::vector<int> whole;
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("words", words);
    v.optional("numbers", numbers, above(0));
    v.optional("whole", whole);
  }
};

TEST(YamlOfOthers, OneOfThemWhereAListIsMeant) {
  const auto read = [](const std::string& text) { return read_config<Lists>(parse_foreign(text)); };
  EXPECT_EQ(read("words: hip").words, std::vector<std::string>{"hip"});
  EXPECT_EQ(read("numbers: 2.5").numbers, std::vector<double>{2.5});
  EXPECT_EQ(read("whole: 3").whole, std::vector<int>{3});
  EXPECT_EQ(error_of([&] { read("numbers: -1"); }), "f.yaml:1:10: numbers: -1 is out of range; it must be above 0");
  expect_contains(error_of([&] { read("words: {a: 1}"); }), "a list is expected, not a map");
}

}  // namespace
}  // namespace sinew
