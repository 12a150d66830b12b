#pragma once
#include <span>

#include "nets/kernels/gemm.h"
#include "nets/tape/tape.h"

/// The operations on tensors. Shapes are checked when an operation is recorded; an Error names the operation, the layer
/// and the shapes. Gradients are exact (at kinks, PyTorch's sub-gradient). Defined for float and double.
///
/// Broadcasting as in NumPy: shapes are aligned at their last axes; an extent of 1, or a missing
/// axis, is repeated.
namespace sinew {

// Elementwise with broadcasting. At a tie, min and max give half the gradient to each side.
template <class T>
BasicTensor<T> operator+(BasicTensor<T> a, BasicTensor<T> b);
template <class T>
BasicTensor<T> operator-(BasicTensor<T> a, BasicTensor<T> b);
template <class T>
BasicTensor<T> operator*(BasicTensor<T> a, BasicTensor<T> b);
template <class T>
BasicTensor<T> operator/(BasicTensor<T> a, BasicTensor<T> b);
template <class T>
BasicTensor<T> min(BasicTensor<T> a, BasicTensor<T> b);
template <class T>
BasicTensor<T> max(BasicTensor<T> a, BasicTensor<T> b);

/// x · scale + shift with constants.
template <class T>
BasicTensor<T> scale_shift(BasicTensor<T> x, double scale, double shift);
template <class T>
BasicTensor<T> operator*(BasicTensor<T> x, double scale) {
  return scale_shift(x, scale, 0);
}
template <class T>
BasicTensor<T> operator*(double scale, BasicTensor<T> x) {
  return scale_shift(x, scale, 0);
}
template <class T>
BasicTensor<T> operator+(BasicTensor<T> x, double shift) {
  return scale_shift(x, 1, shift);
}
template <class T>
BasicTensor<T> operator+(double shift, BasicTensor<T> x) {
  return scale_shift(x, 1, shift);
}
template <class T>
BasicTensor<T> operator-(BasicTensor<T> x, double shift) {
  return scale_shift(x, 1, -shift);
}
template <class T>
BasicTensor<T> operator-(double shift, BasicTensor<T> x) {
  return scale_shift(x, -1, shift);
}
template <class T>
BasicTensor<T> operator-(BasicTensor<T> x) {
  return scale_shift(x, -1, 0);
}

// Elementwise.
template <class T>
BasicTensor<T> exp(BasicTensor<T> x);
template <class T>
BasicTensor<T> log(BasicTensor<T> x);
template <class T>
BasicTensor<T> sqrt(BasicTensor<T> x);
template <class T>
BasicTensor<T> square(BasicTensor<T> x);
template <class T>
BasicTensor<T> abs(BasicTensor<T> x);
template <class T>
BasicTensor<T> tanh(BasicTensor<T> x);
template <class T>
BasicTensor<T> sigmoid(BasicTensor<T> x);
template <class T>
BasicTensor<T> softplus(BasicTensor<T> x);
template <class T>
BasicTensor<T> relu(BasicTensor<T> x);
template <class T>
BasicTensor<T> elu(BasicTensor<T> x);  // x, or exp(x) - 1 below 0
template <class T>
BasicTensor<T> silu(BasicTensor<T> x);  // x · sigmoid(x)
/// Limits to [low, high]; the gradient is 1 inside and on the limits, 0 outside.
template <class T>
BasicTensor<T> clip(BasicTensor<T> x, double low, double high);

/// The same values; no gradient flows through.
template <class T>
BasicTensor<T> stop_gradient(BasicTensor<T> x);

// Reductions. The sum over all elements is a scalar; over an axis, that axis disappears.
template <class T>
BasicTensor<T> sum(BasicTensor<T> x);
template <class T>
BasicTensor<T> mean(BasicTensor<T> x);  // an empty tensor is an Error
template <class T>
BasicTensor<T> sum(BasicTensor<T> x, int axis);
template <class T>
BasicTensor<T> mean(BasicTensor<T> x, int axis);
/// Over the last axis: log Σ exp(x) [..]; x - logsumexp(x) [.., n]; softmax.
template <class T>
BasicTensor<T> logsumexp(BasicTensor<T> x);
template <class T>
BasicTensor<T> log_softmax(BasicTensor<T> x);
template <class T>
BasicTensor<T> softmax(BasicTensor<T> x);

// Shape.
template <class T>
BasicTensor<T> reshape(BasicTensor<T> x, Shape shape);
/// Concatenates along the last axis; all other extents must be equal. At least one tensor.
template <class T>
BasicTensor<T> concat(std::span<const BasicTensor<T>> tensors);
/// Columns [begin, end) of the last axis.
template <class T>
BasicTensor<T> slice(BasicTensor<T> x, int begin, int end);
/// Element indices[r] of row r's last axis: [.., n] → [..]. Indices are copied.
template <class T>
BasicTensor<T> gather(BasicTensor<T> x, std::span<const int> indices);

/// Rows of table [count, size] for whole numbers x [rows, n], side by side: [rows, n · size]. No gradient flows to x.
/// Throws Error for a number that is not a valid index.
template <class T>
BasicTensor<T> embed(BasicTensor<T> x, BasicTensor<T> table);

// Linear algebra.
/// a [m, k] · b [k, n].
template <class T>
BasicTensor<T> matmul(BasicTensor<T> a, BasicTensor<T> b);
/// activation(x [.., k] · weight [k, n] + bias [n]), fused. The bias tensor may be empty.
template <class T>
BasicTensor<T> affine(BasicTensor<T> x, BasicTensor<T> weight, BasicTensor<T> bias,
                      Activation activation = Activation::none);

/// clip((x - mean) · scale, ±limit) over the last axis, mean and scale [n]: the observation normaliser. No gradient
/// flows to mean and scale.
template <class T>
BasicTensor<T> standardize(BasicTensor<T> x, BasicTensor<T> mean, BasicTensor<T> scale, double limit);

/// min(max(x, low), high) with limits per column, low and high [n]. The gradient is 1 inside and on the limits, 0
/// outside; none flows to the limits.
template <class T>
BasicTensor<T> clip_columns(BasicTensor<T> x, BasicTensor<T> low, BasicTensor<T> high);
/// The index of each row's largest element, the first at a tie: [.., n] → [.., 1]. No gradient.
template <class T>
BasicTensor<T> argmax(BasicTensor<T> x);

/// (x - mean) / sqrt(variance + epsilon) · scale + shift over the last axis (Ba et al. 2016);
/// scale and shift [n].
template <class T>
BasicTensor<T> layer_norm(BasicTensor<T> x, BasicTensor<T> scale, BasicTensor<T> shift, double epsilon = 1e-5);

/// (x - mean) / sqrt(variance + epsilon) · scale + shift for each column of the last axis, the channels of an image
/// (Ioffe & Szegedy 2015); the others are [n]. An inferring tape uses the given mean and variance. A recording tape
/// uses those of x itself over all other axes, and gradients flow through them: a row then depends on the rows beside
/// it, and each column must have at least two numbers.
template <class T>
BasicTensor<T> batch_norm(BasicTensor<T> x, BasicTensor<T> scale, BasicTensor<T> shift, BasicTensor<T> mean,
                          BasicTensor<T> variance, double epsilon = 1e-5);
/// Updates the mean and variance given to each batch_norm of a recording tape, when they are parameters: moves them the
/// fraction `momentum` of the way to the batch's (the variance as an unbiased estimate). Writes the parameters: their
/// owner calls it after a step, while no other tape reads them.
template <class T>
void absorb_batch_statistics(const BasicTape<T>& tape, double momentum = 0.1);

}  // namespace sinew
