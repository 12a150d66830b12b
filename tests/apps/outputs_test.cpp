// A command's output never replaces its input, nor a file it did not write: all commands, all options.
#include <algorithm>
#include <map>

#include "apps/run.h"
#include "core/own_mark.h"
#include "core/safe_file.h"
#include "tests/apps/program.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;
using Role = DeclaredOption::Role;

struct CommandOptions {
  std::string command;
  std::vector<DeclaredOption> options;
};

std::vector<CommandOptions> all_options() {
  static const Registry registry = Registry::builtin();
  static const AdapterTable adapters = builtin_adapters();
  std::vector<CommandOptions> all;
  for (const Command& command : all_commands(registry, adapters)) all.push_back({command.name, options_of(command)});
  return all;
}

std::vector<CommandOptions> those_that_write() {
  std::vector<CommandOptions> all = all_options();
  std::erase_if(all, [](const CommandOptions& one) {
    return std::ranges::none_of(one.options, [](const auto& option) { return option.role() == Role::output; });
  });
  return all;
}

// Texts that name no file. A new option must be listed here or must declare its file: is_input(), is_output(kind) or
// is_folder().
TEST(Outputs, EveryOptionSaysWhetherItNamesAFile) {
  const std::vector<std::string> words = {
      "train --seeds", "train --set", "robot --address", "robot --stop-address", "robot --adapter", "robot --wire",
      "keys ACTION",   "keys --as",   "log --show",      "stop --why",           "report --metric", "algorithms NAME",
      "layers NAME",   "terms KIND",  "bench NAME",      "link-check --only",
  };
  for (const CommandOptions& one : all_options())
    for (const DeclaredOption& option : one.options)
      if (option.role() == Role::word) {
        EXPECT_TRUE(std::ranges::find(words, one.command + " " + option.name()) != words.end())
            << one.command << " " << option.name() << ": does it name a file?";
      }
}

// The command with a file for each argument and for each option in `given`.
std::vector<std::string> words_of(const CommandOptions& one, const std::map<std::string, std::string>& given,
                                  const std::string& other) {
  std::vector<std::string> words = {one.command};
  for (const DeclaredOption& option : one.options) {
    const auto value = given.find(option.name());
    if (option.name().starts_with("--")) {
      if (value != given.end()) words.insert(words.end(), {option.name(), value->second});
    } else {
      words.push_back(value != given.end() ? value->second : other);
    }
  }
  return words;
}

void expect_refusal(const std::vector<std::string>& words, const std::string& file, const std::string& text) {
  SCOPED_TRACE(testing::PrintToString(words));
  const std::string before = read_file(file);
  const ChildProcess::Result result = run_sinew(words);
  EXPECT_EQ(result.exit_code, 2) << result.errors;
  expect_contains(result.errors, text);
  EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
  EXPECT_EQ(read_file(file), before);
}

TEST(Outputs, AnInputIsNotOverwrittenByWhateverName) {
  const TemporaryFolder folder;
  folder.write("input", "what is read\n");
  folder.write("other", "what is read, too\n");
  fs::create_directory(folder.file("elsewhere"));
  fs::create_symlink("input", folder.file("link"));
  fs::create_symlink(folder.file("elsewhere"), folder.file("folder"));
  fs::create_hard_link(folder.file("input"), folder.file("elsewhere/hard"));
  const std::string input = folder.file("input");
  const std::vector<std::string> aliases = {input,
                                            folder.file("./input"),
                                            folder.file("folder/../input"),
                                            folder.file("link"),
                                            folder.file("folder/hard"),
                                            fs::relative(input).string()};
  int pairs = 0;
  for (const CommandOptions& one : those_that_write())
    for (const DeclaredOption& output : one.options)
      for (const DeclaredOption& read : one.options)
        if (output.role() == Role::output && read.role() == Role::input) {
          ++pairs;
          for (const std::string& alias : aliases)
            expect_refusal(words_of(one, {{output.name(), alias}, {read.name(), input}}, folder.file("other")), input,
                           "is the file that " + read.name() + " names");
        }
  EXPECT_GE(pairs, 20);
}

TEST(Outputs, ANameSaysWhatTheFileIs) {
  const TemporaryFolder folder;
  folder.write("other", "what is read\n");
  int named = 0;
  for (const CommandOptions& one : those_that_write())
    for (const DeclaredOption& output : one.options) {
      if (output.role() != Role::output || output.kind().extension.empty()) continue;
      ++named;
      for (const char* name : {"picture.gif", "picture", ".png.txt"})
        expect_refusal(words_of(one, {{output.name(), folder.file(name)}}, folder.file("other")), folder.file("other"),
                       "must end in " + output.kind().extension);
    }
  EXPECT_GE(named, 4);
}

TEST(Outputs, TwoOutputsAreTwoFiles) {
  const TemporaryFolder folder;
  folder.write("other", "what is read\n");
  int pairs = 0;
  for (const CommandOptions& one : those_that_write())
    for (const DeclaredOption& first : one.options)
      for (const DeclaredOption& second : one.options)
        if (first.role() == Role::output && second.role() == Role::output && &first != &second) {
          ++pairs;
          const auto words = words_of(one, {{first.name(), folder.file("new")}, {second.name(), folder.file("./new")}},
                                      folder.file("other"));
          const ChildProcess::Result result = run_sinew(words);
          EXPECT_EQ(result.exit_code, 2) << testing::PrintToString(words);
          expect_contains(result.errors, "it would be lost");
          EXPECT_FALSE(fs::exists(folder.file("new")));
        }
  EXPECT_GE(pairs, 10);
}

// Files made by other programs, and ours after another program edited them.
void write_pictures_and_films_of_others(const TemporaryFolder& folder) {
  using namespace std::string_literals;
  const std::string header = "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0\x3a\x7e\x9b\x55"s,
                    pixels = "\0\0\0\x0aIDAT\x78\xda\x63\x60\0\0\0\2\0\1\xe2\x21\xbc\x33"s, mark(png_mark),
                    end(mp4_mark),
                    film =
                        "\0\0\0\x18"
                        "ftypisom\0\0\2\0isomiso2\0\0\0\x08moov"s;
  std::string foreign_mark = mark;
  foreign_mark.replace(foreign_mark.find("sinew"), 5, "MSPnt");
  const std::map<std::string, std::string> files = {
      {"plain.png", header + pixels},
      {"painted.png", header + foreign_mark + pixels},
      {"converted.png", header + pixels + mark},  // the text was kept, in another place
      {"photo.jpg", "\xff\xd8\xff\xe0\0\x10JFIF\0"s},
      {"film.mp4", film},
      {"cut.mp4", film + end + "\0\0\0\x08skip"s},
      {"film.avi", "RIFF\x24\0\0\0AVI LIST"s},
      {"film.webm", "\x1a\x45\xdf\xa3webm"s},
  };
  for (const auto& [name, content] : files) folder.write(name, content);
}

TEST(Outputs, WhatIsNotOursStays) {
  const TemporaryFolder folder;
  const std::string home = SINEW_SOURCE_DIR;
  fs::copy_file(home + "/sim/models/hopper.xml", folder.file("model.xml"));
  fs::copy_file(home + "/zoo/inverted_pendulum.safetensors", folder.file("policy.safetensors"));
  fs::copy_file(home + "/configs/tasks/hopper.yaml", folder.file("task.yaml"));
  folder.write("recording.mcap", "\x89MCAP0\r\n");
  folder.write("notes.txt", "{curly}, but no JSON of ours\n");
  folder.write("replay.json", R"({"qpos": [0], "qvel": [0], "actions": []})");
  folder.write("settings.json", R"({"editor": {"policy": 1, "task": 2, "runs": [], "checks": []}})");
  fs::copy_file(home + "/docs/images/half_cheetah.png", folder.file("picture.png"));
  write_pictures_and_films_of_others(folder);
  folder.write("other", "what is read\n");
  for (const CommandOptions& one : those_that_write())
    for (const DeclaredOption& output : one.options)
      if (output.role() == Role::output)
        for (const auto& entry : fs::directory_iterator(folder.file("")))
          if (entry.path().filename() != "other")
            expect_refusal(words_of(one, {{output.name(), entry.path().string()}}, folder.file("other")),
                           entry.path().string(), "is there already");
}

TEST(Outputs, AHyphenIsNoFile) {
  const TemporaryFolder folder;
  folder.write("other", "what is read\n");
  for (const CommandOptions& one : those_that_write())
    for (const DeclaredOption& output : one.options)
      if (output.role() == Role::output)
        expect_refusal(words_of(one, {{output.name(), "-"}}, folder.file("other")), folder.file("other"),
                       "give the name of a file");
}

TEST(Outputs, OurOwnFormerOutputIsReplaced) {
  const TemporaryFolder folder;
  const std::string home = SINEW_SOURCE_DIR, policy = home + "/zoo/inverted_pendulum.safetensors";
  folder.write("in.json", R"({"qpos": [0, 0], "qvel": [0, 0], "actions": [[0.5], [0.5]]})");
  folder.write("run/metrics.csv", "time/total_timesteps,rollout/ep_rew_mean\n512,1.5\n");
  const std::vector<std::vector<std::string>> commands = {
      {"inspect", home + "/sim/models/hopper.xml", "--json", folder.file("facts"), "--task", folder.file("task.yaml"),
       "--overwrite"},
      {"play", policy, "--episodes", "1", "--json", folder.file("result")},
      {"play", policy, "--episodes", "1", "--video", folder.file("new/film.mp4"), "--video-seconds", "0.1"},
      {"replay", "inverted_pendulum", "--input", folder.file("in.json"), "--output", folder.file("out.json")},
      {"report", folder.file("run"), "--json", folder.file("report"), "--plot", folder.file("plot.png")},
      {"report", folder.file("run")},
      {"robot", "inverted_pendulum", "--seconds", "0.01", "--address", "ipc://" + folder.file("a"), "--stop-address",
       "ipc://" + folder.file("b"), "--picture", folder.file("robot.png")},
  };
  for (const std::vector<std::string>& words : commands)
    for (int i = 0; i < 2; ++i) {
      const ChildProcess::Result result = run_sinew(words);
      EXPECT_EQ(result.exit_code, 0) << testing::PrintToString(words) << result.errors;
      EXPECT_EQ(result.errors.find("is there already"), std::string::npos) << result.errors;
    }
}

TEST(Outputs, StreamsAndEmptyFilesAreWritten) {
  const TemporaryFolder folder;
  folder.write("empty", "");
  const std::string model = std::string(SINEW_SOURCE_DIR) + "/sim/models/hopper.xml";
  for (const std::string& path : {folder.file("empty"), std::string("/dev/stdout"), std::string("/dev/null")})
    EXPECT_EQ(run_sinew({"inspect", model, "--json", path}).exit_code, 0) << path;
}

// Output into any open target: a pipe, a file with content, another descriptor.
TEST(Outputs, WhatIsOpenAlreadyIsWrittenInto) {
  const TemporaryFolder folder;
  const std::string inspect =
      std::string(SINEW_PROGRAM) + " inspect " SINEW_SOURCE_DIR "/sim/models/hopper.xml --json ";
  for (const std::string& command :
       {inspect + "/dev/stdout | cat > out", inspect + "/dev/stdout > out", inspect + "/dev/fd/3 3>&1 > out",
        inspect + "/proc/self/fd/1 > out", inspect + "/dev/fd/3 3> out"}) {
    const ChildProcess::Result result =
        ChildProcess({"/bin/bash", "-c", "set -o pipefail; cd " + folder.file("") + " && " + command}).wait();
    EXPECT_EQ(result.exit_code, 0) << command << result.errors;
    const bool is_out = command.find("3>&1 > out") == std::string::npos;
    expect_contains(is_out ? read_file(folder.file("out")) : result.output, "\"timestep\"");
  }
}

}  // namespace
}  // namespace sinew
