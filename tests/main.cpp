// The program of a room's tests. `--only FILE` runs those that stand in that file, so that ctest lists files.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

namespace {

bool stands_in(const testing::TestInfo& test, std::string_view file) {
  const std::string_view path = test.file();
  return path == file || path.ends_with("/" + std::string(file));
}

// Empty: there are none.
std::string filter_of(std::string_view file) {
  std::string filter;
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    const testing::TestSuite& suite = *all.GetTestSuite(i);
    for (int j = 0; j < suite.total_test_count(); ++j) {
      const testing::TestInfo& test = *suite.GetTestInfo(j);
      if (stands_in(test, file)) filter += (filter.empty() ? "" : ":") + std::string(suite.name()) + "." + test.name();
    }
  }
  return filter;
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc == 3 && std::strcmp(argv[1], "--only") == 0) {
    const std::string filter = filter_of(argv[2]);
    if (filter.empty()) {
      std::fprintf(stderr, "no test of this program stands in '%s'\n", argv[2]);
      return 2;
    }
    GTEST_FLAG_SET(filter, filter);
  } else if (argc > 1) {
    std::fprintf(stderr, "usage: %s [--only FILE_test.cpp] [--gtest_filter=…]; not '%s'\n", argv[0], argv[1]);
    return 2;
  }
  return RUN_ALL_TESTS();
}
