#include "nets/formats/demonstrations.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/safe_file.h"
#include "nets/formats/interface_json.h"
#include "nets/formats/safetensors.h"

namespace sinew {
namespace {

constexpr int demonstrations_version = 1;
constexpr int64_t most_rows = int64_t{1} << 26;

std::string tensor_name(const SensorSpec& sensor) { return "observation." + sensor.name; }

std::vector<int64_t> shape_of_rows(int64_t rows, const std::vector<int>& shape) {
  std::vector<int64_t> extents{rows};
  extents.insert(extents.end(), shape.begin(), shape.end());
  return extents;
}

// Copies the columns [begin, begin + size) of rows of `width`; put_columns() copies them back.
template <class T>
std::vector<T> columns(const std::vector<T>& all, size_t rows, size_t width, size_t begin, size_t size) {
  std::vector<T> own;
  own.reserve(rows * size);
  for (size_t row = 0; row < rows; ++row)
    own.insert(own.end(), all.begin() + row * width + begin, all.begin() + row * width + begin + size);
  return own;
}

template <class T>
void put_columns(std::vector<T>& all, size_t rows, size_t width, size_t begin, size_t size, const std::vector<T>& own) {
  for (size_t row = 0; row < rows; ++row)
    std::copy_n(own.begin() + row * size, size, all.begin() + row * width + begin);
}

void check_are_demonstrations(const TensorFile& file) {
  check_format(file, demonstrations_format, demonstrations_version,
               "a set of demonstrations; 'sinew log F.mcap --demonstrations FILE' makes one");
  const auto checksum = file.metadata.find("sha256");
  if (checksum != file.metadata.end() && checksum->second != content_checksum(file))
    fail("it is damaged: the checksum does not match its content");
}

const StoredTensor& typed_tensor(const TensorFile& file, const std::string& name, const std::string& dtype,
                                 const std::vector<int64_t>& shape) {
  const auto entry = file.tensors.find(name);
  if (entry == file.tensors.end()) fail("the tensor '{}' is missing", name);
  const StoredTensor& stored = entry->second;
  if (stored.dtype != dtype || stored.shape != shape)
    fail("the tensor '{}' is {} [{}]; the interface requires {} [{}]", name, stored.dtype,
         fmt::join(stored.shape, ", "), dtype, fmt::join(shape, ", "));
  return stored;
}

std::vector<float> finite_numbers(const TensorFile& file, const std::string& name, const std::vector<int64_t>& shape) {
  std::vector<float> numbers = typed_tensor(file, name, "F32", shape).floats();
  const auto bad = std::ranges::find_if_not(numbers, [](float x) { return std::isfinite(x); });
  if (bad != numbers.end()) {
    const int64_t columns = static_cast<int64_t>(numbers.size()) / shape[0], place = bad - numbers.begin();
    fail("'{}' is {} in step {}, number {}", name, *bad, place / columns, place % columns);
  }
  return numbers;
}

int count_rows(const TensorFile& file) {
  const auto entry = file.tensors.find("starts");
  if (entry == file.tensors.end()) fail("the tensor 'starts' is missing");
  if (entry->second.shape.size() != 1) fail("the tensor 'starts' has {} dimensions, not 1", entry->second.shape.size());
  const int64_t rows = entry->second.shape[0];
  if (rows < 1 || rows > most_rows) fail("it has {} steps; from 1 to {} are allowed", rows, most_rows);
  return static_cast<int>(rows);
}

Demonstrations read(const TensorFile& file) {
  check_are_demonstrations(file);
  Demonstrations result;
  result.spec = interface_from_json(metadata(file, "interface"));
  result.rows = count_rows(file);
  const auto origin = file.metadata.find("origin");
  if (origin != file.metadata.end()) result.origin = origin->second;
  const size_t rows = static_cast<size_t>(result.rows), width = static_cast<size_t>(result.spec.observation_size()),
               image_width = static_cast<size_t>(result.spec.image_size());
  result.numbers.resize(rows * width);
  result.images.resize(rows * image_width);
  size_t number = 0, byte = 0;
  for (const SensorSpec& sensor : result.spec.sensors) {
    if (sensor.frames != 1) fail("the image '{}' is a stack of {} frames; one is needed", sensor.name, sensor.frames);
    const size_t size = static_cast<size_t>(sensor.size());
    const std::vector<int64_t> shape = shape_of_rows(result.rows, sensor.shape);
    if (sensor.is_image())
      put_columns(result.images, rows, image_width, byte, size,
                  typed_tensor(file, tensor_name(sensor), "U8", shape).data);
    else
      put_columns(result.numbers, rows, width, number, size, finite_numbers(file, tensor_name(sensor), shape));
    (sensor.is_image() ? byte : number) += size;
  }
  result.actions = finite_numbers(file, "action", {result.rows, result.spec.actions.size()});
  result.starts = typed_tensor(file, "starts", "U8", {result.rows}).data;
  if (result.starts[0] == 0) fail("'starts' is 0 in the first step, where an episode begins");
  for (uint8_t& start : result.starts) start = start != 0;
  return result;
}

}  // namespace

int Demonstrations::episodes() const { return static_cast<int>(std::ranges::count(starts, uint8_t{1})); }

std::string format_demonstrations(const Demonstrations& all) {
  const size_t rows = static_cast<size_t>(all.rows), width = static_cast<size_t>(all.spec.observation_size()),
               image_width = static_cast<size_t>(all.spec.image_size());
  TensorFile file;
  size_t number = 0, byte = 0;
  for (const SensorSpec& sensor : all.spec.sensors) {
    const size_t size = static_cast<size_t>(sensor.size());
    const std::vector<int64_t> shape = shape_of_rows(all.rows, sensor.shape);
    if (sensor.is_image())
      file.tensors[tensor_name(sensor)] = {
          .dtype = "U8", .shape = shape, .data = columns(all.images, rows, image_width, byte, size)};
    else
      file.tensors[tensor_name(sensor)] =
          StoredTensor::from_floats(shape, columns(all.numbers, rows, width, number, size));
    (sensor.is_image() ? byte : number) += size;
  }
  file.tensors["action"] = StoredTensor::from_floats({all.rows, all.spec.actions.size()}, all.actions);
  file.tensors["starts"] = {.dtype = "U8", .shape = {all.rows}, .data = all.starts};
  file.metadata = {{"format", demonstrations_format},
                   {"format_version", std::to_string(demonstrations_version)},
                   {"interface", interface_to_json(all.spec)},
                   {"origin", all.origin}};
  file.metadata["sha256"] = content_checksum(file);
  return format_safetensors(file);
}

void save_demonstrations(const std::string& path, const Demonstrations& demonstrations) {
  write_file_atomically(path, format_demonstrations(demonstrations));
}

Demonstrations parse_demonstrations(std::string_view content, const std::string& file_name) {
  const TensorFile file = parse_safetensors(content, file_name);
  return with_context(fmt::format("the demonstrations '{}'", file_name), [&] { return read(file); });
}

Demonstrations load_demonstrations(const std::string& path) { return parse_demonstrations(read_file(path), path); }

}  // namespace sinew
