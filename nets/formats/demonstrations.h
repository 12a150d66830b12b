#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/spec.h"

/// One file of demonstrations: safetensors, which Python reads and writes.
///
/// Tensors, each with a row for every step: `observation.SENSOR`, F32 [rows, …], or U8 [rows, height, width, channels]
/// for a camera, single frames in the policy's input format before any stacking; `action`, F32 [rows, n]; `starts`, U8
/// [rows], 1 where an episode begins.
/// Metadata: `format` ("sinew-demonstrations"), `format_version`, `interface` (JSON, as in a policy's file), `origin`
/// (their source, for people), and `sha256` of everything else, which may be omitted in a file written by hand.
namespace sinew {

inline constexpr const char* demonstrations_format = "sinew-demonstrations";

/// Demonstrated actions, and the observations before each of them: episodes, one after the other.
struct Demonstrations {
  /// Sensors: images are single frames. Actions are a policy's numbers, not yet limited to its range.
  InterfaceSpec spec;
  int rows = 0;
  std::vector<float> numbers;   // [rows, spec.observation_size()]
  std::vector<uint8_t> images;  // [rows, spec.image_size()]
  std::vector<float> actions;   // [rows, spec.actions.size()]
  std::vector<uint8_t> starts;  // [rows], 0 or 1; the first one is 1
  std::string origin;           // for people

  int episodes() const;
};

/// The bytes of the file. Equal demonstrations give equal bytes.
std::string format_demonstrations(const Demonstrations& demonstrations);
/// Writes it atomically.
void save_demonstrations(const std::string& path, const Demonstrations& demonstrations);

/// Throws an Error that names the file when it is damaged, of a newer format, or not of demonstrations; when a tensor
/// is missing or does not match the interface; and, with its place, for a number that is not finite.
Demonstrations load_demonstrations(const std::string& path);
Demonstrations parse_demonstrations(std::string_view content, const std::string& file_name);

}  // namespace sinew
