#include "core/safe_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/core/expect_error.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

class SafeFile : public ::testing::Test {
 protected:
  SafeFile() : folder_(::testing::TempDir() + "sinew_safe_file." + std::to_string(::getpid())) {
    fs::create_directories(folder_);
  }
  ~SafeFile() override { fs::remove_all(folder_); }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  size_t files() const { return static_cast<size_t>(std::distance(fs::directory_iterator(folder_), {})); }

  std::string folder_;
};

TEST_F(SafeFile, WritesAndReplaces) {
  write_file_atomically(path("a"), "first");
  EXPECT_EQ(read_file(path("a")), "first");
  const std::string big(3 << 20, 'x');
  write_file_atomically(path("a"), big);
  EXPECT_EQ(read_file(path("a")), big);
  write_file_atomically(path("a"), "");
  EXPECT_EQ(read_file(path("a")), "");
  EXPECT_EQ(files(), 1u);  // no temporary file stays
}

TEST_F(SafeFile, OfALinkItIsTheFileThatTheLinkLeadsTo) {
  fs::create_directory(path("far"));
  fs::create_symlink("far/end", path("second"));
  fs::create_symlink("second", path("first"));
  for (const char* text : {"not there before", "replaced"}) {
    write_file_atomically(path("first"), text);
    EXPECT_EQ(read_file(path("far/end")), text);
    EXPECT_TRUE(fs::is_symlink(path("first")) && fs::is_symlink(path("second")));
  }
  fs::create_symlink("round", path("round"));
  EXPECT_THROW(write_file_atomically(path("round"), "x"), Error);
  EXPECT_TRUE(fs::is_symlink(path("round")));
}

TEST_F(SafeFile, APathWithoutAFolderIsInTheWorkingOne) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  write_file_atomically("b", "x");
  fs::current_path(before);
  EXPECT_EQ(read_file(path("b")), "x");
}

TEST_F(SafeFile, FailureLeavesWhatWasThere) {
  write_file_atomically(path("file"), "old");
  expect_contains(error_of([&] { write_file_atomically(path("file/below"), "x"); }), "Not a directory");
  EXPECT_EQ(read_file(path("file")), "old");
  expect_contains(error_of([&] { write_file_atomically(path("none/x"), "x"); }), "No such file");

  fs::create_directories(path("folder/full"));  // what cannot be replaced: the temporary file must go
  expect_contains(error_of([&] { write_file_atomically(path("folder"), "x"); }), "cannot write '" + path("folder"));
  EXPECT_TRUE(fs::exists(path("folder/full")));
  EXPECT_EQ(files(), 2u);
}

TEST_F(SafeFile, AFullDiskIsTheSystemsFault) {
  try {
    write_file_atomically("/dev/full", "x");
    ADD_FAILURE() << "no Error was thrown";
  } catch (const Error& error) {
    expect_contains(error.what(), "cannot write '/dev/full': No space left on device");
    EXPECT_EQ(error.exit_code(), 1);
  }
  EXPECT_TRUE(fs::is_character_file("/dev/full"));  // written into, never replaced
}

TEST_F(SafeFile, ReadingSaysWhy) {
  expect_contains(error_of([&] { read_file(path("none")); }), "cannot read '" + path("none") + "': No such file");
  expect_contains(error_of([&] { read_file(folder_); }), "it is a folder");
  write_file_atomically(path("a"), "12345");
  EXPECT_EQ(read_file(path("a"), 5), "12345");
  expect_contains(error_of([&] { read_file(path("a"), 4); }), "5 bytes, more than the 4");
  expect_contains(error_of([&] { read_file("/dev/zero", 1000); }), "it is a device, not a file");
}

TEST_F(SafeFile, MakesFolders) {
  make_writable_folder(path("x/y/z"));
  make_writable_folder(path("x/y/z"));
  EXPECT_TRUE(fs::is_directory(path("x/y/z")));
  EXPECT_TRUE(fs::is_empty(path("x/y/z")));
  write_file_atomically(path("file"), "old");
  expect_contains(error_of([&] { make_writable_folder(path("file/x")); }), "Not a directory");
  expect_contains(error_of([&] { make_writable_folder(path("file")); }), path("file"));
  expect_contains(error_of([&] { make_writable_folder("/proc/none"); }), "cannot make the folder '/proc/none'");
}

TEST_F(SafeFile, MakesNoFolderWhereItCannotWrite) {
  if (::geteuid() == 0) GTEST_SKIP() << "permissions do not bind root";
  fs::permissions(folder_, fs::perms::owner_read | fs::perms::owner_exec);
  expect_contains(error_of([&] { make_writable_folder(folder_); }), "Permission denied");
  expect_contains(error_of([&] { write_file_atomically(path("a"), "x"); }), "Permission denied");
  fs::permissions(folder_, fs::perms::owner_all);
}

std::string sha256(const std::string& text) {
  Sha256 hash;
  hash.update(text.data(), text.size());
  return hash.hex_digest();
}

// The examples of FIPS 180-2.
TEST(Sha256, KnownAnswers) {
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(std::string(1000000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PiecesGiveTheSame) {
  Sha256 hash;
  hash.update("a", 1);
  hash.update(nullptr, 0);
  hash.update("bc", 2);
  EXPECT_EQ(hash.hex_digest(), sha256("abc"));
}

}  // namespace
}  // namespace sinew
