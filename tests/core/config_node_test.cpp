#include "core/config_node.h"

#include <algorithm>
#include <cmath>

#include "tests/core/expect_error.h"

namespace sinew {
namespace {

ConfigNode parse(const std::string& text) { return ConfigNode::parse_text(text, "f.yaml"); }

// The value of the key x.
ConfigNode x(const std::string& value) { return *parse("x: " + value).find("x"); }

TEST(ConfigNode, KeepsKindsAndOrder) {
  const ConfigNode node = parse("b: 1\na: [x, {y: 2}, []]\nc: {}\nd:\n");
  ASSERT_TRUE(node.is_map());
  std::string order;
  for (const auto& entry : node.entries()) order += entry.first;
  EXPECT_EQ(order, "bacd");
  EXPECT_EQ(node.find("a")->items()[0].text(), "x");
  EXPECT_EQ(node.find("a")->items()[1].single_entry().first, "y");
  EXPECT_TRUE(node.find("a")->items()[2].is_list());
  EXPECT_TRUE(node.find("c")->is_map());
  EXPECT_TRUE(node.find("d")->is_null());
  EXPECT_EQ(node.find("e"), nullptr);
}

TEST(ConfigNode, AnEmptyValueIsNothing) {
  EXPECT_TRUE(x("").is_null());
  EXPECT_TRUE(x("null").is_null());
  EXPECT_TRUE(x("~").is_null());
  EXPECT_TRUE(parse("{x: , y: 1}").find("x")->is_null());
  EXPECT_TRUE(parse("- \n- 1\n").items()[0].is_null());
  EXPECT_TRUE(parse("").is_null());
  EXPECT_TRUE(parse("# a comment\n").is_null());
  EXPECT_EQ(x("''").text(), "");
  EXPECT_EQ(x("'null'").text(), "null");
  EXPECT_EQ(x("\"~\"").text(), "~");
}

TEST(ConfigNode, Numbers) {
  EXPECT_EQ(x("3e-4").number(), 3e-4);
  EXPECT_EQ(x("+5").number(), 5);
  EXPECT_EQ(x(".5").number(), 0.5);
  EXPECT_EQ(x("-.inf").number_or_infinity(), -HUGE_VAL);
  EXPECT_EQ(x("+.inf").number_or_infinity(), HUGE_VAL);
  expect_contains(error_of([&] { x(".inf").number(); }), ".inf is not finite");
  for (const char* text : {"abc", "1.2.3", "1 2", "0x", "nan", ".nan", "inf", "1e999", "+-1", "'5'", "1_000", "--1"})
    expect_contains(error_of([&] { x(text).number(); }), "is not a number");
}

TEST(ConfigNode, WholeNumbers) {
  EXPECT_EQ(x("1e6").integer(), 1000000);
  EXPECT_EQ(x("-7").integer(), -7);
  EXPECT_EQ(x("2.0").integer(), 2);
  EXPECT_EQ(x("9223372036854775807").integer(), 9223372036854775807);
  for (const char* text : {"1.5", "x", "'5'", "1e-3", "nan", "true"})
    expect_contains(error_of([&] { x(text).integer(); }), "is not a whole number");
  for (const char* text : {"9223372036854775808", "1e30", "-.inf", "1e17"})
    expect_contains(error_of([&] { x(text).integer(); }), "does not fit");
}

TEST(ConfigNode, Booleans) {
  EXPECT_TRUE(x("true").boolean());
  EXPECT_FALSE(x("false").boolean());
  for (const char* text : {"yes", "1", "'true'"})
    expect_contains(error_of([&] { x(text).boolean(); }), "is not true or false");
}

TEST(ConfigNode, TheWrongKindSaysWhatIsThere) {
  EXPECT_EQ(error_of([] { x("[1]").text(); }), "f.yaml:1:4: x: a single value is expected, not a list");
  EXPECT_EQ(error_of([] { parse("y:\nx:\nz:\n").find("x")->number(); }),
            "f.yaml:2:1: x: a single value is expected, not nothing");
  EXPECT_EQ(error_of([] { x("5").items(); }), "f.yaml:1:4: x: a list is expected, not a single value");
  EXPECT_EQ(error_of([] { x("[]").entries(); }), "f.yaml:1:4: x: a map (key: value) is expected, not a list");
  EXPECT_EQ(error_of([] { x("{a: 1, b: 2}").single_entry(); }),
            "f.yaml:1:11: x: one entry is expected, not 2: 'a', 'b'; indent what belongs to 'a' further, or put it "
            "into its {…}");
}

TEST(ConfigNode, PlacesAndPaths) {
  const ConfigNode node = parse("a:\n  b:\n    - 1\n    - c: 2\n");
  const ConfigNode& c = *node.find("a")->find("b")->items()[1].find("c");
  EXPECT_EQ(c.where(), "f.yaml:4:10");
  EXPECT_EQ(c.path(), "a.b.1.c");
  EXPECT_EQ(c.file(), "f.yaml");
  EXPECT_STREQ(c.error("no good").what(), "f.yaml:4:10: a.b.1.c: no good");
}

TEST(ConfigNode, NodesMadeByHandHavePathsToo) {
  ConfigNode node = ConfigNode::map({{"a", ConfigNode::list({ConfigNode::scalar("1")})}});
  EXPECT_EQ(node.find("a")->items()[0].path(), "a.0");
  ConfigNode list = ConfigNode::list();
  list.append(ConfigNode::map({{"k", ConfigNode()}}));
  node.set("b", list);
  EXPECT_EQ(node.find("b")->items()[0].find("k")->path(), "b.0.k");
  node.set("b", ConfigNode::scalar("now"));
  EXPECT_EQ(node.find("b")->text(), "now");
  EXPECT_EQ(node.entries().size(), 2u);
  EXPECT_EQ(node.where(), "config");
}

TEST(ConfigNode, AssignReplacesAddsAndIndexes) {
  ConfigNode node = parse("a: {b: 1}\nlist: [x, {y: 2}]\nnone:\n");
  node.assign("a.b=2");
  node.assign("a.c.d=[1, 2]");
  node.assign("list.1.y=3");
  node.assign("list.0={linear: 64}");
  node.assign("none.x=1");
  node.assign("text=a=b");
  node.assign("empty=");
  EXPECT_EQ(node.find("a")->find("b")->integer(), 2);
  EXPECT_EQ(node.find("a")->find("c")->find("d")->items()[1].path(), "a.c.d.1");
  EXPECT_EQ(node.find("list")->items()[1].find("y")->integer(), 3);
  EXPECT_EQ(node.find("list")->items()[0].single_entry().second.integer(), 64);
  EXPECT_EQ(node.find("none")->find("x")->integer(), 1);
  EXPECT_EQ(node.find("text")->text(), "a=b");
  EXPECT_TRUE(node.find("empty")->is_null());
}

TEST(ConfigNode, AssignmentsThatCannotBe) {
  ConfigNode node = parse("a: 1\nlist: [x]\n");
  expect_contains(error_of([&] { node.assign("a"); }), "--set a: write it as key=value");
  expect_contains(error_of([&] { node.assign("=1"); }), "write it as key=value");
  expect_contains(error_of([&] { node.assign("a.b=1"); }), "--set a.b=1: 'a' has no keys inside it");
  expect_contains(error_of([&] { node.assign("x..y=1"); }), "a key is missing beside a dot");
  std::string deep = "a";
  for (int i = 0; i < 100000; ++i) deep += ".a";
  expect_contains(error_of([&] { node.assign(deep + "=1"); }), "nested more than 64 deep");
  expect_contains(error_of([&] { node.assign("list.1=1"); }), "'list' is a list of 1; '1' is not an index of it");
  expect_contains(error_of([&] { node.assign("list.-1=1"); }), "is not an index of it");
  expect_contains(error_of([&] { node.assign("a=[1"); }), "--set a=[1: broken YAML");
  node.assign("a=b");
  EXPECT_EQ(error_of([&] { node.find("a")->number(); }), "--set a=b: a: 'b' is not a number");
  node.assign("made.inside=1");
  EXPECT_EQ(error_of([&] { node.find("made")->number(); }),
            "--set made.inside=1: made: a single value is expected, not a map");
  node.assign("a='4'");
  EXPECT_EQ(error_of([&] { node.find("a")->integer(); }),
            "--set a='4': a: '4' is not a whole number, because the quotes make it text");
  const std::string long_key(5000, 'k');
  EXPECT_LT(error_of([&] { node.assign(long_key); }).size(), 300u);
  EXPECT_LT(error_of([&] { node.assign(long_key + "=["); }).size(), 300u);
  node.assign(R"(a="two\nlines")");
  EXPECT_EQ(error_of([&] { node.find("a")->boolean(); }).find('\n'), std::string::npos);
}

bool same(const ConfigNode& a, const ConfigNode& b) {
  if (a.kind() != b.kind() || a.is_quoted() != b.is_quoted()) return false;
  if (a.is_scalar()) return a.text() == b.text();
  if (a.is_list()) return std::equal(a.items().begin(), a.items().end(), b.items().begin(), b.items().end(), same);
  if (!a.is_map()) return true;
  return std::equal(a.entries().begin(), a.entries().end(), b.entries().begin(), b.entries().end(),
                    [](const auto& m, const auto& n) { return m.first == n.first && same(m.second, n.second); });
}

TEST(ConfigNode, WrittenYamlReadsTheSame) {
  for (const std::string text : {
           "a: 5\nb: '5'\nc: \"true\"\nd: 'null'\ne:\nf: ''\ng: none\nh: '~'\n",
           "a: 'x: y'\nb: '- z'\nc: '# no comment'\nd: ' spaces '\ne: \"tab\\t, line\\n, quote \\\"\"\n",
           "layers: [{linear: 64}, tanh, {conv: {channels: 32, kernel: [3, 3]}}]\nempty_list: []\nempty_map: {}\n",
           "a:\n  b:\n    c:\n      - [1, 2]\n      - - [3]\n        - {d: [], e: {f: 1, g: 2, h: 3}}\n",
           "'5': a\n'null': b\n'a b': c\n'x: y': d\n'': e\nü: €\n'[': f\n",
           "- 1\n- [a, 'b, c', 'd]', \"e}\"]\n",
           "just text\n",
           "'5'\n",
           "{}\n",
           "[]\n",
           "~\n",
           "a: 1e6\nb: 3.0e-4\nc: -.inf\nd: 0x10\ne: 1_000\n",
           "a: \"%x\"\nb: '@y'\nc: '`z'\nd: '!t'\ne: '&u'\nf: '*v'\n",
           "multi: |\n  two\n  lines\nfolded: >\n  one\n  line\n",
           "'--- a': 1\n'... b': ['--- c', '...']\n",
       }) {
    const ConfigNode node = parse(text);
    const std::string yaml = node.to_yaml();
    EXPECT_TRUE(same(node, parse(yaml))) << text << "became\n" << yaml;
    EXPECT_EQ(parse(yaml).to_yaml(), yaml);
    EXPECT_TRUE(yaml.ends_with('\n'));
  }
}

TEST(ConfigNode, TextThatBeginsAsAMarkerStaysText) {
  const std::string yaml = parse("     ---\nweak ").to_yaml();  // plain, over two lines
  EXPECT_EQ(yaml, "\"--- weak\"\n");
  EXPECT_EQ(parse(yaml).text(), "--- weak");
}

TEST(ConfigNode, WrittenYamlIsEasyToRead) {
  const std::string text =
      "task: half_cheetah\n"
      "algorithm:\n"
      "  name: ppo\n"
      "  gamma: 0.99\n"
      "  learning_rate: {start: 3e-4, end: 0}\n"
      "network:\n"
      "  actor: [{linear: 64}, tanh]\n";
  EXPECT_EQ(parse(text).to_yaml(), text);
}

}  // namespace
}  // namespace sinew
