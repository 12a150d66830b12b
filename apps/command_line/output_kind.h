#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sinew {

/// A kind of output file. It may replace the command's own earlier output, and nothing else.
struct OutputKind {
  std::string what;                                     // "a PNG picture of sinew's"
  std::function<bool(const std::string& path)> is_one;  // of an existing, non-empty file; empty: replaces none
  bool makes_folder = false;                            // creates its folder if missing
  std::string extension;                                // that its name must have, ".png"; "": any
};

OutputKind png_picture();
OutputKind mp4_video();
/// One JSON object (or a list of them) whose first key is keys[0] and that has the other keys too.
OutputKind json_result(const std::string& of, const std::vector<std::string>& keys);
/// YAML that begins with the line that the command writes first.
OutputKind yaml_of_ours(const std::string& what, const std::string& first_line);
/// A tensor file whose metadata name this format.
OutputKind tensor_file(const std::string& what, const std::string& format);
/// An output that never replaces anything.
OutputKind new_file(const std::string& what);

/// Refuses a path that cannot be written, or where something exists that is not of this kind. Call it before the work
/// whose result the file receives. Writing may still fail later (a full disk). A device, a pipe and an empty file may
/// be written.
void check_output(const std::string& path, const OutputKind& kind);
inline void check_output(const std::optional<std::string>& path, const OutputKind& kind) {
  if (path) check_output(*path, kind);
}

}  // namespace sinew
