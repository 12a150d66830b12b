#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sinew {

/// What a command writes somewhere: it may take the place of its own former output, and of nothing else.
struct OutputKind {
  std::string what;                                     // "a PNG picture of sinew's"
  std::function<bool(const std::string& path)> is_one;  // of a file that is there and has content; empty: none may be
  bool makes_folder = false;                            // where its folder is missing
  std::string extension;                                // that its name must have, ".png"; "": any
};

OutputKind png_picture();
OutputKind mp4_video();
/// One JSON object (or a list of them) whose first key is keys[0], and that has the others too.
OutputKind json_result(const std::string& of, const std::vector<std::string>& keys);
/// YAML that begins with the line which the command puts there.
OutputKind yaml_of_ours(const std::string& what, const std::string& first_line);
/// A tensor file whose metadata say this format.
OutputKind tensor_file(const std::string& what, const std::string& format);
/// Something that never takes the place of anything.
OutputKind new_file(const std::string& what);

/// Refuses a path that no file can be written to, or where something lies that is not of this kind, before the work
/// whose result it shall take. Writing may still fail (a full disk). A device, a pipe and an empty file may be written.
void check_output(const std::string& path, const OutputKind& kind);
inline void check_output(const std::optional<std::string>& path, const OutputKind& kind) {
  if (path) check_output(*path, kind);
}

}  // namespace sinew
