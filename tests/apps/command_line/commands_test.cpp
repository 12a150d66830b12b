// The command's messages and exit codes, for any subcommand.
#include <algorithm>

#include "apps/command_line/terminal.h"
#include "tests/apps/program.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

TEST(Sinew, HelpNamesEverySubcommandAndEachHasAnExample) {
  const ChildProcess::Result overview = run_sinew({"--help"});
  EXPECT_EQ(overview.exit_code, 0);
  for (const std::string name : {"train", "play", "robustness", "show", "inspect", "terms", "report", "replay", "keys",
                                 "link-check", "stream", "robot", "stop", "log", "bench", "doctor", "test"}) {
    expect_contains(overview.output, "\n  " + name + " ");
    const ChildProcess::Result help = run_sinew({name, "--help"});
    EXPECT_EQ(help.exit_code, 0) << name;
    expect_contains(help.output, "Usage: sinew " + name);
    expect_contains(help.output, "Example:\n  sinew " + name);
    EXPECT_EQ(help.errors, "") << name;
  }
}

TEST(Sinew, VersionIsOneLineThatStartsWithTheName) {
  const ChildProcess::Result result = run_sinew({"--version"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(result.output.starts_with("sinew 0.")) << result.output;
}

TEST(Sinew, ASlipNamesTheNearestKnownWord) {
  struct Slip {
    std::vector<std::string> words;
    std::string answer;
  };
  for (const Slip& slip :
       std::vector<Slip>{{{"tran"}, "sinew: unknown command 'tran'; did you mean 'train'?"},
                         {{"--versoin"}, "sinew: unknown option '--versoin'; did you mean '--version'?"},
                         {{"report", "runs/x", "--jsn", "f"}, "report: unknown option '--jsn'; did you mean '--json'?"},
                         {{"report", "--polt=f.png"}, "report: unknown option '--polt'; did you mean '--plot'?"},
                         {{"report"}, "report: RUN is required"},
                         {{"doctor", "please"}, "doctor: unexpected argument 'please'"},
                         {{"doctor", "--json"}, "doctor: --json needs a value"},
                         {{"train", "x.yaml", "--run=", "--resume"}, "train: --run needs a value"},
                         {{"doctor", "--json", ""}, "doctor: --json is given nothing: its value is empty"},
                         {{"doctor", "--json", "a", "--json", "b"}, "doctor: --json is given 2 times"},
                         {{"doctor", "--json", "/nowhere/f"}, "cannot write '/nowhere/f': No such file or directory"},
                         {{"play", "x", "--window=now"}, "play: --window takes no value"},
                         {{"play", "x", "--seed", "1.5"}, "play: --seed 1.5: a whole number is expected"},
                         {{"play", "x", "--seed", "1e3"}, "play: --seed 1e3: a whole number is expected"},
                         {{"play", "x", "--seed", "18446744073709551616"}, ": the number is too large"},
                         {{"play", "x", "--video-seconds", "nan"}, "play: --video-seconds nan: a number is expected"},
                         {{"play", std::string(300, 'x')}, "xxx': File name too long"},
                         {{"show", "/dev/zero"}, "cannot read '/dev/zero': it is a device, not a file"}}) {
    const ChildProcess::Result result = run_sinew(slip.words);
    EXPECT_EQ(result.exit_code, 2) << slip.answer;
    EXPECT_EQ(result.output, "");
    expect_contains(result.errors, slip.answer);
    EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;  // one paragraph
  }
}

TEST(Sinew, HelpIsACommandToo) {
  expect_contains(run_sinew({"help"}).output, "Usage: sinew COMMAND");
  expect_contains(run_sinew({"help", "play"}).output, "Usage: sinew play");
}

// Runs it through a shell, as "$0".
ChildProcess::Result run_in_shell(const std::string& script) {
  return ChildProcess({"sh", "-c", script, SINEW_PROGRAM}).wait();
}

TEST(Sinew, OutputThatCannotBeWrittenIsAnErrorOfTheSystem) {
  const ChildProcess::Result result = run_in_shell("\"$0\" --help > /dev/full");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.errors, "sinew: cannot write the output: No space left on device\n");
}

TEST(Sinew, ClosedStandardStreamsDoNoHarm) {
  EXPECT_EQ(run_in_shell("\"$0\" --help <&- >&- 2>&-").exit_code, 0);
  EXPECT_EQ(run_in_shell("\"$0\" tran 2>&-").exit_code, 2);
  EXPECT_EQ(run_in_shell("\"$0\" tran 2> /dev/full").exit_code, 2);
}

TEST(Sinew, NoCommandShowsTheHelpAndFails) {
  const ChildProcess::Result result = run_sinew({});
  EXPECT_EQ(result.exit_code, 2);
  expect_contains(result.errors, "Usage: sinew COMMAND");
}

TEST(SinewTest, PassesWordsToCtestAndReturnsItsCode) {
  const ChildProcess::Result list = run_sinew({"test", "-N", "-R", "^core/text$"});
  EXPECT_EQ(list.exit_code, 0);
  expect_contains(list.output, "core/text");
  expect_contains(list.output, "Total Tests: 1");
  EXPECT_NE(run_sinew({"test", "--no-tests=error", "-R", "there is no such test"}).exit_code, 0);
}

TEST(SinewTest, OutsideABuildFolderSaysWhatToDo) {
  const TemporaryFolder folder;
  std::filesystem::copy_file(SINEW_PROGRAM, folder.file("sinew"));
  const ChildProcess::Result result = ChildProcess({folder.file("sinew"), "test"}).wait();
  EXPECT_EQ(result.exit_code, 2);
  expect_contains(result.errors, "is not inside a build folder");
}

TEST(SinewDoctor, ExplainsEveryFinding) {
  const TemporaryFolder folder;
  const ChildProcess::Result result = run_sinew({"doctor", "--json", folder.file("d.json")});
  EXPECT_EQ(result.exit_code, 0);
  for (const char* name : {"cores", "SIMD", "memory", "real time", "rendering", "display", "video", "MuJoCo",
                           "libraries", "ccache", "Python"})
    expect_contains(result.output, std::string(" ") + name + " ");
  EXPECT_TRUE(std::filesystem::exists(folder.file("d.json")));
}

TEST(Terminal, WrapsAtSpacesAndKeepsLines) {
  EXPECT_EQ(wrap("one two three\nfour", 9), "one two\nthree\nfour");
  EXPECT_EQ(wrap("unbreakable word", 4), "unbreakable\nword");
  EXPECT_EQ(wrap("as it is", 0), "as it is");
}

TEST(Terminal, MessagesCannotSteerIt) {
  EXPECT_EQ(printable("a\x1b[31mb\tü\r\nc\x7f"), R"(a\x1b[31mb\tü\r\nc\x7f)");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m \xc2\xb5"),
            R"(\u009b31m µ)");  // U+009B begins a control sequence, like ESC [
  EXPECT_EQ(printable(std::string(5000, 'x')), std::string(4000, 'x') + "…");
}

TEST(Sinew, ErrorsQuoteFilesWithoutTheirControlCharacters) {
  TemporaryFolder folder;
  folder.write("r.yaml", "task: half_cheetah\nn_envs: \"\\e[2J\"\n");
  const ChildProcess::Result result = run_sinew({"show", folder.file("r.yaml")});
  EXPECT_EQ(result.exit_code, 2);
  expect_contains(result.errors, "'\\x1b[2J'");
}

// A name with each of these, in every option that takes a name.
TEST(Sinew, AMessageIsOneLineWhateverItQuotes) {
  const TemporaryFolder folder;
  const std::pair<std::string, std::string> parts[] = {
      {"\n", R"(\n)"},     {"\r", R"(\r)"},     {"\t", R"(\t)"},         {"\x1b", R"(\x1b)"},
      {"\x7f", R"(\x7f)"}, {"\xff", R"(\xff)"}, {"\u009b", R"(\u009b)"}, {"\u202e", R"(\u202e)"}};
  folder.write("in.json", "{}");
  for (const auto& [part, shown] : parts) {
    const std::string name = folder.file("a" + part + "b");
    const std::vector<std::vector<std::string>> commands = {
        {"a" + part + "b"},
        {"play", "a" + part + "b"},
        {"train", name},
        {"train", "quickstart", "--run", folder.file("run"), "--set", "a" + part + "b=1"},
        {"train", "quickstart", "--run", folder.file("run"), "--seeds", "a" + part + "b"},
        {"show", name},
        {"inspect", name},
        {"report", name},
        {"robustness", name},
        {"replay", name, "--input", folder.file("in.json"), "--output", folder.file("out.json")},
        {"replay", "hopper", "--input", name, "--output", folder.file("out.json")},
        {"log", name},
        {"stop", name},
        {"stream", "inverted_pendulum", "--robot", name, "--shadow"},
        {"robot", name},
        {"inspect", SINEW_SOURCE_DIR "/sim/models/hopper.xml", "--json", name + "/x"},
    };
    for (const std::vector<std::string>& words : commands) {
      SCOPED_TRACE(testing::PrintToString(words));
      const ChildProcess::Result result = run_sinew(words);
      EXPECT_NE(result.exit_code, 0);
      EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
      expect_contains(result.errors, "a" + shown + "b");
      if (part != "\n") {
        EXPECT_EQ(result.errors.find(part), std::string::npos);
      }
    }
  }
}

TEST(Terminal, WritesNumbersAsPeopleDo) {
  EXPECT_EQ(with_commas(1234567), "1,234,567");
  EXPECT_EQ(with_commas(-123), "-123");
  EXPECT_EQ(with_commas(-1234), "-1,234");
  EXPECT_EQ(short_number(5784.4), "5,784");
  EXPECT_EQ(short_number(-999.96), "-1,000");
  EXPECT_EQ(short_number(95.25), "95.2");
  EXPECT_EQ(short_number(-1.267), "-1.27");
  EXPECT_EQ(clock_time(3723), "1:02:03");
  EXPECT_EQ(clock_time(59.6), "1:00");
  EXPECT_EQ(format_table({{"a", "b ± c"}, {"long", "1"}}), "  a     b ± c\n  long      1\n");
}

}  // namespace
}  // namespace sinew
