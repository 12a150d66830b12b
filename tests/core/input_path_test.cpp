#include "core/input_path.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/model_identity.h"
#include "core/named_files.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

class InputPathTest : public testing::Test {
 protected:
  InputPathTest() {
    for (const char* name :
         {"home/configs/tasks/ant.yaml", "home/zoo/ant.safetensors", "home/runs/x.yaml", "mine/a.yaml"}) {
      fs::create_directories((root_ / name).parent_path());
      std::ofstream(root_ / name) << "x: 1\n";
    }
    ::setenv("SINEW_HOME", path("home").c_str(), 1);
  }
  ~InputPathTest() override {
    ::unsetenv("SINEW_HOME");
    fs::remove_all(root_);
  }
  std::string path(const std::string& name) const { return (root_ / name).string(); }

  const fs::path root_ = fs::path(testing::TempDir()) / ("input_path_" + std::to_string(::getpid()));
};

TEST_F(InputPathTest, APathCountsFromItsFolder) {
  EXPECT_EQ(find_file("a.yaml", path("mine")).path, path("mine/a.yaml"));
  EXPECT_EQ(find_file("../mine/./a.yaml", path("home")).path, path("mine/a.yaml"));
  EXPECT_EQ(find_file(path("mine/a.yaml"), path("home")).path, path("mine/a.yaml"));
  EXPECT_EQ(find_file("x.yaml", "").path, "x.yaml");  // as it was typed
}

TEST_F(InputPathTest, WhatComesWithSinewIsFoundAfterWhatLiesThere) {
  EXPECT_EQ(find_file("configs/tasks/ant.yaml", path("mine")).path, path("home/configs/tasks/ant.yaml"));
  EXPECT_FALSE(find_file("runs/x.yaml", path("mine")).is_there);  // no part of what comes with it
  EXPECT_FALSE(find_file("./configs/tasks/ant.yaml", path("mine")).is_there);
  fs::create_directories(root_ / "mine/configs/tasks");
  std::ofstream(root_ / "mine/configs/tasks/ant.yaml") << "y: 1\n";
  EXPECT_EQ(find_file("configs/tasks/ant.yaml", path("mine")).path, path("mine/configs/tasks/ant.yaml"));
}

TEST_F(InputPathTest, ABareNameFindsOneOfItsKind) {
  EXPECT_EQ(find_file("ant", path("mine"), &shipped_policies).path, path("home/zoo/ant.safetensors"));
  EXPECT_EQ(find_file("ant.yaml", path("mine"), &shipped_tasks).path, path("home/configs/tasks/ant.yaml"));
  EXPECT_FALSE(find_file("ant", path("mine")).is_there);
  const FoundFile lost = find_file("cat", path("mine"), &shipped_tasks);
  EXPECT_EQ(lost.path, path("mine/cat"));
  EXPECT_EQ(lost.looked(), "; looked for '" + path("mine/cat") + "' and '" + path("home/configs/tasks/cat.yaml") + "'");
}

TEST_F(InputPathTest, AFileIsNamedFromWhereItIsWritten) {
  EXPECT_EQ(path_from(path("mine/a.yaml"), path("mine")), "a.yaml");
  EXPECT_EQ(path_from(path("mine/a.yaml"), path("mine/runs/b/")), "../../a.yaml");
  EXPECT_EQ(path_from(path("mine/x/../a.yaml"), path("mine/./runs")), "../a.yaml");
  EXPECT_EQ(path_from(path("home/zoo/ant.safetensors"), path("mine")), "zoo/ant.safetensors");
  EXPECT_EQ(path_from(path("home/runs/x.yaml"), path("home/runs/b")), "../x.yaml");
  EXPECT_EQ(path_from(fs::absolute("a.yaml").string(), ""), "a.yaml");
}

TEST_F(InputPathTest, WhatWasMovedMayLieBelowAnyFolderAbove) {
  std::ofstream(root_ / "mine/pole.xml") << "<mujoco/>";
  const auto places = [&](const std::string& folder) { return places_if_moved("../../pole.xml", path(folder)); };
  EXPECT_EQ(places("mine/old/runs/ppo"), std::vector{path("mine/pole.xml")});
  EXPECT_EQ(places("mine"), std::vector{path("mine/pole.xml")});
  EXPECT_TRUE(places("home").empty());
}

TEST_F(InputPathTest, AnAssignmentCountsFromTheWorkingFolder) {
  ConfigNode node = ConfigNode::parse_file(path("mine/a.yaml"));
  node.assign("b.c=[d/e, f]");
  EXPECT_EQ(node.find("x")->folder().named(), path("mine"));
  EXPECT_EQ(node.find("b")->find("c")->items()[0].folder().named(), "");
  InputPath read;
  read_value(node.find("b")->find("c")->items()[0], read);
  EXPECT_EQ(read.path, fs::absolute("d/e").string());
}

TEST_F(InputPathTest, FilesThatAConfigNamesAreFoundThroughOthers) {
  std::ofstream(root_ / "mine/b.yaml") << "base: [a.yaml, c.txt, 3, '']\n";
  std::ofstream(root_ / "mine/a.yaml") << "again: b.yaml\n";
  std::ofstream(root_ / "mine/c.txt") << "text";
  EXPECT_EQ(files_named_in(ConfigNode::parse_text("x: {y: b.yaml}", "z", path("mine"))),
            (std::vector<std::string>{path("mine/b.yaml"), path("mine/a.yaml"), path("mine/c.txt")}));
}

TEST(ModelIdentityTest, WithinAnEngineTheModelDecidesBetweenTwoTheFiles) {
  const ModelIdentity model{"MuJoCo 2.2.2", "f1", "s1"};
  EXPECT_TRUE(is_same_model(model, {"MuJoCo 2.2.2", "f1", "s2"}));  // a remark was changed
  EXPECT_FALSE(is_same_model(model, {"MuJoCo 2.2.2", "f2", "s1"}));
  EXPECT_TRUE(is_same_model(model, {"MuJoCo 3.3.0", "f2", "s1"}));
  EXPECT_FALSE(is_same_model(model, {"MuJoCo 3.3.0", "f1", "s2"}));
  EXPECT_TRUE(is_same_model(model, {}));  // not known
  EXPECT_FALSE(is_same_model(model, {"", "f2", ""}));
}

TEST(ModelIdentityTest, ComesBackFromItsText) {
  const ModelIdentity model{"MuJoCo 2.2.2", "0123", "1e4"}, again = model_identity_of(to_text(model));
  EXPECT_EQ(again.engine + again.fingerprint + again.sources, "MuJoCo 2.2.201231e4");
  EXPECT_EQ(model_identity_of("abcdef").fingerprint, "abcdef");  // as it was before there was more
  EXPECT_EQ(to_text({}), "");
  EXPECT_EQ(model_identity_of("").fingerprint, "");
}

// Links of files, of folders, of links; the file that is named lies where the one with the name really lies, where the
// link does, in both places, or nowhere.
TEST_F(InputPathTest, AFileBehindALinkNamesFromWhereItReallyLies) {
  fs::create_directories(root_ / "real/deep/er");
  fs::create_directories(root_ / "away/er");
  std::ofstream(root_ / "real/deep/file.yaml") << "x: 1\n";
  fs::create_symlink("../real/deep/file.yaml", root_ / "away/link.yaml");
  fs::create_symlink("link.yaml", root_ / "away/chain.yaml");
  fs::create_symlink(root_ / "real/deep/file.yaml", root_ / "absolute.yaml");
  fs::create_directory_symlink("../real/deep", root_ / "away/folder");
  for (const char* link : {"away/link.yaml", "away/chain.yaml", "absolute.yaml", "away/folder/file.yaml"})
    for (const char* written : {"a.txt", "er/a.txt", "../a.txt"}) {
      const fs::path named = ((root_ / link).parent_path() / written).lexically_normal(),
                     real = (root_ / "real/deep" / written).lexically_normal();
      const bool is_one = fs::weakly_canonical(named) == fs::weakly_canonical(real);
      fs::create_directories(named.parent_path());
      const auto find = [&] { return find_file(written, ConfigNode::parse_file(path(link)).folder()); };
      SCOPED_TRACE(std::string(link) + " " + written);
      EXPECT_FALSE(find().is_there);
      EXPECT_EQ(find().places.size(), is_one ? 1u : 2u);
      std::ofstream(named) << "beside the link";
      EXPECT_EQ(find().path, named);
      std::ofstream(real) << "beside the file";
      EXPECT_EQ(find().path, is_one ? named : real);
      fs::remove(named);
      EXPECT_EQ(find().is_there, !is_one);
      fs::remove(real);
    }
}

}  // namespace
}  // namespace sinew
