#pragma once
#include <zlib.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

/// The byte format of MCAP, version 0 (https://mcap.dev/spec). A file is
///
///   magic | header | data section | data end | summary section | summary offsets | footer | magic
///
/// and everything between the magics consists of records:  uint8 opcode | uint64 length | content.  Numbers are
/// little-endian; a text, a list and a map are their length in bytes as uint32, followed by the bytes.
namespace sinew::mcap {

static_assert(std::endian::native == std::endian::little);

/// Including the version's byte, '0'.
inline constexpr std::string_view magic{"\x89MCAP0\r\n", 8};
inline constexpr size_t version_at = 5;

enum class Opcode : uint8_t {
  header = 0x01,
  footer = 0x02,
  schema = 0x03,
  channel = 0x04,
  message = 0x05,
  chunk = 0x06,
  message_index = 0x07,
  chunk_index = 0x08,
  statistics = 0x0b,
  summary_offset = 0x0e,
  data_end = 0x0f
};

inline constexpr size_t record_head = 1 + 8;         // bytes before a record's content
inline constexpr size_t footer_content = 8 + 8 + 4;  // uint64 summary, uint64 summary offsets, uint32 CRC
inline constexpr size_t footer_checked = 8 + 8;      // bytes of the footer that its CRC covers, besides the record's
                                                     // head

/// CRC-32 as in zlib, continued from `crc` of the preceding bytes.
inline uint32_t checksum(std::string_view bytes, uint32_t crc = 0) {
  return static_cast<uint32_t>(crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

template <class T>
void put(std::string& out, T number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}
inline void put_text(std::string& out, std::string_view text) {
  put(out, static_cast<uint32_t>(text.size()));
  out += text;
}

/// Appends a record to `out`; `write_content` appends its content.
template <class WriteContent>
void put_record(std::string& out, Opcode opcode, WriteContent&& write_content) {
  put(out, opcode);
  const size_t length_at = out.size();
  put(out, uint64_t{0});
  write_content();
  const uint64_t length = out.size() - length_at - sizeof(uint64_t);
  std::memcpy(out.data() + length_at, &length, sizeof length);
}

/// Takes a record's fields from its front. Once a field is missing, it and all later ones are 0 or empty.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : rest_(bytes) {}
  /// No field has been missing so far.
  bool ok() const { return ok_; }
  size_t left() const { return rest_.size(); }

  template <class T>
  T take() {
    T number{};
    if (const std::string_view bytes = take_bytes(sizeof number); ok_)
      std::memcpy(&number, bytes.data(), sizeof number);
    return number;
  }
  std::string_view take_text() { return take_bytes(take<uint32_t>()); }
  std::string_view take_bytes(uint64_t count) {
    ok_ = ok_ && count <= rest_.size();
    if (!ok_) return {};
    const std::string_view bytes = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return bytes;
  }
  std::string_view take_rest() { return take_bytes(rest_.size()); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace sinew::mcap
