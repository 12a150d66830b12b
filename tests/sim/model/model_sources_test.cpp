#include "sim/model/model_sources.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/safe_file.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

class ModelSources : public testing::Test {
 protected:
  ModelSources() {
    write("arm.xml",
          "<mujoco>\n<compiler meshdir=\"meshes\"/>\n<include file='parts/inside.xml'/>\n"
          "<asset><mesh name=\"a\" file = \"a.stl\"/></asset></mujoco>\n");
    write("parts/inside.xml",
          "<mujocoinclude><texture fileright=\"wall.png\"/><include file=\"beside.xml\"/></mujocoinclude>\n");
    write("parts/beside.xml", "<mujocoinclude/>\n");
    write("meshes/a.stl", "a mesh");
    write("wall.png", "a picture");
    write("notes.txt", "file=\"unused.txt\"");
    write("unused.txt", "");
  }
  ~ModelSources() override { fs::remove_all(root_); }
  void write(const std::string& name, const std::string& content) const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name, std::ios::binary) << content;
  }
  std::string path(const std::string& name) const { return (root_ / name).string(); }
  std::string hash() const { return hash_of_sources(path("arm.xml")); }

  fs::path root_ = fs::path(testing::TempDir()) / ("model_sources_" + std::to_string(::getpid()));
};

TEST_F(ModelSources, AreFoundThroughWhatIsIncluded) {
  EXPECT_EQ(model_sources(path("arm.xml")),
            (std::vector<std::string>{path("arm.xml"), path("parts/inside.xml"), path("wall.png"),
                                      path("parts/beside.xml"), path("meshes/a.stl")}));
}

TEST_F(ModelSources, AUrdfsPackageIsLookedForByItsLastName) {
  write("arm.urdf", "<robot name=\"r\"><mesh filename=\"package://arm/visual/wall.png\"/></robot>");
  EXPECT_EQ(model_sources(path("arm.urdf")), (std::vector<std::string>{path("arm.urdf"), path("wall.png")}));
}

TEST_F(ModelSources, TheHashIsOfWhatTheySayNotOfWhereTheyLie) {
  const std::string before = hash();
  const fs::path moved = root_.string() + "_moved";
  fs::rename(root_, moved);
  root_ = moved;
  EXPECT_EQ(hash(), before);
  write("notes.txt", "changed");
  EXPECT_EQ(hash(), before);
  write("parts/beside.xml", "<mujocoinclude/>\r\n");  // as some editors end lines
  EXPECT_EQ(hash(), before);
  for (const char* name : {"arm.xml", "parts/inside.xml", "parts/beside.xml", "meshes/a.stl", "wall.png"}) {
    const std::string content = read_file(path(name));
    write(name, content + " ");
    EXPECT_NE(hash(), before) << name;
    write(name, content);
  }
  EXPECT_EQ(hash(), before);
}

// A link to the model alone: its files lie beside it. A store of files by their content: they lie beside the link.
TEST_F(ModelSources, AModelBehindALinkIsLoadedFromWhereItsFilesLie) {
  fs::create_directories(root_ / "away");
  fs::create_symlink("../arm.xml", root_ / "away/arm.xml");
  fs::create_symlink("arm.xml", root_ / "away/chain.xml");
  fs::create_directory_symlink("..", root_ / "away/folder");
  EXPECT_EQ(place_of_model(path("away/arm.xml")), fs::canonical(path("arm.xml")));
  EXPECT_EQ(place_of_model(path("away/chain.xml")), fs::canonical(path("arm.xml")));
  EXPECT_EQ(place_of_model(path("arm.xml")), path("arm.xml"));
  EXPECT_EQ(place_of_model(path("away/folder/arm.xml")), path("away/folder/arm.xml"));
  EXPECT_EQ(place_of_model(path("no/such.xml")), path("no/such.xml"));
  int number = 0;
  for (const std::string& source : model_sources(path("arm.xml"))) {
    const fs::path farm = root_ / "farm" / fs::path(source).lexically_relative(root_),
                   stored = root_ / "store" / std::to_string(number++);
    fs::create_directories(farm.parent_path());
    fs::create_directories(stored.parent_path());
    fs::copy_file(source, stored);
    fs::create_symlink(stored, farm);
  }
  EXPECT_EQ(place_of_model(path("farm/arm.xml")), path("farm/arm.xml"));
  EXPECT_EQ(hash_of_sources(path("farm/arm.xml")), hash());
}

}  // namespace
}  // namespace sinew
