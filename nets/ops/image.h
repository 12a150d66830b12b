#pragma once
#include "nets/ops/ops.h"
#include "nets/ops/sliding_window.h"

/// The operations on images: tensors of shape [rows, height, width, channels], with a pixel's channels adjacent. As in
/// nets/ops/ops.h, shapes are checked when an operation is recorded, and gradients are exact. A row of the result has
/// the same bits however many rows are computed with it.
namespace sinew {

/// 8-bit pixels as numbers from 0 to 1: byte / 255. `label` as in BasicTape::view. No gradient.
template <class T>
BasicTensor<T> pixels(BasicTape<T>& tape, Shape shape, const uint8_t* bytes, const char* label = "");

/// activation(x ⋆ weight + bias), fused: weight [window height, window width, channels, filters], bias [filters] (may
/// be empty); the cross-correlation that the field calls convolution. Pads with zeros. Reads its input in place: apart
/// from the result it needs scratch for one image only.
template <class T>
BasicTensor<T> conv2d(BasicTensor<T> x, BasicTensor<T> weight, BasicTensor<T> bias, const SlidingWindow& window,
                      Activation activation = Activation::none);

/// The largest element of each window, channel by channel; the first of equals receives the gradient. Padding never
/// wins.
template <class T>
BasicTensor<T> max_pool(BasicTensor<T> x, const SlidingWindow& window);
/// The mean of each window's pixels, channel by channel; padding is not counted.
template <class T>
BasicTensor<T> average_pool(BasicTensor<T> x, const SlidingWindow& window);

/// The bright place of each channel: the expected position under a softmax over the channel's pixels, as pairs (x, y),
/// -1 left and top, 1 right and bottom: [rows, height, width, channels] → [rows, 2 · channels] (Levine et al. 2016,
/// End-to-end training of deep visuomotor policies).
template <class T>
BasicTensor<T> spatial_softargmax(BasicTensor<T> x);

/// Normalises each image's groups of channels to mean 0 and variance 1, then applies scale and shift [channels] (Wu and
/// He 2018). `groups` divides the channels.
template <class T>
BasicTensor<T> group_norm(BasicTensor<T> x, BasicTensor<T> scale, BasicTensor<T> shift, int groups,
                          double epsilon = 1e-5);

}  // namespace sinew
