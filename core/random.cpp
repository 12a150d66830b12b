#include "core/random.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/state_archive.h"

namespace sinew {
namespace {

// The finaliser of SplitMix64: every input bit reaches every output bit.
uint64_t mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

}  // namespace

std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> c, std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = uint64_t{0xD2511F53u} * c[0];
    const uint64_t p1 = uint64_t{0xCD9E8D57u} * c[2];
    c = {static_cast<uint32_t>(p1 >> 32) ^ c[1] ^ key[0], static_cast<uint32_t>(p1),
         static_cast<uint32_t>(p0 >> 32) ^ c[3] ^ key[1], static_cast<uint32_t>(p0)};
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  return c;
}

Rng Rng::split(std::string_view purpose, uint64_t index) const {
  uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a over the name
  for (const char letter : purpose) hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3u;
  return Rng(mix(mix(key_ ^ mix(hash)) + mix(index)));
}

void Rng::compute_block(uint64_t counter) {
  block_ = philox4x32({static_cast<uint32_t>(counter), static_cast<uint32_t>(counter >> 32), 0, 0},
                      {static_cast<uint32_t>(key_), static_cast<uint32_t>(key_ >> 32)});
}

void Rng::refill() {
  compute_block(counter_++);
  position_ = 0;
}

double Rng::normal() {
  if (has_spare_) {
    has_spare_ = 0;
    return spare_;
  }
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));
  const double angle = 2 * std::numbers::pi * uniform();
  spare_ = radius * std::sin(angle);
  has_spare_ = 1;
  return radius * std::cos(angle);
}

uint32_t Rng::below(uint32_t n) {
  // Lemire's multiply-shift with rejection.
  uint64_t product = uint64_t{bits()} * n;
  const uint32_t threshold = -n % n;
  while (static_cast<uint32_t>(product) < threshold) product = uint64_t{bits()} * n;
  return static_cast<uint32_t>(product >> 32);
}

void Rng::visit_state(StateArchive& archive) {
  archive("key", key_);
  archive("counter", counter_);
  archive("position", position_);
  archive("has_spare", has_spare_);
  archive("spare", spare_);
  if (!archive.restoring()) return;
  position_ = std::min<uint32_t>(position_, 4);
  if (position_ < 4) compute_block(counter_ - 1);
}

}  // namespace sinew
