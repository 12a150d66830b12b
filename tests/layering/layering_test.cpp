#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "tests/layering/include_graph.h"
#include "tests/layering/include_rules.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

using Lines = std::vector<std::string>;

TEST(Layering, ThisHouseKeepsItsRules) { EXPECT_EQ(broken_include_rules(SINEW_SOURCE_DIR), Lines{}); }
TEST(Layering, TheCommandOfARobotsComputerDoes) { EXPECT_EQ(broken_robot_rules(SINEW_SOURCE_DIR), Lines{}); }

TEST(Layering, NoModuleAndNoWingIncludesItselfOnADetour) {
  const IncludeGraph modules = include_graph(SINEW_SOURCE_DIR, room_names());
  EXPECT_EQ(circles(modules), Lines{});
  EXPECT_EQ(circles(wings_of(modules)), Lines{});
}

// SINEW_WRITE_PAGES=yes writes it.
TEST(Layering, TheDrawnArchitectureIsThatOfTheIncludes) {
  const std::string path = SINEW_SOURCE_DIR "/docs/images/rooms.svg";
  const std::string drawn = draw_rooms(include_graph(SINEW_SOURCE_DIR, room_names()));
  if (std::getenv("SINEW_WRITE_PAGES")) std::ofstream(path) << drawn;
  std::ifstream file(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), drawn)
      << "the picture is old: SINEW_WRITE_PAGES=yes build/release/tests/layering/test_layering";
}

// A house of our own making, to see that the rules can be broken.
class MadeUpHouse : public ::testing::Test {
 protected:
  MadeUpHouse() : root_(fs::path(::testing::TempDir()) / ("sinew_layering." + std::to_string(::getpid()))) {}
  ~MadeUpHouse() override { fs::remove_all(root_); }

  void write(const std::string& path, const std::string& content) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << content;
  }
  std::vector<std::string> broken() const { return broken_include_rules(root_); }

  fs::path root_;
};

TEST_F(MadeUpHouse, RightIncludesPass) {
  write("core/a.h", "#pragma once\n#include <string>\n#include <fmt/core.h>\n");
  write("core/a.cpp", "#include \"core/a.h\"\n#include <yaml-cpp/parser.h>\n");
  write("sim/compat.h", "#include <mujoco/mujoco.h>\n");
  write("sim/model/model.cpp", "#include \"sim/compat.h\"\n#include \"core/a.h\"\n");
  write("nets/gemm_internal.h", "#include <Eigen/Core>\n");
  write("agents/log.cpp", "#include \"log.pb.h\"\n#include \"envs/env.h\"\n#include \"nets/policy/policy.h\"\n");
  write("apps/main.cpp", "#include \"sim/model/model.h\"\n#include \"agents/train.h\"\n");
  write("tests/x.cpp", "#include <mujoco/mujoco.h>\n");
  write("examples/x.cpp", "#include <Eigen/Core>\n");
  write("docs/page.md", "#include <Eigen/Core>\n");
  EXPECT_EQ(broken(), Lines{});
}

TEST_F(MadeUpHouse, AWrongRoomIsFound) {
  write("core/a.cpp", "#include <vector>\n  #  include \"nets/tape/tape.h\"\n");
  write("nets/b.cpp", "#include \"sim/model/model.h\"\n");
  write("envs/deep/down/c.h", "#include \"nets/tape/tape.h\"\n");
  write("agents/d.cpp", "#include <sim/model/model.h>\n");
  write("robots/e.cpp", "#include \"envs/env.h\"\n");
  EXPECT_EQ(broken(), (Lines{"agents/d.cpp:1: agents may not include sim", "core/a.cpp:2: core may not include nets",
                             "envs/deep/down/c.h:1: envs may not include nets",
                             "nets/b.cpp:1: nets may not include sim", "robots/e.cpp:1: robots may not include envs"}));
}

TEST_F(MadeUpHouse, AWrongLibraryIsFound) {
  write("envs/env.h", "#include <mujoco/mujoco.h>\n");
  write("sim/a.cpp", "#include <opencv2/core.hpp>\n");
  write("nets/b.cpp", "#include <yaml-cpp/yaml.h>\n");
  write("agents/c.cpp", "#include <zmq.hpp>\n");
  EXPECT_EQ(broken(), (Lines{"agents/c.cpp:1: agents may not include <zmq.hpp>",
                             "envs/env.h:1: envs may not include <mujoco/mujoco.h>",
                             "nets/b.cpp:1: nets may not include <yaml-cpp/yaml.h>",
                             "sim/a.cpp:1: sim may not include <opencv2/core.hpp>"}));
}

TEST_F(MadeUpHouse, InstalledHeadersHideTheLibraries) {
  write("nets/a.h", "#include <Eigen/Core>\n");
  write("nets/b.h", "#include \"nets/gemm_internal.h\"\n");
  write("sim/model/model.h", "#include \"sim/compat.h\"\n");
  write("nets/c.h", "#include <nlohmann/json.hpp>\n");
  EXPECT_EQ(broken(),
            (Lines{"nets/a.h:1: an installed header includes <Eigen/Core>",
                   "nets/b.h:1: an installed header includes \"nets/gemm_internal.h\", which is not installed",
                   "nets/c.h:1: an installed header includes <nlohmann/json.hpp>",
                   "sim/model/model.h:1: an installed header includes \"sim/compat.h\", which is not installed"}));
}

TEST_F(MadeUpHouse, WhatARobotsComputerLacksIsFound) {
  write("apps/CMakeLists.txt",
        "sinew_room(robot_apps\n  SOURCES a.cpp b.cpp\n  PUBLIC x)\nsinew_room(apps SOURCES c.cpp)\n");
  write("apps/robot_main.cpp", "#include \"apps/a.h\"\n#include \"nets/policy/policy.h\"\n");
  write("apps/a.h", "#include \"apps/deep.h\"\n");
  write("apps/deep.h", "#include <vector>\n#include \"agents/run/recipe.h\"\n#include \"apps/a.h\"\n");
  write("apps/a.cpp", "#include \"robots/link/keys.h\"\n");
  write("apps/b.cpp", "#include \"envs/env.h\"\n");
  write("apps/c.cpp", "#include \"sim/model/model.h\"\n");
  EXPECT_EQ(broken_robot_rules(root_), (Lines{"apps/b.cpp:1: a computer on a robot has no envs",
                                              "apps/deep.h:2: a computer on a robot has no agents"}));
  write("apps/CMakeLists.txt", "");
  write("apps/deep.h", "");
  EXPECT_EQ(broken_robot_rules(root_), Lines{"apps/CMakeLists.txt: it has no sinew_room(robot_apps)"});
}

TEST_F(MadeUpHouse, StrayFilesAreFound) {
  write("core/a.cpp", "#include \"a.h\"\n#include \"../b.h\"\n");
  write("cellar/x.cpp", "");
  EXPECT_EQ(broken(),
            (Lines{"cellar/x.cpp: 'cellar' is no room of the table", "core/a.cpp:1: \"a.h\" should be \"room/file.h\"",
                   "core/a.cpp:2: \"../b.h\" should be \"room/file.h\""}));
}

TEST_F(MadeUpHouse, CirclesAreFound) {
  write("core/a.h", "#include \"core/b.h\"\n");
  write("core/b.h", "");
  write("core/b.cpp", "#include \"core/b.h\"\n#include \"core/c_internal.h\"\n");
  write("core/c_internal.h", "#include \"core/a.h\"\n");
  write("nets/x/one.h", "#include \"nets/y/two.h\"\n");
  write("nets/y/two.h", "#include \"core/a.h\"\n");
  write("nets/y/three.h", "#include \"nets/x/four.h\"\n");
  write("nets/x/four.h", "#include \"nets/x/four.h\"\n");
  const IncludeGraph modules = include_graph(root_, {"core", "nets"});
  EXPECT_EQ(circles(modules), Lines{"core/a -> core/b -> core/c -> core/a"});
  EXPECT_EQ(circles(wings_of(modules)), (Lines{"core/a -> core/b -> core/c -> core/a", "nets/x -> nets/y -> nets/x"}));
  EXPECT_EQ(rooms_of(modules), (IncludeGraph{{"core", {}}, {"nets", {"core"}}}));
}

}  // namespace
}  // namespace sinew
