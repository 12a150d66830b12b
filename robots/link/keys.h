#pragma once
#include <string>
#include <string_view>
#include <vector>

/// Who may speak on a link beyond this computer: each side has a pair of CURVE keys, and a list of the public keys of
/// those it lets in. Keys are text everywhere: 40 characters of Z85. A folder holds NAME.key (secret, for its owner's
/// eyes alone), NAME.pub, and the list, `allowed`. No message here ever quotes a line of a file: it may be a secret.
namespace sinew {

struct KeyPair {
  std::string public_key, secret_key;
};

/// A new one. Its public key begins with a letter or a digit, so that a shell and a list take it as it is.
KeyPair make_key_pair();
/// Whether this is a key as Z85 writes it.
bool is_key(std::string_view text);

/// `$XDG_CONFIG_HOME/sinew/keys`, or `~/.config/sinew/keys`. Throws Error where there is no home either.
std::string default_key_folder();
/// Throws Error unless it is 1 to 64 letters, digits, '.', '_' and '-', and begins with a letter or a digit.
void check_key_name(const std::string& name);

/// Writes NAME.key and NAME.pub, and makes the folder. Throws Error where either is there already: a key is never
/// overwritten.
void write_key_pair(const std::string& folder, const std::string& name, const KeyPair& keys);
/// NAME.key. Throws Error where it is missing, unreadable, malformed, or others than its owner have any right to it.
KeyPair load_key_pair(const std::string& path);
/// The public key in NAME.pub. Throws Error as above, and where it is a secret key's file, which must not travel.
std::string load_public_key(const std::string& path);

struct AllowedKey {
  std::string name, key;
};

/// Whose public keys are trusted; no name and no key is there twice.
struct AllowList {
  std::vector<AllowedKey> keys;
  /// Null where it is not among them.
  const AllowedKey* find_key(std::string_view key) const;
  const AllowedKey* find_name(std::string_view name) const;
};

/// One line each: the key and its name; lines that begin with '#', and empty ones, say nothing. Throws Error where the
/// file is missing, unreadable, malformed, or everybody may write to it.
AllowList load_allow_list(const std::string& path);
/// Adds a line, making the file where it is missing. False: this name has this key already. Throws Error where the name
/// has another key, or the key another name.
bool allow_key(const std::string& path, const AllowedKey& one);
/// Takes a name's line out; the others stay as they are. Throws Error where there is none.
void forget_key(const std::string& path, const std::string& name);

}  // namespace sinew
