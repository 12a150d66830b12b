#include "core/byte_stream.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include "core/error.h"
#include "core/safe_file.h"

namespace sinew {
namespace {

void read_at(int descriptor, const std::string& path, uint64_t offset, std::span<char> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::pread(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail_errno(fmt::format("cannot read '{}'", path), errno);
    if (count == 0) fail("cannot read '{}': it has become shorter", path);
    offset += static_cast<uint64_t>(count);
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
}

}  // namespace

std::string RandomAccess::text(uint64_t offset, uint64_t bytes) const {
  std::string result(bytes, '\0');
  read(offset, result);
  return result;
}

ByteSource RandomAccess::from(uint64_t offset) const {
  return [read = read, offset](std::span<char> bytes) mutable {
    read(offset, bytes);
    offset += bytes.size();
  };
}

RandomAccess open_file(const std::string& path) {
  const int opened = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (opened < 0) fail_errno(fmt::format("cannot read '{}'", path), errno);
  const std::shared_ptr<const int> descriptor(new int(opened), [](const int* one) {
    ::close(*one);
    delete one;
  });
  struct stat info{};
  if (::fstat(opened, &info) != 0) fail_errno(fmt::format("cannot read '{}'", path), errno);
  if (!S_ISREG(info.st_mode)) fail("cannot read '{}': it is not a file", path);
  return {static_cast<uint64_t>(info.st_size),
          [descriptor, path](uint64_t offset, std::span<char> bytes) { read_at(*descriptor, path, offset, bytes); }};
}

RandomAccess access_text(std::string_view text) {
  return {text.size(), [text](uint64_t offset, std::span<char> bytes) {
            if (offset > text.size() || text.size() - offset < bytes.size()) fail("it is cut short");
            std::memcpy(bytes.data(), text.data() + offset, bytes.size());
          }};
}

std::string sha256_of(const RandomAccess& file, uint64_t begin, uint64_t end) {
  std::vector<char> buffer(std::min<uint64_t>(end - begin, uint64_t{1} << 18));
  Sha256 hash;
  while (begin < end) {
    const size_t count = std::min<uint64_t>(buffer.size(), end - begin);
    file.read(begin, std::span(buffer).first(count));
    hash.update(buffer.data(), count);
    begin += count;
  }
  return hash.hex_digest();
}

}  // namespace sinew
