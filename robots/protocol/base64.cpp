#include "robots/protocol/base64.h"

#include <array>
#include <cstdint>

#include "core/error.h"

namespace sinew {
namespace {

constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr uint8_t no_digit = 64;

constexpr std::array<uint8_t, 256> values = [] {
  std::array<uint8_t, 256> table{};
  table.fill(no_digit);
  for (size_t i = 0; i < digits.size(); ++i) table[static_cast<uint8_t>(digits[i])] = static_cast<uint8_t>(i);
  return table;
}();

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t three = 0;
    for (size_t k = i; k < i + 3; ++k) three = three << 8 | (k < bytes.size() ? static_cast<uint8_t>(bytes[k]) : 0u);
    for (int shift = 18; shift >= 0; shift -= 6) text += digits[three >> shift & 63];
  }
  for (size_t missing = (3 - bytes.size() % 3) % 3; missing > 0; --missing) text[text.size() - missing] = '=';
  return text;
}

std::string from_base64(std::string_view text) {
  if (text.size() % 4 != 0) fail("{} characters are not base64", text.size());
  const size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  const size_t length = text.size() - padding;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  uint32_t bits = 0;
  for (size_t i = 0; i < length; ++i) {
    const uint8_t value = values[static_cast<uint8_t>(text[i])];
    if (value == no_digit) fail("the byte {:#04x} is not base64", static_cast<uint8_t>(text[i]));
    bits = bits << 6 | value;
    if (i % 4 == 3)
      for (const int shift : {16, 8, 0}) bytes += static_cast<char>(bits >> shift & 255);
  }
  // The rest of the last four: one byte in 12 bits, or two in 18; the remaining bits are 0.
  if (padding == 2) bits <<= 12;
  if (padding == 1) bits <<= 6;
  if (padding > 0 && (bits & (padding == 2 ? 0xffff : 0xff)) != 0) fail("the end is not base64");
  if (padding > 0) bytes += static_cast<char>(bits >> 16 & 255);
  if (padding == 1) bytes += static_cast<char>(bits >> 8 & 255);
  return bytes;
}

}  // namespace sinew
