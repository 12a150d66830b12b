// What is downloaded, fetched or saved in place of a file is named as what it is, whatever reads it.
#include "core/foreign_file.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "core/config_node.h"
#include "core/safe_file.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

using namespace std::string_literals;

std::string utf16(const std::string& text, bool mark, bool big) {
  std::string out = mark ? big ? "\xfe\xff"s : "\xff\xfe"s : ""s;
  for (const char c : text) out += big ? "\0"s + c : c + "\0"s;
  return out;
}

const std::vector<std::pair<std::string, std::string>> contents = {
    {"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 51234\n",
     "it is a Git LFS pointer, not the file itself of 51234 bytes, which 'git lfs pull' fetches"},
    {"version https://git-lfs.github.com/spec/v1\r\noid sha256:00\r\n", "it is a Git LFS pointer"},
    {"/annex/objects/SHA256E-s5--00.stl\n", "git-annex"},
    {"<!DOCTYPE html>\n<html><head>", "it is a web page (HTML)"},
    {"\n \t<!doctype HTML PUBLIC \"-//W3C\">", "it is a web page (HTML)"},
    {"\xef\xbb\xbf<html lang=\"en\">", "it is a web page (HTML)"},
    {"PK\x03\x04\x14\0\0\0\0\0"s + std::string(20, '\0') + "robot/robot.xml", "it is a zip archive"},
    {"PK\x03\x04\0\0"s + std::string(24, '\0') + "model/data.pkl", "PyTorch"},
    {"\x1f\x8b\x08\0"s, "(gzip)"},
    {"\xfd\x37zXZ\0"s, "(xz)"},
    {"\x28\xb5\x2f\xfd"s, "(zstd)"},
    {"BZh91AY", "(bzip2)"},
    {"%PDF-1.7", "PDF"},
    {std::string(257, 'n') + "ustar\0"s, "tar archive"},
    {utf16("task: ant\ntotal_timesteps: 1\n", true, false), "UTF-16, as PowerShell writes it; save it as UTF-8"},
    {utf16("task: ant\ntotal_timesteps: 1\n", true, true), "UTF-16; save it as UTF-8"},
    {utf16("task: ant\ntotal_timesteps: 1\n", false, false), "UTF-16; save it as UTF-8"},
    {utf16("task: ant\ntotal_timesteps: 1\n", false, true), "UTF-16; save it as UTF-8"},
};

TEST(ForeignFile, IsNamedWhateverReadsIt) {
  const std::string path = testing::TempDir() + "sinew_foreign_" + std::to_string(::getpid());
  for (const auto& [content, words] : contents) {
    SCOPED_TRACE(words);
    expect_contains(foreign_file(content), words);
    std::ofstream(path, std::ios::binary) << content;
    for (const std::string& error :
         {error_of([&] { read_file(path); }), error_of([&] { ConfigNode::parse_file(path); })}) {
      expect_contains(error, "cannot read '" + path + "': ");
      expect_contains(error, words);
    }
  }
  std::filesystem::remove(path);
}

TEST(ForeignFile, OursAreNone) {
  const std::string header = "{\"__metadata__\":{\"format\":\"sinew-policy\"}}";
  for (const std::string& ours :
       {""s, "a"s, "task: ant\n"s, "<mujoco/>"s, "<?xml version='1.0'?>\n<robot/>"s, "{\"qpos\": []}"s,
        std::string{static_cast<char>(header.size()), 0, 0, 0, 0, 0, 0, 0} + header, "\x89MCAP0\r\n"s,
        "\x89PNG\r\n\x1a\n"s, std::string(64, '\0'), std::string(1000, 'x'), "version: 1\n"s, "PK"s, "BZ"s})
    EXPECT_EQ(foreign_file(ours), "") << ours;
}

}  // namespace
}  // namespace sinew
