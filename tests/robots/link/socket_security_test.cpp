#include "robots/link/socket_security.h"

#include "tests/core/expect_error.h"

namespace sinew {
namespace {

TEST(SocketSecurity, RefusesKeysThatAreNone) {
  const KeyPair keys = make_key_pair();
  for (const KeyPair& bad : {KeyPair{"", keys.secret_key}, KeyPair{keys.public_key, "secret"}})
    expect_contains(error_of([&] { trust_server(nullptr, bad, keys.public_key); }), "not a key of 40 characters");
  expect_contains(error_of([&] { trust_server(nullptr, keys, ""); }), "not a key of 40 characters");
}

}  // namespace
}  // namespace sinew
