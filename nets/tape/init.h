#pragma once
#include <cstdint>
#include <span>

#include "core/random.h"

/// Initial values of weight matrices, stored [inputs, outputs].
namespace sinew {

/// A (semi-)orthogonal matrix times gain (Saxe et al. 2014): QR of a Gaussian matrix, signs fixed so
/// that it is uniformly distributed.
template <class T>
void orthogonal_init(std::span<T> weight, int inputs, int outputs, double gain, Rng& rng);

/// Whether orthogonal initialisation of `matrices` such matrices takes more than about half a minute: the cost of a QR
/// grows with the third power.
bool takes_too_long(int inputs, int outputs, int64_t matrices = 1);

/// Uniform in ±gain·sqrt(3 / inputs) (He et al. 2015; gain sqrt(2) for relu).
template <class T>
void kaiming_init(std::span<T> weight, int inputs, double gain, Rng& rng);

}  // namespace sinew
