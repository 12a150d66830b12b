// Interaction with a shell: the launcher in folders of any name, and the commands printed for the user to run next.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <chrono>
#include <sstream>

#include "apps/command_line/shell_word.h"
#include "apps/command_line/terminal.h"
#include "core/safe_file.h"
#include "tests/apps/program.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> names = {"plain",     "two words", "it's",    "$HOME",    "`id`",  "a;b|c&d",
                                        "[old] *?",  "{x,y}(z)",  "a=b",     "=a",       "-dash", "--run",
                                        "~",         "#1",        "\"q\"",   "back\\sl", "!bang", "Größe 机器",
                                        "new\nline", "tab\there", "esc\x1b", "ends\n",   "x: y",  "a, b"};

ChildProcess::Result bash(const std::string& script) { return ChildProcess({"bash", "-c", script}).wait(); }

TEST(ShellWord, AShellReadsBackWhatWasMeant) {
  for (const std::string& name : names) {
    EXPECT_EQ(bash("printf %s " + shell_word(name)).output, name);
    const std::string path = bash("printf %s " + shell_path(name)).output;
    EXPECT_EQ(fs::path(path).lexically_normal(), name);
    EXPECT_NE(path[0], '-');
    for (const char c : shell_word(name)) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) << name;
  }
  EXPECT_EQ(shell_word("runs/a_b-1.yaml"), "runs/a_b-1.yaml");
  EXPECT_EQ(shell_word(""), "''");
}

// Without a launcher, a custom program, such as this test, uses its own name.
TEST(ShellWord, ACommandBeginsAsTheLauncherWasTyped) {
  ::unsetenv("SINEW_COMMAND");
  EXPECT_EQ(sinew_command(), shell_path(fs::read_symlink("/proc/self/exe")));
  ::setenv("SINEW_COMMAND", "/opt/my tools/sinew", 1);
  EXPECT_EQ(sinew_command(), "'/opt/my tools/sinew'");
  ::unsetenv("SINEW_COMMAND");
}

// A checkout that is already built, with a "program" that prints its arguments, and a cmake that fails.
class Launcher : public testing::Test {
 protected:
  std::string make_checkout(const std::string& name, bool is_built) {
    const std::string root = "checkouts/" + name;
    folder_.write(root + "/packages.txt", "");
    folder_.write(root + "/core/a.cpp", "");
    folder_.write("bin/cmake", "#!/bin/sh\necho BUILDS\nexit 1\n");
    fs::copy_file(fs::path(SINEW_SOURCE) / "sinew", folder_.file(root + "/sinew"),
                  fs::copy_options::overwrite_existing);
    if (is_built) {
      folder_.write(root + "/build/release/apps/sinew", "#!/bin/sh\necho \"ran $*\"\n");
      folder_.write(root + "/build/release/.built-apps", "");
      const auto later = fs::file_time_type::clock::now() + std::chrono::hours(1);
      fs::last_write_time(folder_.file(root + "/build/release/.built-apps"), later);
      fs::permissions(folder_.file(root + "/build/release/apps/sinew"), fs::perms::owner_all);
    }
    fs::permissions(folder_.file("bin/cmake"), fs::perms::owner_all);
    return folder_.file(root);
  }
  // The launcher's standard output and errors, when called from another folder.
  std::string call(const std::string& root, const std::string& words) {
    return bash("cd / && PATH=" + shell_word(folder_.file("bin")) + ":$PATH SINEW_INSTALL=no " +
                shell_word(root + "/sinew") + " " + words + " 2>&1")
        .output;
  }
  TemporaryFolder folder_;
};

TEST_F(Launcher, RunsAtOnceWhateverItsFolderIsCalled) {
  for (const std::string& name : names) {
    SCOPED_TRACE(name);
    const std::string root = make_checkout(name, true);
    EXPECT_EQ(call(root, "x 'y z'"), "ran x y z\n");
    fs::last_write_time(root + "/core/a.cpp", fs::file_time_type::clock::now() + std::chrono::hours(2));
    expect_contains(call(root, "x"), name.find_first_of(";\"\\#$<>|`\n") == std::string::npos ? "BUILDS" : "rename it");
  }
}

TEST_F(Launcher, HelpBuildsNothing) {
  for (const bool is_built : {true, false}) {
    const std::string root = make_checkout(is_built ? "built" : "bare", is_built);
    if (is_built)  // not up to date
      fs::last_write_time(root + "/core/a.cpp", fs::file_time_type::clock::now() + std::chrono::hours(2));
    for (const std::string words : {"test --help", "test -h", "--help", "-h", "help", "help test"}) {
      const std::string output = call(root, words);
      EXPECT_EQ(output.find("BUILDS"), std::string::npos) << words;
      expect_contains(output, is_built ? "ran " + words : "./sinew test");
    }
  }
  expect_contains(call(folder_.file("checkouts/built"), "test -R nets"), "BUILDS");
}

TEST(Shell, PrintedCommandsRun) {
  const TemporaryFolder folder;
  const std::string command = shell_word(SINEW_PROGRAM);
  // Runs a line in the test's folder, with the program's path in place of ./sinew. The shell gets each printed command
  // except for its end.
  const auto in_folder = [&](const std::string& line) {
    return bash("cd " + shell_word(folder.file("")) + " && SINEW_COMMAND=" + command + " " + line);
  };
  for (const std::string name : {"my run", "it's $HOME", "-dash", "a=b", "new\nline"}) {
    SCOPED_TRACE(name);
    folder.write(name + ".yaml",
                 "task: cartpole\ntotal_timesteps: 64\nn_envs: 1\nalgorithm: {name: ppo, n_steps: 64, batch_size: 64}\n"
                 "network: {actor: [{linear: 4}], critic: [{linear: 4}]}\neval: {eval_freq: 0}\n");
    const ChildProcess::Result result = in_folder(command + " train " + shell_path(name + ".yaml"));
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    const size_t next = result.output.find("Next:");
    ASSERT_NE(next, std::string::npos) << result.output;
    std::istringstream lines(result.output.substr(next + 5));
    std::string play, report;
    std::getline(lines, play);
    std::getline(lines, report);
    play = play.substr(0, play.find(" --video")) + " --episodes 1";
    for (const std::string& line : {play, report}) {
      const ChildProcess::Result again = in_folder("true; " + line);
      EXPECT_EQ(again.exit_code, 0) << line << "\n" << again.errors;
    }
  }
}

TEST(Shell, ATildeThatNoShellTurnedIsNamed) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"train", "~/r.yaml"},
                                             {"train", "r.yaml", "--run", "~/run"},
                                             {"play", "p", "--video", "~/f.mp4"},
                                             {"report", "r", "--json", "~/f.json"}}) {
    const ChildProcess::Result result = run_sinew(words);
    EXPECT_EQ(result.exit_code, 2);
    expect_contains(result.errors, "write $HOME/");
    EXPECT_FALSE(fs::exists("~"));
  }
}

TEST(Terminal, EscapeCodesOnlyWhereTheyAreUnderstoodAndWanted) {
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
  ASSERT_GE(terminal, 0);
  ASSERT_TRUE(::grantpt(terminal) == 0 && ::unlockpt(terminal) == 0);
  const int slave = ::open(::ptsname(terminal), O_RDWR | O_NOCTTY);
  ASSERT_GE(slave, 0);
  struct {
    const char *term, *no_color;
    bool redraws;
  } const cases[] = {{"xterm-256color", nullptr, true}, {"xterm", "", true},  {"xterm", "1", false},
                     {"dumb", nullptr, false},          {"", nullptr, false}, {nullptr, nullptr, false}};
  for (const auto& one : cases) {
    one.term ? ::setenv("TERM", one.term, 1) : ::unsetenv("TERM");
    one.no_color ? ::setenv("NO_COLOR", one.no_color, 1) : ::unsetenv("NO_COLOR");
    EXPECT_EQ(can_redraw(slave), one.redraws) << (one.term ? one.term : "none");
  }
  ::setenv("TERM", "xterm", 1);
  ::unsetenv("NO_COLOR");
  const int file = ::open("/dev/null", O_WRONLY);
  EXPECT_FALSE(can_redraw(file));
  ::close(file);
  ::close(slave);
  ::close(terminal);
}

}  // namespace
}  // namespace sinew
