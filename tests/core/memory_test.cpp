// What a container's limits leave, on made-up /proc and /sys.
#include "core/memory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace sinew {
namespace {

namespace fs = std::filesystem;

class Memory : public testing::Test {
 protected:
  Memory() {
    write("proc/meminfo", "MemTotal:       16000000 kB\nMemFree: 1 kB\nMemAvailable:    8000000 kB\nHugePages: 0\n");
  }
  ~Memory() override { fs::remove_all(root_); }
  void write(const std::string& name, const std::string& text) {
    fs::create_directories((fs::path(root_) / name).parent_path());
    std::ofstream(fs::path(root_) / name) << text;
  }
  // A group with a limit, bytes.
  void group_1(const std::string& path, const std::string& limit, const std::string& usage, const std::string& cache) {
    const std::string folder = "sys/fs/cgroup/memory" + path + "/memory.";
    write(folder + "limit_in_bytes", limit + "\n");
    write(folder + "usage_in_bytes", usage + "\n");
    write(folder + "stat", "cache 5\ninactive_file 1\ntotal_inactive_file " + cache + "\n");
  }
  void group_2(const std::string& path, const std::string& limit, const std::string& usage, const std::string& cache) {
    const std::string folder = "sys/fs/cgroup" + path + "/memory.";
    write(folder + "max", limit + "\n");
    write(folder + "current", usage + "\n");
    write(folder + "stat", "anon 5\ninactive_file " + cache + "\nactive_file 9\n");
  }
  void group(bool is_version_2, const std::string& path, const std::string& limit, const std::string& usage,
             const std::string& cache) {
    is_version_2 ? group_2(path, limit, usage, cache) : group_1(path, limit, usage, cache);
  }
  int64_t available() const { return available_memory(root_).value_or(-1); }

  const std::string root_ = testing::TempDir() + "sinew_memory_" + std::to_string(::getpid());
  static constexpr int64_t all = int64_t{8000000} * 1024;
};

TEST_F(Memory, WithoutGroupsIsTheComputers) {
  EXPECT_EQ(available(), all);
  write("proc/self/cgroup", "0::/\n");
  EXPECT_EQ(available(), all);
  fs::remove(root_ + "/proc/meminfo");
  EXPECT_EQ(available(), -1);
}

TEST_F(Memory, TheLeastOfAllGroupsCounts) {
  struct Group {
    const char *limit, *usage, *cache;
    int64_t left;
  };
  const Group groups[] = {{"1000000000", "400000000", "100000000", 700000000},
                          {"2000000000", "0", "0", 2000000000},
                          {"100", "500", "0", 0},
                          {"max", "5", "0", all},
                          {"9223372036854771712", "5", "0", all}};  // version 1's word for none
  for (const bool is_version_2 : {true, false})
    for (const Group& outer : groups)
      for (const Group& inner : groups)
        for (const char* path : {"/", "/outer", "/outer/inner", "/outer/inner/no files here"}) {
          SCOPED_TRACE(testing::Message() << is_version_2 << outer.limit << " " << inner.limit << path);
          fs::remove_all(root_ + "/sys");
          write("proc/self/cgroup", is_version_2
                                        ? "0::" + std::string(path) + "\n"
                                        : "3:cpu,cpuacct:/\n4:hugetlb,memory:" + std::string(path) + "\n0::/\n");
          group(is_version_2, "/outer", outer.limit, outer.usage, outer.cache);
          group(is_version_2, "/outer/inner", inner.limit, inner.usage, inner.cache);
          const std::string where = path;
          int64_t wanted = all;
          if (where != "/") wanted = std::min(wanted, outer.left);
          if (where.starts_with("/outer/inner")) wanted = std::min(wanted, inner.left);
          EXPECT_EQ(available(), wanted);
        }
}

// The path is the one outside; what is mounted inside is the container's own group.
TEST_F(Memory, AContainerThatSeesItsOwnGroupAlone) {
  write("proc/self/cgroup", "0::/system.slice/docker-1234.scope\n");
  group_2("", "3000000000", "1000000000", "0");
  EXPECT_EQ(available(), 2000000000);
  fs::remove_all(root_ + "/sys");
  write("proc/self/cgroup", "7:memory:/docker/1234\n");
  group_1("", "3000000000", "1000000000", "500000000");
  EXPECT_EQ(available(), 2500000000);
}

TEST_F(Memory, FilesThatMakeNoSenseLimitNothing) {
  for (const char* text : {"", "max", "much\n", "-", "99999999999999999999999"}) {
    write("proc/self/cgroup", "0::/g\n:::\nnonsense\n");
    group_2("/g", text, "1", "0");
    EXPECT_EQ(available(), all) << text;
  }
  EXPECT_TRUE(available_memory());
}

}  // namespace
}  // namespace sinew
