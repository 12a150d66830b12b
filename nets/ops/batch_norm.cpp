#include "nets/ops/column_statistics_internal.h"

// Batch normalisation, with the batch's statistics when recorded and the running ones when inferred.
namespace sinew {
namespace {

using internal::Block;
using internal::divided;
using internal::inverse_deviation;
using internal::sum_rows;
using simd::Vec;

// For x [rows, n], per column.
template <class T>
void find_column_statistics(const T* x, int rows, int n, T* mean, T* variance) {
  double sums[simd::lanes<T>];
  internal::for_blocks<T>(n, [&](const Block<T>& block) {
    sum_rows<T>(rows, [&](int row) { return block.load(x + int64_t{row} * n); }, sums);
    const Vec<T> center = divided<T>(sums, rows);
    sum_rows<T>(
        rows,
        [&](int row) {
          const Vec<T> distance = block.load(x + int64_t{row} * n) - center;
          return distance * distance;
        },
        sums);
    block.store(mean, center);
    block.store(variance, divided<T>(sums, rows));
  });
}

// As in layer_norm, with columns in place of rows. numbers: the batch's mean, then its variance; scalars: epsilon.
template <class T>
void batch_norm_backward(BasicTape<T>& tape, Node<T>& node) {
  Node<T>*x = node.inputs[0], *scale = node.inputs[1], *shift = node.inputs[2];
  const int n = node.shape.columns(), rows = node.shape.rows();
  T *dscale = tape.zeroed_sink(scale), *dshift = tape.zeroed_sink(shift);
  const GradientSink<T> dx = tape.sink(x);
  double sums[simd::lanes<T>];
  internal::for_blocks<T>(n, [&](const Block<T>& block) {
    const Vec<T> mean = block.load(node.numbers);
    const Vec<T> inverse = inverse_deviation<T>(block.load(node.numbers + n), node.scalars[0]);
    const auto normal = [&](int row) { return (block.load(x->value + int64_t{row} * n) - mean) * inverse; };
    const auto dy = [&](int row) { return block.load(node.gradient + int64_t{row} * n); };
    sum_rows<T>(rows, dy, sums);
    const Vec<T> mean_dy = divided<T>(sums, rows);
    if (dshift) block.store(dshift, block.load(dshift) + divided<T>(sums, 1));
    sum_rows<T>(rows, [&](int row) { return dy(row) * normal(row); }, sums);
    const Vec<T> mean_dy_normal = divided<T>(sums, rows);
    if (dscale) block.store(dscale, block.load(dscale) + divided<T>(sums, 1));
    if (!dx.data) return;
    const Vec<T> factor = block.load(scale->value) * inverse;
    for (int row = 0; row < rows; ++row)
      block.put({dx.data + int64_t{row} * n, dx.fresh}, (dy(row) - mean_dy - normal(row) * mean_dy_normal) * factor);
  });
}
template <class T>
constexpr Operation<T> batch_norm_operation{"batch_norm", batch_norm_backward<T>};

template <class T>
void check_shapes(BasicTensor<T> x, std::initializer_list<BasicTensor<T>> columns) {
  const Shape expected{x.shape().columns()};
  for (const BasicTensor<T>& column : columns)
    if (x.shape().rank() < 2 || !(column.shape() == expected))
      internal::shape_error(x.tape(), "batch_norm",
                            fmt::format("input {} and {}: an input [rows, …, columns] is expected, and scale, shift, "
                                        "mean and variance of one number a column",
                                        x.shape().text(), column.shape().text()));
}

// Moves towards the batch's value: running += momentum · (batch · factor - running).
template <class T>
void absorb(const Node<T>* running, const T* batch, double factor, double momentum) {
  if (!running->parameter) return;
  for (T& value : running->parameter->values()) value = static_cast<T>(value + momentum * (*batch++ * factor - value));
}

}  // namespace

template <class T>
BasicTensor<T> batch_norm(BasicTensor<T> x, BasicTensor<T> scale, BasicTensor<T> shift, BasicTensor<T> mean,
                          BasicTensor<T> variance, double epsilon) {
  check_shapes(x, {scale, shift, mean, variance});
  BasicTape<T>& tape = x.tape();
  const int n = x.shape().columns(), rows = x.shape().rows();
  Node<T>* node = tape.make_node(batch_norm_operation<T>, x.shape(),
                                 {x.node(), scale.node(), shift.node(), mean.node(), variance.node()});
  node->scalars[0] = static_cast<T>(epsilon);
  const T *center = mean.data(), *spread = variance.data();
  if (tape.mode() == TapeMode::record) {
    if (rows < 2)
      internal::shape_error(tape, "batch_norm",
                            fmt::format("input {}: one number a column has no variance to learn from; a minibatch "
                                        "needs at least 2 rows",
                                        x.shape().text()));
    T* statistics = tape.scratch(2 * int64_t{n});
    find_column_statistics(x.data(), rows, n, statistics, statistics + n);
    node->numbers = center = statistics;
    spread = statistics + n;
  }
  internal::for_blocks<T>(n, [&](const Block<T>& block) {
    const Vec<T> factor = inverse_deviation<T>(block.load(spread), node->scalars[0]) * block.load(scale.data());
    const Vec<T> middle = block.load(center), offset = block.load(shift.data());
    for (int row = 0; row < rows; ++row)
      block.store(node->value + int64_t{row} * n, (block.load(x.data() + int64_t{row} * n) - middle) * factor + offset);
  });
  return {tape, node};
}

template <class T>
void absorb_batch_statistics(const BasicTape<T>& tape, double momentum) {
  for (const Node<T>* node = tape.last(); node; node = node->previous) {
    if (node->operation != &batch_norm_operation<T> || !node->numbers) continue;
    const double rows = node->shape.rows();
    absorb(node->inputs[3], node->numbers, 1, momentum);
    absorb(node->inputs[4], node->numbers + node->shape.columns(), rows / (rows - 1), momentum);
  }
}

#define SINEW_INSTANTIATE(T)                                                                                         \
  template BasicTensor<T> batch_norm(BasicTensor<T>, BasicTensor<T>, BasicTensor<T>, BasicTensor<T>, BasicTensor<T>, \
                                     double);                                                                        \
  template void absorb_batch_statistics(const BasicTape<T>&, double);
SINEW_INSTANTIATE(float)
SINEW_INSTANTIATE(double)

}  // namespace sinew
