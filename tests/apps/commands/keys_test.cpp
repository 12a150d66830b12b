// sinew keys: two computers establish mutual trust.
#include <sys/stat.h>

#include "core/safe_file.h"
#include "robots/link/keys.h"
#include "tests/apps/program.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

// `sinew keys …` on one of the two computers.
ChildProcess::Result keys_on(const TemporaryFolder& folder, const std::string& computer,
                             std::vector<std::string> words) {
  words.insert(words.begin(), "keys");
  words.insert(words.end(), {"--folder", folder.file(computer)});
  return run_sinew(words);
}

TEST(Keys, TwoComputersExchangeTheirPublicKeys) {
  const TemporaryFolder folder;
  const ChildProcess::Result made = keys_on(folder, "arm", {"new", "robot"});
  EXPECT_EQ(made.exit_code, 0) << made.errors;
  const std::string robot = load_public_key(folder.file("arm/robot.pub"));
  expect_contains(made.output, "made " + folder.file("arm/robot.key") + " (secret: it stays on this computer)");
  expect_contains(made.output, "\n  sinew keys allow robot.pub\n  sinew keys allow '" + robot + "' --as robot\n");
  EXPECT_EQ(made.output.find(load_key_pair(folder.file("arm/robot.key")).secret_key), std::string::npos);
  EXPECT_EQ(keys_on(folder, "desk", {"new", "policy"}).exit_code, 0);

  const ChildProcess::Result by_file = keys_on(folder, "arm", {"allow", folder.file("desk/policy.pub")});
  EXPECT_EQ(by_file.exit_code, 0) << by_file.errors;
  EXPECT_EQ(by_file.output, "'policy' is allowed now, in " + folder.file("arm/allowed") + "\n");
  const ChildProcess::Result by_key = keys_on(folder, "desk", {"allow", robot, "--as", "left-arm"});
  EXPECT_EQ(by_key.exit_code, 0) << by_key.errors;
  EXPECT_EQ(load_allow_list(folder.file("desk/allowed")).find_name("left-arm")->key, robot);
  const ChildProcess::Result again = keys_on(folder, "desk", {"allow", robot, "--as", "left-arm"});
  EXPECT_EQ(again.exit_code, 0);
  expect_contains(again.output, "'left-arm' was allowed before");

  const ChildProcess::Result list = keys_on(folder, "desk", {"list"});
  EXPECT_EQ(list.exit_code, 0) << list.errors;
  expect_contains(list.output, "own keys\n  policy  " + load_public_key(folder.file("desk/policy.pub")) + "\n");
  expect_contains(list.output, "allowed\n  left-arm  " + robot + "\n");
  EXPECT_EQ(keys_on(folder, "desk", {"forget", "left-arm"}).exit_code, 0);
  EXPECT_TRUE(load_allow_list(folder.file("desk/allowed")).keys.empty());
}

TEST(Keys, AListOfNothingSaysHowToBegin) {
  const TemporaryFolder folder;
  const ChildProcess::Result list = keys_on(folder, "none", {"list"});
  EXPECT_EQ(list.exit_code, 0) << list.errors;
  EXPECT_EQ(list.output, folder.file("none") +
                             "\nown keys: none; 'sinew keys new NAME' makes one\n"
                             "allowed: none; 'sinew keys allow NAME.pub' adds one\n");
}

TEST(Keys, AKeyThatCannotBeUsedSaysWhyAmongTheOthers) {
  const TemporaryFolder folder;
  EXPECT_EQ(keys_on(folder, "arm", {"new", "robot"}).exit_code, 0);
  ::chmod(folder.file("arm/robot.key").c_str(), 0644);
  const ChildProcess::Result list = keys_on(folder, "arm", {"list"});
  EXPECT_EQ(list.exit_code, 0);
  expect_contains(list.output, "  robot  '" + folder.file("arm/robot.key") + "' may be read by others");
}

TEST(Keys, MistakesGetOneParagraph) {
  const TemporaryFolder folder;
  EXPECT_EQ(keys_on(folder, "arm", {"new", "robot"}).exit_code, 0);
  const std::string key = load_public_key(folder.file("arm/robot.pub"));
  struct Mistake {
    std::vector<std::string> words;
    std::string answer;
  };
  for (const Mistake& mistake : std::vector<Mistake>{
           {{"now", "x"}, "keys: there is no 'now'; did you mean 'new'?"},
           {{}, "keys: ACTION is required"},
           {{"new"}, "keys new: NAME is required"},
           {{"allow"}, "keys allow: FILE.pub is required"},
           {{"list", "x"}, "keys list: unexpected argument 'x'"},
           {{"new", "x", "--as", "y"}, "keys new: --as goes with 'allow' alone"},
           {{"new", "robot"}, "robot.key' is there already, and a key is never overwritten"},
           {{"new", "../x"}, "'../x' is not a name for a key"},
           {{"allow", key}, "a key needs a name: 'sinew keys allow KEY --as NAME'"},
           {{"allow", "none.pub"}, "there is no 'none.pub'"},
           {{"allow", folder.file("arm/robot.key")}, "is a secret key, which stays where it is"},
           {{"forget", "x"},
            "there is no '" + folder.file("arm/allowed") + "'; 'sinew keys allow NAME.pub' makes it"}}) {
    const ChildProcess::Result result = keys_on(folder, "arm", mistake.words);
    EXPECT_EQ(result.exit_code, 2) << mistake.answer;
    EXPECT_EQ(result.output, "");
    expect_contains(result.errors, mistake.answer);
  }
}

}  // namespace
}  // namespace sinew
