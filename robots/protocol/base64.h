#pragma once
#include <string>
#include <string_view>

namespace sinew {

/// Bytes as text and back (RFC 4648, with padding).
std::string to_base64(std::string_view bytes);
/// Throws an Error for invalid text: other characters, a length that is not a multiple of 4, wrong padding.
std::string from_base64(std::string_view text);

}  // namespace sinew
