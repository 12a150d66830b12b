#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace sinew {

/// The whole file. Throws Error when it cannot be read, is a folder, exceeds max_bytes, or is a foreign_file().
std::string read_file(const std::string& path, size_t max_bytes = size_t{1} << 32);

/// The first, or the last, bytes of a file, up to `most`; "" where it cannot be read. Enough to know a file by.
std::string beginning_of_file(const std::string& path, size_t most = size_t{1} << 16);
std::string end_of_file(const std::string& path, size_t most);

/// Replaces or makes `path` so that a reader, or a crash at any moment, finds the old content or
/// the new one whole: written beside it under a temporary name, synced, renamed, folder synced.
/// On failure an Error is thrown, the old file is untouched and the temporary one removed; where only the
/// last sync fails, the new file is there already. A device or a pipe (/dev/stdout) is simply written into. Of a
/// symbolic link it is the file that the link leads to, there or not yet.
void write_file_atomically(const std::string& path, std::string_view content);

/// The same for what is made piece by piece: the new content has its name once commit() returns. Without it the
/// temporary file is removed, and the old one stays.
class AtomicFile {
 public:
  /// Throws Error when no file can be written beside `path`.
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

/// Returns when the names of new files in the folder would survive a power cut.
void sync_folder(const std::string& path);

/// Makes the folder and its parents; throws Error when it cannot, or cannot be written into.
void make_writable_folder(const std::string& path);

/// SHA-256 as 64 hex digits; fed piece by piece.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void update(const void* data, size_t bytes);
  /// Of all bytes so far; more may follow.
  std::string hex_digest() const;

 private:
  struct Context;
  Context* context_;
};

}  // namespace sinew
