#include "robots/link/keys.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "core/error.h"
#include "core/safe_file.h"
#include "core/text.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

constexpr size_t key_length = 40;           // characters, of 32 bytes
constexpr size_t most_key_bytes = 1 << 20;  // of a file here: some ten thousand keys

constexpr const char* what_names_are =
    "a name is 1 to 64 letters, digits, '.', '_' and '-', and begins with a letter or a digit";

bool is_name(std::string_view text) {
  const auto fine = [](unsigned char c) { return std::isalnum(c) || c == '.' || c == '_' || c == '-'; };
  return !text.empty() && text.size() <= 64 && std::isalnum(static_cast<unsigned char>(text[0])) &&
         std::ranges::all_of(text, fine);
}

// Without the terminator that Z85's functions append.
std::string as_text(const char (&key)[key_length + 1]) { return std::string(key, key_length); }

std::string public_key_of(const std::string& secret_key) {
  char key[key_length + 1];
  if (::zmq_curve_public(key, secret_key.c_str()) != 0) fail_errno("cannot compute a public key", errno);
  return as_text(key);
}

// Fails if the name exists: two concurrent commands create one key, not half of each.
void write_new_file(const std::string& path, const std::string& content, mode_t mode) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0 && errno == EEXIST) fail("'{}' is there already, and a key is never overwritten", path);
  if (fd < 0) fail_errno(fmt::format("cannot write '{}'", path), errno);
  const bool written = ::write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size());
  int error_number = written ? 0 : errno;
  if (written && ::fsync(fd) != 0) error_number = errno;
  if (::close(fd) != 0 && error_number == 0) error_number = errno;
  if (written && error_number == 0) return;
  ::unlink(path.c_str());
  fail_errno(fmt::format("cannot write '{}'", path), error_number ? error_number : ENOSPC);
}

// Accessible only to its owner; its parents get default permissions.
void make_key_folder(const std::string& folder) {
  const fs::path path = (fs::absolute(folder) / "").parent_path();  // without a trailing slash
  std::error_code code;
  fs::create_directories(path.parent_path(), code);
  if (code) fail_errno(fmt::format("cannot make the folder '{}'", path.parent_path().string()), code.value());
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
    fail_errno(fmt::format("cannot make the folder '{}'", folder), errno);
}

// Lines with content, numbered from 1. No key begins with '#': its first group would exceed 32 bits.
std::vector<std::pair<int, std::string_view>> lines_of(std::string_view text) {
  std::vector<std::pair<int, std::string_view>> lines;
  for (int number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back()))) line.remove_suffix(1);
    if (!line.empty() && line[0] != '#') lines.emplace_back(number, line);
  }
  return lines;
}

mode_t mode_of(const std::string& path, const char* how_to_make) {
  struct stat info{};
  if (::stat(path.c_str(), &info) == 0) return info.st_mode & 07777;
  if (errno == ENOENT) fail("there is no '{}'; {} makes it", path, how_to_make);
  fail_errno(fmt::format("cannot read '{}'", path), errno);
}

// The values after these words, each at the beginning of a line, in their order; anything else is an error.
std::vector<std::string> read_keys(const std::string& path, const std::vector<std::string>& words) {
  const std::string content = read_file(path, most_key_bytes);
  const auto lines = lines_of(content);
  std::vector<std::string> keys;
  for (size_t i = 0; i < std::min(lines.size(), words.size()); ++i) {
    const auto& [number, line] = lines[i];
    if (!line.starts_with(words[i] + " ") || !is_key(line.substr(words[i].size() + 1)))
      fail("'{}', line {}: '{}' and a key of 40 characters are expected", path, number, words[i]);
    keys.emplace_back(line.substr(words[i].size() + 1));
  }
  if (lines.size() != words.size())
    fail("'{}' has {} lines beside comments; {} of a key's file are expected: {}", path, lines.size(), words.size(),
         join(words));
  return keys;
}

}  // namespace

KeyPair make_key_pair() {
  char public_key[key_length + 1], secret_key[key_length + 1];
  do
    if (::zmq_curve_keypair(public_key, secret_key) != 0)
      throw Error(fmt::format("cannot make keys: {}", ::zmq_strerror(errno)), Error::Fault::system);
  while (!std::isalnum(static_cast<unsigned char>(public_key[0])));
  return {as_text(public_key), as_text(secret_key)};
}

bool is_key(std::string_view text) {
  uint8_t bytes[key_length / 5 * 4];
  const auto printable = [](unsigned char c) { return c > 0x20 && c < 0x7f; };  // zmq_z85_decode's table covers no
                                                                                // others
  return text.size() == key_length && std::ranges::all_of(text, printable) &&
         ::zmq_z85_decode(bytes, std::string(text).c_str());
}

std::string default_key_folder() {
  for (const auto& [variable, below] : {std::pair("XDG_CONFIG_HOME", "sinew/keys"), {"HOME", ".config/sinew/keys"}})
    if (const char* folder = std::getenv(variable); folder && *folder) return (fs::path(folder) / below).string();
  fail("neither XDG_CONFIG_HOME nor HOME says where your keys are; name a folder with --folder");
}

void check_key_name(const std::string& name) {
  if (!is_name(name)) fail("'{}' is not a name for a key: {}", shortened(name), what_names_are);
}

void write_key_pair(const std::string& folder, const std::string& name, const KeyPair& keys) {
  check_key_name(name);
  make_key_folder(folder);
  const std::string secret = (fs::path(folder) / (name + ".key")).string();
  write_new_file(
      secret,
      fmt::format("# Secret key of '{}', for sinew. Anyone who has it can pose as '{}': keep it on this computer.\n"
                  "public {}\n"
                  "secret {}\n",
                  name, name, keys.public_key, keys.secret_key),
      0600);
  try {
    write_new_file((fs::path(folder) / (name + ".pub")).string(),
                   fmt::format("# Public key of '{}', for sinew. To trust it: sinew keys allow {}.pub\n"
                               "public {}\n",
                               name, name, keys.public_key),
                   0644);
  } catch (const Error&) {
    ::unlink(secret.c_str());
    throw;
  }
}

KeyPair load_key_pair(const std::string& path) {
  if (path.ends_with(".pub")) fail("'{}' is a public key; the secret one, which is needed here, ends in .key", path);
  if (const mode_t mode = mode_of(path, "'sinew keys new NAME'"); mode & 077)
    fail("'{}' may be read by others (its mode is {:04o}); 'chmod 600 {}' prevents that", path, mode, path);
  std::vector<std::string> keys = read_keys(path, {"public", "secret"});
  if (public_key_of(keys[1]) != keys[0]) fail("'{}' is damaged: its two keys do not belong together", path);
  return {std::move(keys[0]), std::move(keys[1])};
}

std::string load_public_key(const std::string& path) {
  if (path.ends_with(".key"))
    fail("'{}' is a secret key, which stays where it is; the public one beside it ends in .pub", path);
  mode_of(path, "'sinew keys new NAME'");
  return read_keys(path, {"public"})[0];
}

const AllowedKey* AllowList::find_key(std::string_view key) const {
  const auto found = std::ranges::find(keys, key, &AllowedKey::key);
  return found == keys.end() ? nullptr : &*found;
}

const AllowedKey* AllowList::find_name(std::string_view name) const {
  const auto found = std::ranges::find(keys, name, &AllowedKey::name);
  return found == keys.end() ? nullptr : &*found;
}

namespace {

// The name after the key.
std::string_view name_in(std::string_view line) {
  line.remove_prefix(std::min(key_length, line.size()));
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  return line;
}

AllowedKey parse_allowed_key(std::string_view line, const AllowList& above) {
  if (!is_key(line.substr(0, key_length)) || (line.size() > key_length && line[key_length] != ' '))
    fail("a public key of 40 characters, a space and a name are expected");
  AllowedKey one{std::string(name_in(line)), std::string(line.substr(0, key_length))};
  if (!is_name(one.name)) fail("{}", what_names_are);
  if (above.find_name(one.name)) fail("the name '{}' appears twice", one.name);
  if (const AllowedKey* same = above.find_key(one.key)) fail("it repeats the key of '{}' above", same->name);
  return one;
}

AllowList parse_allow_list(const std::string& path, const std::string& content) {
  AllowList list;
  for (const auto& numbered : lines_of(content))
    with_context(fmt::format("'{}', line {}", path, numbered.first),
                 [&] { list.keys.push_back(parse_allowed_key(numbered.second, list)); });
  return list;
}

std::string read_allow_list(const std::string& path) {
  if (const mode_t mode = mode_of(path, "'sinew keys allow NAME.pub'"); mode & 02)
    fail("everybody can write to '{}' (its mode is {:04o}), and so let in anybody; 'chmod 644 {}' prevents that", path,
         mode, path);
  return read_file(path, most_key_bytes);
}

}  // namespace

AllowList load_allow_list(const std::string& path) { return parse_allow_list(path, read_allow_list(path)); }

bool allow_key(const std::string& path, const AllowedKey& one) {
  check_key_name(one.name);
  if (!is_key(one.key)) fail("what was given as the key of '{}' is not a key", one.name);
  std::string content = "# Public keys that sinew trusts on this computer, each with its name: KEY NAME\n";
  if (std::error_code code; fs::exists(path, code)) content = read_allow_list(path);
  const AllowList list = parse_allow_list(path, content);
  const AllowedKey* same_name = list.find_name(one.name);
  const AllowedKey* same_key = list.find_key(one.key);
  if (same_name && same_name == same_key) return false;
  if (same_name)
    fail("'{}' has another key in '{}'; if that one is no longer valid, run 'sinew keys forget {}' first", one.name,
         path, one.name);
  if (same_key) fail("'{}' already has this key, as '{}'", path, same_key->name);
  if (!content.empty() && !content.ends_with('\n')) content += '\n';
  make_key_folder(fs::absolute(path).parent_path().string());
  write_file_atomically(path, content + fmt::format("{} {}\n", one.key, one.name));
  return true;
}

void forget_key(const std::string& path, const std::string& name) {
  std::string content = read_allow_list(path);
  const AllowList list = parse_allow_list(path, content);
  if (!list.find_name(name)) {
    std::vector<std::string> names;
    for (const AllowedKey& one : list.keys) names.push_back(one.name);
    fail("there is no '{}' in '{}'{}", shortened(name), path, suggestion(name, names));
  }
  for (const auto& [number, line] : lines_of(content))
    if (name_in(line) == name) {
      const auto begin = static_cast<size_t>(line.data() - content.data());
      content.erase(begin, std::min(content.find('\n', begin), content.size() - 1) + 1 - begin);
      break;
    }
  write_file_atomically(path, content);
}

}  // namespace sinew
