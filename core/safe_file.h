#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace sinew {

/// Reads the whole file. Throws Error when it cannot be read, is a folder, exceeds max_bytes, or is a foreign_file().
std::string read_file(const std::string& path, size_t max_bytes = size_t{1} << 32);

/// The first, or the last, bytes of a file, up to `most`; "" where it cannot be read. Enough to recognise a file.
std::string beginning_of_file(const std::string& path, size_t most = size_t{1} << 16);
std::string end_of_file(const std::string& path, size_t most);

/// Replaces or creates `path` so that a reader, or a crash at any moment, finds the whole old content or the whole new
/// content: it is written beside `path` under a temporary name, synced, renamed, and the folder is synced. On failure
/// it throws an Error, leaves the old file untouched and removes the temporary one; if only the last sync fails, the
/// new file is already in place. A device or a pipe (/dev/stdout) is written to directly. For a symbolic link, the
/// link's target is written, whether or not it exists yet.
void write_file_atomically(const std::string& path, std::string_view content);

/// The same for content that is written piece by piece: the new content has its name once commit() returns. Without
/// commit() the temporary file is removed, and the old file stays.
class AtomicFile {
 public:
  /// Throws Error when no file can be created beside `path`.
  explicit AtomicFile(const std::string& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::string_view bytes);
  void commit();

 private:
  [[noreturn]] void give_up(int error_number);

  std::string path_, temporary_;
  int descriptor_;
};

/// Returns when the names of new files in the folder would survive a power failure.
void sync_folder(const std::string& path);

/// Creates the folder and its parents; throws Error when it cannot create it or write into it.
void make_writable_folder(const std::string& path);

/// SHA-256 as 64 hex digits, computed incrementally.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void update(const void* data, size_t bytes);
  /// The digest of all bytes so far; more may follow.
  std::string hex_digest() const;

 private:
  struct Context;
  Context* context_;
};

}  // namespace sinew
