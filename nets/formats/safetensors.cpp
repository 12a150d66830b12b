#include "nets/formats/safetensors.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/safe_file.h"

namespace sinew {
namespace {

using nlohmann::json;

static_assert(std::endian::native == std::endian::little, "safetensors data is little-endian");

constexpr size_t prefix_bytes = 8;
constexpr uint64_t max_header_bytes = 100'000'000;  // as the format's reference implementation
constexpr size_t max_dimensions = 16;
constexpr const char* metadata_key = "__metadata__";

// Bytes of one number, 0 for an unknown dtype.
uint64_t dtype_bytes(std::string_view dtype) {
  if (dtype == "F32" || dtype == "I32" || dtype == "U32") return 4;
  if (dtype == "F64" || dtype == "I64" || dtype == "U64") return 8;
  if (dtype == "F16" || dtype == "BF16" || dtype == "I16" || dtype == "U16") return 2;
  if (dtype == "U8" || dtype == "I8" || dtype == "BOOL") return 1;
  return 0;
}

// Bytes of a whole tensor; throws for an unknown dtype, a negative extent and a product that overflows.
uint64_t tensor_bytes(const std::string& name, const StoredTensor& tensor) {
  uint64_t bytes = dtype_bytes(tensor.dtype);
  if (bytes == 0) fail("the tensor '{}' has the unknown dtype '{}'", name, tensor.dtype);
  bool fits = true;
  for (const int64_t extent : tensor.shape)
    fits = fits && extent >= 0 && !__builtin_mul_overflow(bytes, static_cast<uint64_t>(extent), &bytes);
  if (!fits) fail("the tensor '{}' has the impossible shape [{}]", name, fmt::join(tensor.shape, ", "));
  return bytes;
}

struct HeaderEntry {
  std::string dtype;
  std::vector<uint64_t> shape, data_offsets;
  bool has_dtype = false, has_shape = false, has_offsets = false;
};

struct Header {
  std::map<std::string, std::string> metadata;
  std::map<std::string, HeaderEntry> entries;
};

// Accepts the only valid shape of a header, event by event. It detects repeated entries, and a hostile header costs
// neither recursion nor a tree.
class HeaderReader : public json::json_sax_t {
 public:
  explicit HeaderReader(Header& header) : header_(header) {}

  bool null() override { unexpected(); }
  bool boolean(bool) override { unexpected(); }
  bool number_integer(json::number_integer_t) override { unexpected(); }
  bool number_float(json::number_float_t, const std::string&) override { unexpected(); }
  bool binary(json::binary_t&) override { unexpected(); }

  bool number_unsigned(json::number_unsigned_t value) override {
    if (level_ != Level::list) unexpected();
    if (list_->size() == max_dimensions) fail("the tensor '{}' has more than {} dimensions", name_, max_dimensions);
    list_->push_back(value);
    return true;
  }
  bool string(std::string& value) override {
    if (level_ == Level::metadata) {
      header_.metadata[field_] = value;
    } else if (level_ == Level::entry && field_ == "dtype") {
      entry_->dtype = value;
    } else {
      unexpected();
    }
    return true;
  }
  bool start_object(size_t) override {
    if (level_ == Level::outside) {
      level_ = Level::top;
    } else if (level_ == Level::top) {
      level_ = name_ == metadata_key ? Level::metadata : Level::entry;
    } else {
      unexpected();
    }
    return true;
  }
  bool key(std::string& key) override {
    if (level_ == Level::top) {
      name_ = key;
      const bool fresh =
          key == metadata_key ? !std::exchange(has_metadata_, true) : header_.entries.try_emplace(key).second;
      if (!fresh) fail("the name '{}' appears twice", key);
      if (key != metadata_key) entry_ = &header_.entries[key];
      return true;
    }
    field_ = key;
    const bool fresh = level_ == Level::metadata ? header_.metadata.try_emplace(key).second
                       : key == "dtype"          ? !std::exchange(entry_->has_dtype, true)
                       : key == "shape"          ? !std::exchange(entry_->has_shape, true)
                       : key == "data_offsets"   ? !std::exchange(entry_->has_offsets, true)
                                                 : (unexpected(), false);
    if (!fresh) fail("'{}' has '{}' twice", name_, key);
    return true;
  }
  bool start_array(size_t) override {
    if (level_ != Level::entry || field_ == "dtype") unexpected();
    list_ = field_ == "shape" ? &entry_->shape : &entry_->data_offsets;
    level_ = Level::list;
    return true;
  }
  bool end_array() override {
    level_ = Level::entry;
    return true;
  }
  bool end_object() override {
    if (level_ == Level::entry && !(entry_->has_dtype && entry_->has_shape && entry_->data_offsets.size() == 2))
      fail("the tensor '{}' lacks its dtype, shape or offsets", name_);
    level_ = level_ == Level::top ? Level::outside : Level::top;
    return true;
  }
  bool parse_error(size_t position, const std::string&, const json::exception&) override {
    fail("its header is broken JSON at byte {}", prefix_bytes + position);
  }

 private:
  enum class Level { outside, top, metadata, entry, list };

  [[noreturn]] void unexpected() const {
    fail("its header has something unexpected{}", name_.empty() ? "" : fmt::format(" at '{}'", name_));
  }

  Header& header_;
  Level level_ = Level::outside;
  std::string name_, field_;
  bool has_metadata_ = false;
  HeaderEntry* entry_ = nullptr;
  std::vector<uint64_t>* list_ = nullptr;
};

// The tensor without its data, after checking its place and size.
StoredTensor check_entry(const std::string& name, const HeaderEntry& entry, uint64_t data_bytes) {
  StoredTensor tensor{.dtype = entry.dtype, .shape = {entry.shape.begin(), entry.shape.end()}, .data = {}};
  const uint64_t begin = entry.data_offsets[0], end = entry.data_offsets[1];
  if (begin > end || end > data_bytes)
    fail("the tensor '{}' lies at bytes {} to {} of {}", name, begin, end, data_bytes);
  if (const uint64_t bytes = tensor_bytes(name, tensor); bytes != end - begin)
    fail("the tensor '{}' of shape [{}] needs {} bytes and has {}", name, fmt::join(tensor.shape, ", "), bytes,
         end - begin);
  return tensor;
}

// Checks that every byte belongs to exactly one tensor.
void check_cover(const Header& header, uint64_t data_bytes) {
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
  for (const auto& [name, entry] : header.entries) ranges.emplace_back(entry.data_offsets[0], entry.data_offsets[1]);
  std::sort(ranges.begin(), ranges.end());
  uint64_t covered = 0;
  for (const auto& [begin, end] : ranges) {
    if (begin != covered) fail("its tensors {} at byte {}", begin < covered ? "overlap" : "leave a gap", begin);
    covered = end;
  }
  if (covered != data_bytes) fail("{} bytes follow its last tensor", data_bytes - covered);
}

TensorFile parse(std::string_view content) {
  uint64_t header_bytes = 0;
  if (content.size() < prefix_bytes) fail("{} bytes are too few", content.size());
  std::memcpy(&header_bytes, content.data(), prefix_bytes);
  if (header_bytes > content.size() - prefix_bytes || header_bytes > max_header_bytes)
    fail("its header should have {} bytes, the whole file has {}", header_bytes, content.size());
  const std::string_view text = content.substr(prefix_bytes, header_bytes);
  const std::string_view data = content.substr(prefix_bytes + header_bytes);
  if (!text.starts_with('{')) fail("its header does not begin with '{{'");

  Header header;
  HeaderReader reader(header);
  json::sax_parse(text.begin(), text.end(), &reader);
  TensorFile file{.metadata = std::move(header.metadata), .tensors = {}};
  for (const auto& [name, entry] : header.entries) file.tensors.emplace(name, check_entry(name, entry, data.size()));
  check_cover(header, data.size());
  for (const auto& [name, entry] : header.entries) {
    const auto begin = data.begin() + static_cast<ptrdiff_t>(entry.data_offsets[0]);
    file.tensors[name].data.assign(begin, data.begin() + static_cast<ptrdiff_t>(entry.data_offsets[1]));
  }
  return file;
}

}  // namespace

StoredTensor StoredTensor::from_floats(std::vector<int64_t> shape, std::span<const float> values) {
  StoredTensor tensor{.dtype = "F32", .shape = std::move(shape), .data = std::vector<uint8_t>(values.size_bytes())};
  if (!values.empty()) std::memcpy(tensor.data.data(), values.data(), values.size_bytes());
  return tensor;
}

std::vector<float> StoredTensor::floats() const {
  if (dtype != "F32") fail("a tensor of dtype F32 is expected, not {}", dtype);
  std::vector<float> values(data.size() / sizeof(float));
  if (!values.empty()) std::memcpy(values.data(), data.data(), values.size() * sizeof(float));
  return values;
}

TensorFile parse_safetensors(std::string_view content, const std::string& file_name) {
  return with_context(fmt::format("'{}' is not an intact safetensors file", file_name), [&] { return parse(content); });
}

TensorFile read_safetensors(const std::string& path) { return parse_safetensors(read_file(path), path); }

std::string format_safetensors(const TensorFile& file) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!file.metadata.empty()) header[metadata_key] = file.metadata;
  uint64_t offset = 0;
  for (const auto& [name, tensor] : file.tensors) {
    if (name == metadata_key) fail("a tensor cannot be named '{}'", name);
    if (const uint64_t bytes = tensor_bytes(name, tensor); bytes != tensor.data.size())
      fail("the tensor '{}' of shape [{}] needs {} bytes and has {}", name, fmt::join(tensor.shape, ", "), bytes,
           tensor.data.size());
    header[name] = {
        {"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {offset, offset + tensor.data.size()}}};
    offset += tensor.data.size();
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const nlohmann::json::exception&) {
    fail("a name or the metadata of a tensor file is not UTF-8 text");
  }
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const uint64_t header_bytes = text.size();
  std::string content;
  content.reserve(prefix_bytes + text.size() + offset);
  content.append(reinterpret_cast<const char*>(&header_bytes), prefix_bytes);
  content += text;
  for (const auto& [name, tensor] : file.tensors) content.append(tensor.data.begin(), tensor.data.end());
  return content;
}

void write_safetensors(const std::string& path, const TensorFile& file) {
  write_file_atomically(path, format_safetensors(file));
}

const std::string& metadata(const TensorFile& file, const std::string& key) {
  const auto entry = file.metadata.find(key);
  if (entry == file.metadata.end()) fail("the metadata '{}' is missing", key);
  return entry->second;
}

void check_format(const TensorFile& file, const std::string& format, int version, const std::string& what) {
  const auto found = file.metadata.find("format");
  if (found == file.metadata.end() || found->second != format) fail("this safetensors file is not {}", what);
  if (const std::string other = metadata(file, "format_version"); other != std::to_string(version))
    fail("its format version is {}, this program reads {}; use a matching version of sinew", other, version);
}

// Hashes each entry with its name and length.
std::string content_checksum(const TensorFile& file) {
  Sha256 hash;
  const auto add = [&hash](const std::string& name, const void* data, size_t bytes) {
    const std::string head = fmt::format("{} {}\n", name, bytes);
    hash.update(head.data(), head.size());
    hash.update(data, bytes);
  };
  for (const auto& [name, text] : file.metadata)
    if (name != "sha256") add(name, text.data(), text.size());
  for (const auto& [name, tensor] : file.tensors) {
    std::string shape = tensor.dtype;
    for (const int64_t extent : tensor.shape) shape += fmt::format(" {}", extent);
    add(name + " " + shape, tensor.data.data(), tensor.data.size());
  }
  return hash.hex_digest();
}

}  // namespace sinew
