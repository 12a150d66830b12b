#include "core/foreign_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

namespace sinew {
namespace {

constexpr size_t looked_at = 1024;  // bytes

struct Signature {
  std::string_view bytes;
  const char* words;
};
using namespace std::string_view_literals;
constexpr Signature signatures[] = {
    {"/annex/objects/"sv, "it is a git-annex pointer, not the file itself, which 'git annex get' fetches"},
    {"\xff\xfe\0\0"sv, "it is text in UTF-32; save it as UTF-8"},
    {"\0\0\xfe\xff"sv, "it is text in UTF-32; save it as UTF-8"},
    {"\xff\xfe"sv, "it is text in UTF-16, as PowerShell writes it; save it as UTF-8"},
    {"\xfe\xff"sv, "it is text in UTF-16; save it as UTF-8"},
    {"\x1f\x8b"sv, "it is compressed (gzip); unpack it first"},
    {"\xfd\x37zXZ\0"sv, "it is compressed (xz); unpack it first"},
    {"\x28\xb5\x2f\xfd"sv, "it is compressed (zstd); unpack it first"},
    {"BZh"sv, "it is compressed (bzip2); unpack it first"},
    {"7z\xbc\xaf\x27\x1c"sv, "it is a 7z archive; unpack it first"},
    {"Rar!\x1a"sv, "it is a RAR archive; unpack it first"},
    {"%PDF-"sv, "it is a PDF document"},
    {"\x93NUMPY"sv, "it is a NumPy array"},
    {"\x89HDF\r\n"sv, "it is an HDF5 file"},
};

// "version https://git-lfs.github.com/spec/v1\noid sha256:…\nsize 51234\n"
std::string lfs_pointer(std::string_view text) {
  if (!text.starts_with("version https://git-lfs.github.com/spec/")) return "";
  std::string size;
  if (const size_t at = text.find("\nsize "); at != std::string_view::npos)
    for (size_t i = at + 6; i < text.size() && std::isdigit(static_cast<unsigned char>(text[i])); ++i) size += text[i];
  return fmt::format("it is a Git LFS pointer, not the file itself{}, which 'git lfs pull' fetches",
                     size.empty() ? "" : fmt::format(" of {} bytes", size));
}

std::string archive(std::string_view content) {
  if (!content.starts_with("PK\x03\x04") && !content.starts_with("PK\x05\x06")) return "";
  // The first entry's name is within its header.
  return content.substr(0, 256).find("/data.pkl") != std::string_view::npos
             ? "it is a PyTorch file, which is not read here"
             : "it is a zip archive; unpack it and give a file from it";
}

bool is_web_page(std::string_view text) {
  std::string start;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  for (const char c : text.substr(0, 14)) start += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return start.starts_with("<!doctype html") || start.starts_with("<html>") || start.starts_with("<html ");
}

// UTF-16 without a byte order mark: every second byte is 0, the others are text.
bool is_unmarked_utf16(std::string_view content) {
  constexpr size_t enough = 16;
  if (content.size() < enough) return false;
  content = content.substr(0, enough);
  for (const size_t zero : {size_t{0}, size_t{1}}) {
    bool all = true;
    for (size_t i = 0; i < enough; ++i) {
      const auto byte = static_cast<unsigned char>(content[i]);
      all &= i % 2 == zero ? byte == 0 : std::isprint(byte) || std::isspace(byte);
    }
    if (all) return true;
  }
  return false;
}

}  // namespace

std::string foreign_file(std::string_view content) {
  content = content.substr(0, looked_at);
  if (std::string words = lfs_pointer(content); !words.empty()) return words;
  if (std::string words = archive(content); !words.empty()) return words;
  if (is_web_page(content)) return "it is a web page (HTML), not the file: download what the page's link leads to";
  for (const Signature& signature : signatures)
    if (content.starts_with(signature.bytes)) return signature.words;
  if (content.size() > 262 && content.substr(257, 5) == "ustar") return "it is a tar archive; unpack it first";
  if (is_unmarked_utf16(content)) return "it is text in UTF-16; save it as UTF-8";
  return "";
}

}  // namespace sinew
