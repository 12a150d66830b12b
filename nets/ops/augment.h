#pragma once
#include "core/random.h"
#include "nets/tape/tape.h"

/// Random changes that a network should become invariant to. Each row draws its own; gradients flow through them.
namespace sinew {

/// Shifts every image [rows, height, width, channels] by up to `pixels` each way, and repeats its border into the gap
/// (Yarats et al. 2021, Image augmentation is all you need).
template <class T>
BasicTensor<T> random_shift(BasicTensor<T> x, int pixels, Rng& rng);

/// The factors of a jitter are uniform in 1 ± these.
struct ColourJitter {
  double brightness = 0;  // of the whole image
  double contrast = 0;    // of the differences from the image's mean
  double tint = 0;        // of each channel
};
/// Not limited to [0, 1]: an image may have been normalised.
template <class T>
BasicTensor<T> colour_jitter(BasicTensor<T> x, const ColourJitter& jitter, Rng& rng);

/// Adds noise of mean 0 and the given standard deviation to each number: the sum of four uniform draws, close to
/// normal, never more than 3.5 deviations, and cheap.
template <class T>
BasicTensor<T> add_noise(BasicTensor<T> x, double std, Rng& rng);

}  // namespace sinew
