#pragma once
#include <span>

#include "core/random.h"

/// Initial values of weight matrices, stored [inputs, outputs].
namespace sinew {

/// A (semi-)orthogonal matrix times gain (Saxe et al. 2014): QR of a Gaussian matrix, signs fixed so
/// that it is uniformly distributed.
template <class T>
void orthogonal_init(std::span<T> weight, int inputs, int outputs, double gain, Rng& rng);

/// Uniform in ±gain·sqrt(3 / inputs) (He et al. 2015; gain sqrt(2) for relu).
template <class T>
void kaiming_init(std::span<T> weight, int inputs, double gain, Rng& rng);

}  // namespace sinew
