// Why MuJoCo refuses a model, in words that help: found in the files, with their place.
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <mujoco/mujoco.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "sim/model/model.h"
#include "sim/mujoco_messages.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

class ModelDiagnosis : public testing::Test {
 protected:
  ModelDiagnosis() { fs::create_directories(folder_); }
  ~ModelDiagnosis() override { fs::remove_all(folder_); }
  std::string file(const std::string& name) const { return (folder_ / name).string(); }
  void write(const std::string& name, const std::string& content) const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << content;
  }
  std::string refusal(const std::string& name, const std::string& content) const {
    write(name, content);
    const std::string error = error_of([&] { Model::load(file(name)); });
    EXPECT_EQ(error.find('\n'), std::string::npos) << error;
    return error;
  }
  fs::path folder_ = fs::temp_directory_path() / ("sinew_diagnosis_" + std::to_string(::getpid()));
};

std::string world(const std::string& content) {
  return "<mujoco>\n<worldbody>\n" + content + "\n</worldbody></mujoco>";
}

#if mjVERSION_HEADER < 230
// Words of later versions × where they stand.
TEST_F(ModelDiagnosis, AModelForANewerMuJoCoIsSaidToBeOne) {
  const std::string body = "<worldbody><body name='b'><joint name='j'/><geom size='.1'/></body></worldbody>";
  const std::pair<std::string, std::string> cases[] = {
      {"<mujoco>" + body +
           "<actuator>\n<position joint='j' kp='3' dampratio='1' inheritrange='1'/></actuator></mujoco>",
       "'dampratio' of <position> (FILE:2) came with 3.1.6, 'inheritrange' of <position> (FILE:2) came with 3.1.3"},
      {world("<body><joint actuatorfrcrange='-5 5'/><geom size='.1'/></body>"),
       "'actuatorfrcrange' of <joint> (FILE:3) came with 2.3.7"},
      {"<mujoco><option\nintegrator='implicitfast'/></mujoco>", "integrator=\"implicitfast\" (FILE:1) came with 2.3.3"},
      {"<mujoco><option integrator='discrete'/></mujoco>", "integrator=\"discrete\" (FILE:1) came with 3.13.0"},
      {world("<frame pos='0 0 1'><geom size='.1'/></frame>"), "<frame> (FILE:3) came with 3.1.0"},
      {world("<replicate count='2'><geom size='.1'/></replicate>"), "<replicate> (FILE:3) came with 3.1.5"},
      {"<mujoco><size memory='1M'/></mujoco>", "'memory' of <size> (FILE:1) came with 2.3.0"},
      {"<mujoco><option ls_iterations='5'/></mujoco>", "'ls_iterations' of <option> (FILE:1) came with 3.0.0"},
      {"<mujoco><compiler assetdir='x'/></mujoco>", "'assetdir' of <compiler> (FILE:1) came later"},
      {"<mujoco>" + body + "<sensor><contact/></sensor></mujoco>", "<contact> (FILE:1) came with 3.3.5"},
      {"<mujoco><extension/></mujoco>", "<extension> (FILE:1) came with 2.3.0"}};
  for (const auto& [content, words] : cases) {
    const std::string error = refusal("new.xml", content);
    std::string expected = words;
    for (size_t at; (at = expected.find("FILE")) != std::string::npos;) expected.replace(at, 4, file("new.xml"));
    expect_contains(error, "MuJoCo " + mujoco_version() + " says: ");
    expect_contains(error, "the model is for a newer MuJoCo than this one, " + mujoco_version() + ": " + expected);
  }
}
#endif

TEST_F(ModelDiagnosis, ASlipInAWordIsNamed) {
  const std::pair<std::string, std::string> cases[] = {
      {world("<body><joint dampin='1'/><geom size='.1'/></body>"),
       ":3: <joint> has no 'dampin'; did you mean 'damping'?"},
      {world("<bodi><geom size='.1'/></bodi>"), ":3: <worldbody> has no <bodi>; did you mean 'body'?"},
      {"<mujoco><worldbdy/></mujoco>", ":1: <mujoco> has no <worldbdy>; did you mean 'worldbody'?"}};
  for (const auto& [content, words] : cases) expect_contains(refusal("slip.xml", content), words);
}

// MuJoCo says an element, and of what is included neither file nor line.
TEST_F(ModelDiagnosis, TheFileIsNamedWhereThereAreSeveral) {
  write("parts/arm.xml",
        "<mujocoinclude>\n<body><joint name='j'/>\n<site size='1 x'/><geom size='.1'/></body></mujocoinclude>");
  expect_contains(refusal("main.xml", world("<include file='parts/arm.xml'/>")),
                  "it is the <site> in " + file("parts/arm.xml") + ":3");
  expect_contains(refusal("main.xml", world("<include file='lost.xml'/>")),
                  file("main.xml") + ":3: cannot read '" + file("lost.xml"));
  expect_contains(refusal("part.xml", "<mujocoinclude/>"), "it is a part of a model");
  expect_contains(refusal("world.sdf", "<sdf version='1.6'/>"), "SDF, Gazebo's format, is not read here");
}

TEST_F(ModelDiagnosis, WhatIsNotWholeIsNamed) {
  expect_contains(refusal("cut.xml", "<mujoco>\n<worldbody>\n<geom"), ":3: it is not complete XML");
  expect_contains(refusal("open.xml", "<mujoco>\n<worldbody>\n"), "<worldbody> of line 2 is not closed");
  expect_contains(refusal("crossed.xml", "<mujoco>\n<worldbody><body>\n</worldbody></mujoco>"),
                  ":3: it is not well-formed XML: </worldbody> where <body> is open");
}

// Files that a model names × what can be wrong with them.
TEST_F(ModelDiagnosis, WhatIsWrongWithAFileThatTheModelNames) {
  struct Kind {
    const char *section, *file, *noun;
  };
  const Kind kinds[] = {{"<mesh name='m' file='FILE'/>", "meshes/a.stl", "mesh"},
                        {"<texture name='t' type='2d' file='FILE'/>", "textures/a.png", "texture"},
                        {"<hfield name='h' size='1 1 1 1' file='FILE'/>", "meshes/a.png", "hfield"}};
  const std::pair<std::string, std::string> contents[] = {
      {"", "there is no '"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n", "it is a Git LFS pointer"},
      {"<!DOCTYPE html><html></html>", "it is a web page (HTML)"},
      {"PK\x03\x04 and more", "it is a zip archive"}};
  for (const Kind& kind : kinds)
    for (const auto& [content, words] : contents) {
      const std::string name = fs::path(kind.file).filename().string();
      std::string section = kind.section;
      section.replace(section.find("FILE"), 4, name);
      fs::remove(folder_ / kind.file);
      if (!content.empty()) write(kind.file, content);
      const std::string error = refusal("m.xml", "<mujoco><compiler meshdir='meshes' texturedir='textures'/><asset>\n" +
                                                     section + "</asset></mujoco>");
      expect_contains(error, file("m.xml") + ":2: the " + std::string(kind.noun) + " '" + name + "': " + words);
    }
  write("a.dae", "<COLLADA/>");
  expect_contains(refusal("dae.xml", "<mujoco><asset><mesh file='a.dae'/></asset></mujoco>"),
                  "not as '.dae'; convert the mesh");
  write("text.stl", "solid a\nfacet normal 0 0 1\n outer loop\n");
  expect_contains(refusal("stl.xml", "<mujoco><asset><mesh file='text.stl'/></asset></mujoco>"),
                  "it is an STL in text");
}

TEST_F(ModelDiagnosis, WhatMovesWithoutAMassIsNamed) {
  expect_contains(refusal("m.xml", world("<body name='free'><joint/><body><joint/><geom size='1'/></body></body>")),
                  ":3: the body 'free' is moved by a joint and has no mass");
  write("good.xml", world("<body><joint/><body><geom size='1'/></body></body>"));
  EXPECT_EQ(Model::load(file("good.xml"))->nv(), 1);
}

}  // namespace
}  // namespace sinew
