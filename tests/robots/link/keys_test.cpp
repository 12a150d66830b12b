#include "robots/link/keys.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "core/safe_file.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

// "HelloWorld" is the example of Z85's specification, https://rfc.zeromq.org/spec/32.
constexpr const char* some_key = "HelloWorldHelloWorldHelloWorldHelloWorld";

class KeysTest : public testing::Test {
 protected:
  KeysTest() : folder_(fs::path(testing::TempDir()) / ("sinew_keys_" + std::to_string(::getpid()))) {}
  void TearDown() override { fs::remove_all(folder_); }
  std::string file(const std::string& name) const { return (folder_ / name).string(); }
  std::string write(const std::string& name, const std::string& content, mode_t mode = 0600) const {
    fs::create_directories(folder_);
    std::ofstream(file(name)) << content;
    ::chmod(file(name).c_str(), mode);
    return file(name);
  }
  static unsigned mode_of(const std::string& path) {
    struct stat info{};
    return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 0777 : 0;
  }
  const fs::path folder_;
};

TEST_F(KeysTest, AreNewEachTimeAndEasyToType) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const KeyPair keys = make_key_pair();
    EXPECT_TRUE(is_key(keys.public_key) && is_key(keys.secret_key));
    EXPECT_TRUE(std::isalnum(static_cast<unsigned char>(keys.public_key[0]))) << keys.public_key;
    seen.insert({keys.public_key, keys.secret_key});
  }
  EXPECT_EQ(seen.size(), 200u);
}

TEST_F(KeysTest, AKeyIsFortyCharactersOfZ85) {
  const std::string key = some_key;
  EXPECT_TRUE(is_key(key));
  EXPECT_FALSE(is_key(key.substr(1)));
  EXPECT_FALSE(is_key(key + "0"));
  EXPECT_FALSE(is_key(""));
  EXPECT_FALSE(is_key("#" + key.substr(1))) << "84 · 85⁴ is more than 32 bits: no key begins as a comment does";
  for (const char other : {'"', '\'', ',', ';', '\\', '_', '`', '|', '~', ' ', '\n', '\0', '\x7f', '\xc3', '\xff'})
    EXPECT_FALSE(is_key(key.substr(0, 20) + other + key.substr(21))) << static_cast<int>(other);
}

TEST_F(KeysTest, ComeBackFromTheirFiles) {
  const KeyPair keys = make_key_pair();
  write_key_pair(file("deep/keys/"), "robot-1", keys);
  const KeyPair loaded = load_key_pair(file("deep/keys/robot-1.key"));
  EXPECT_EQ(loaded.public_key, keys.public_key);
  EXPECT_EQ(loaded.secret_key, keys.secret_key);
  EXPECT_EQ(load_public_key(file("deep/keys/robot-1.pub")), keys.public_key);
  EXPECT_EQ(mode_of(file("deep/keys/robot-1.key")), 0600u);
  EXPECT_EQ(mode_of(file("deep/keys")), 0700u);
  const std::string secret = read_file(file("deep/keys/robot-1.key")), open = read_file(file("deep/keys/robot-1.pub"));
  EXPECT_TRUE(secret.starts_with("# Secret key of 'robot-1', for sinew.")) << secret;
  EXPECT_TRUE(open.starts_with("# Public key of 'robot-1', for sinew.")) << open;
  EXPECT_EQ(open.find(keys.secret_key), std::string::npos);
}

TEST_F(KeysTest, TakeAnEditorsLineEndsAndComments) {
  const KeyPair keys = make_key_pair();
  write("a.key", "# one\r\n\r\npublic " + keys.public_key + "\r\n# two\r\nsecret " + keys.secret_key + "  \r\n\r\n");
  EXPECT_EQ(load_key_pair(file("a.key")).secret_key, keys.secret_key);
  write("b.pub", "public " + keys.public_key);
  EXPECT_EQ(load_public_key(file("b.pub")), keys.public_key);
}

TEST_F(KeysTest, AreNeverOverwritten) {
  const KeyPair first = make_key_pair();
  write_key_pair(folder_.string(), "robot", first);
  expect_contains(error_of([&] { write_key_pair(folder_.string(), "robot", make_key_pair()); }),
                  "robot.key' is there already, and a key is never overwritten");
  EXPECT_EQ(load_key_pair(file("robot.key")).secret_key, first.secret_key);
  write("other.pub", "mine");
  expect_contains(error_of([&] { write_key_pair(folder_.string(), "other", make_key_pair()); }), "other.pub' is there");
  EXPECT_FALSE(fs::exists(file("other.key"))) << "no half of a pair is left";
  EXPECT_EQ(read_file(file("other.pub")), "mine");
}

TEST_F(KeysTest, AreForTheirOwnerAlone) {
  write_key_pair(folder_.string(), "robot", make_key_pair());
  for (const mode_t mode : {0604, 0640, 0660, 0644}) {
    ::chmod(file("robot.key").c_str(), mode);
    expect_contains(error_of([&] { load_key_pair(file("robot.key")); }), "may be read by others (its mode is 06");
    expect_contains(error_of([&] { load_key_pair(file("robot.key")); }), "'chmod 600 " + file("robot.key") + "'");
  }
  ::chmod(file("robot.key").c_str(), 0400);
  EXPECT_NO_THROW(load_key_pair(file("robot.key")));
}

TEST_F(KeysTest, WhatIsNoKeyFileIsRefusedWithoutQuotingIt) {
  const KeyPair keys = make_key_pair(), other = make_key_pair();
  const std::string open = "public " + keys.public_key + "\n", secret = "secret " + keys.secret_key + "\n";
  struct Bad {
    std::string content, answer;
  };
  for (const Bad& bad : std::vector<Bad>{{"", "has 0 lines beside comments; 2 of a key's file are expected"},
                                         {open, "has 1 lines"},
                                         {secret, "line 1: 'public' and a key of 40 characters are expected"},
                                         {secret + open, "line 1: 'public' and a key"},
                                         {open + secret + secret, "has 3 lines"},
                                         {open + "\n" + secret.substr(0, 40), "line 3: 'secret' and a key"},
                                         {open + "secret" + keys.secret_key, "line 2: 'secret' and a key"},
                                         {std::string(100, '\0'), "line 1: 'public' and a key"},
                                         {"public " + other.public_key + "\n" + secret, "do not belong together"}}) {
    const std::string text = error_of([&] { load_key_pair(write("bad.key", bad.content)); });
    expect_contains(text, bad.answer);
    expect_contains(text, file("bad.key"));
    EXPECT_EQ(text.find(keys.secret_key.substr(0, 20)), std::string::npos) << text;
  }
  expect_contains(error_of([&] { load_key_pair(file("none.key")); }), "there is no '" + file("none.key") + "'; 'sinew");
  expect_contains(error_of([&] { load_key_pair(folder_.string()); }), "");
  expect_contains(error_of([&] { load_key_pair(file("robot.pub")); }), "is a public key");
  expect_contains(error_of([&] { load_public_key(file("robot.key")); }), "is a secret key, which stays where it is");
  expect_contains(error_of([&] { load_public_key(write("renamed", open + secret)); }), "has 2 lines");
  expect_contains(error_of([&] { load_key_pair(write("large.key", std::string(2 << 20, '\n'))); }), "bytes");
}

TEST_F(KeysTest, NamesAreFilesNames) {
  for (const std::string name : {"robot", "a", "7", "arm_2.left-hand"}) EXPECT_NO_THROW(check_key_name(name));
  EXPECT_NO_THROW(check_key_name(std::string(64, 'x')));
  for (const std::string& name :
       std::vector<std::string>{"", ".hidden", "-x", "_x", "a/b", "../x", "a b", "a\n", "é", std::string(65, 'x')})
    expect_contains(error_of([&] { write_key_pair(folder_.string(), name, make_key_pair()); }),
                    "is not a name for a key");
  EXPECT_FALSE(fs::exists(folder_));
}

TEST_F(KeysTest, TheirFolderIsWhereConfigurationLies) {
  ::setenv("XDG_CONFIG_HOME", "/x/config", 1);
  EXPECT_EQ(default_key_folder(), "/x/config/sinew/keys");
  ::setenv("XDG_CONFIG_HOME", "", 1);
  ::setenv("HOME", "/home/me", 1);
  EXPECT_EQ(default_key_folder(), "/home/me/.config/sinew/keys");
  ::unsetenv("HOME");
  expect_contains(error_of(default_key_folder), "neither XDG_CONFIG_HOME nor HOME");
}

TEST_F(KeysTest, AListGrowsAndShrinksAndKeepsTheRest) {
  const std::string path = file("keys/allowed"), a = make_key_pair().public_key, b = make_key_pair().public_key;
  EXPECT_TRUE(allow_key(path, {"policy", a}));
  EXPECT_FALSE(allow_key(path, {"policy", a})) << "nothing new";
  std::ofstream(path, std::ios::app) << "# the one in the lab\n";
  EXPECT_TRUE(allow_key(path, {"laptop", b}));
  const AllowList list = load_allow_list(path);
  ASSERT_EQ(list.keys.size(), 2u);
  EXPECT_EQ(list.find_key(b)->name, "laptop");
  EXPECT_EQ(list.find_name("policy")->key, a);
  EXPECT_EQ(list.find_key(some_key), nullptr);
  EXPECT_EQ(list.find_name("polic"), nullptr);
  expect_contains(error_of([&] { allow_key(path, {"policy", some_key}); }), "'policy' has another key in '" + path);
  expect_contains(error_of([&] { allow_key(path, {"other", a}); }), "already has this key, as 'policy'");
  expect_contains(error_of([&] { forget_key(path, "polcy"); }),
                  "there is no 'polcy' in '" + path + "'; did you mean 'policy'?");
  forget_key(path, "policy");
  EXPECT_EQ(load_allow_list(path).keys.size(), 1u);
  expect_contains(read_file(path), "# the one in the lab\n" + b + " laptop\n");
  forget_key(path, "laptop");
  EXPECT_TRUE(load_allow_list(path).keys.empty()) << "lets no one in";
}

TEST_F(KeysTest, AListWithoutAnEndOfLineIsGoneOnWith) {
  const std::string a = make_key_pair().public_key, b = make_key_pair().public_key;
  const std::string path = write("allowed", a + "  policy");
  EXPECT_TRUE(allow_key(path, {"laptop", b}));
  EXPECT_EQ(load_allow_list(path).find_name("policy")->key, a);
  write("allowed", a + " policy");
  forget_key(path, "policy");
  EXPECT_EQ(read_file(path), "");
}

TEST_F(KeysTest, WhatIsNoListIsRefusedWithoutQuotingIt) {
  const std::string key = some_key, line = key + " policy\n";
  struct Bad {
    std::string content, answer;
  };
  for (const Bad& bad :
       std::vector<Bad>{{"policy\n", "line 1: a public key of 40 characters, a space and a name are expected"},
                        {line + "policy " + key, "line 2: a public key of 40"},
                        {key, "line 1: a name is 1 to 64"},
                        {key + "policy", "line 1: a public key of 40"},
                        {key + " a b", "line 1: a name is 1 to 64"},
                        {key + " " + key + key, "line 1: a name is"},
                        {line + make_key_pair().public_key + " policy", "line 2: the name 'policy' appears twice"},
                        {line + key + " laptop", "line 2: it repeats the key of 'policy' above"},
                        {std::string("\0\xff\n", 3), "line 1: a public key"}}) {
    const std::string text = error_of([&] { load_allow_list(write("allowed", bad.content)); });
    expect_contains(text, "'" + file("allowed") + "', " + bad.answer);
    EXPECT_EQ(text.find(key), std::string::npos) << text;
    expect_contains(error_of([&] { allow_key(file("allowed"), {"new", make_key_pair().public_key}); }), bad.answer);
    EXPECT_EQ(read_file(file("allowed")), bad.content) << "and stays as it is";
  }
  expect_contains(error_of([&] { load_allow_list(file("none")); }),
                  "there is no '" + file("none") + "'; 'sinew keys allow");
  expect_contains(error_of([&] { load_allow_list(write("allowed", line, 0666)); }), "everybody can write to");
  expect_contains(error_of([&] { allow_key(file("allowed"), {"x", "y"}); }),
                  "what was given as the key of 'x' is not a key");
}

}  // namespace
}  // namespace sinew
