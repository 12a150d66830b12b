#pragma once
#include <string>
#include <string_view>
#include <vector>

/// Access control for a link beyond this computer. Each side has a pair of CURVE keys, and a list of the public keys
/// that it accepts. Keys are always text: 40 characters of Z85. A folder holds NAME.key (secret, readable only by its
/// owner), NAME.pub, and the list, `allowed`. No message here ever quotes a line of a file: it may be a secret.
namespace sinew {

struct KeyPair {
  std::string public_key, secret_key;
};

/// Generates a pair. The public key begins with a letter or a digit, so that a shell and a list take it without
/// quoting.
KeyPair make_key_pair();
/// Whether the text is a key in Z85.
bool is_key(std::string_view text);

/// `$XDG_CONFIG_HOME/sinew/keys`, or `~/.config/sinew/keys`. Throws Error if there is no home folder either.
std::string default_key_folder();
/// Throws Error unless the name has 1 to 64 letters, digits, '.', '_' and '-', and begins with a letter or a digit.
void check_key_name(const std::string& name);

/// Writes NAME.key and NAME.pub, and creates the folder. Throws Error if either file exists: a key is never
/// overwritten.
void write_key_pair(const std::string& folder, const std::string& name, const KeyPair& keys);
/// Loads NAME.key. Throws Error if it is missing, unreadable or malformed, or if anyone except its owner has access to
/// it.
KeyPair load_key_pair(const std::string& path);
/// Loads the public key in NAME.pub. Throws Error as above, and for the file of a secret key, which must not leave its
/// computer.
std::string load_public_key(const std::string& path);

struct AllowedKey {
  std::string name, key;
};

/// The trusted public keys; names and keys are unique.
struct AllowList {
  std::vector<AllowedKey> keys;
  /// Null if it is not on the list.
  const AllowedKey* find_key(std::string_view key) const;
  const AllowedKey* find_name(std::string_view name) const;
};

/// One line per key: the key and its name. Lines that begin with '#' and empty lines are ignored. Throws Error if the
/// file is missing, unreadable or malformed, or if everyone may write to it.
AllowList load_allow_list(const std::string& path);
/// Adds a line; creates the file if it is missing. False: the name already has this key. Throws Error if the name has
/// another key, or the key another name.
bool allow_key(const std::string& path, const AllowedKey& one);
/// Removes a name's line and leaves the others unchanged. Throws Error if there is none.
void forget_key(const std::string& path, const std::string& name);

}  // namespace sinew
