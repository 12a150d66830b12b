#include <algorithm>
#include <cmath>

#include "nets/ops/ops_internal.h"

// Lookup of a table's rows by index.
namespace sinew {
namespace {

// inputs: x, table; indices: the rows. No gradient flows to x.
template <class T>
void embed_backward(BasicTape<T>& tape, Node<T>& node) {
  T* dtable = tape.zeroed_sink(node.inputs[1]);
  if (!dtable) return;
  const int size = node.inputs[1]->shape[1];
  for (int64_t i = 0; i < node.inputs[0]->shape.size(); ++i)
    for (int j = 0; j < size; ++j) dtable[int64_t{node.indices[i]} * size + j] += node.gradient[i * size + j];
}
template <class T>
constexpr Operation<T> embed_operation{"embed", embed_backward<T>};

}  // namespace

template <class T>
BasicTensor<T> embed(BasicTensor<T> x, BasicTensor<T> table) {
  if (x.shape().rank() != 2 || table.shape().rank() != 2)
    internal::shape_error(x.tape(), "embed",
                          fmt::format("indices {}, table {}", x.shape().text(), table.shape().text()));
  const int count = table.shape()[0], size = table.shape()[1];
  Node<T>* node = x.tape().make_node(embed_operation<T>, {x.shape()[0], x.shape()[1] * size}, {x.node(), table.node()});
  int* rows = x.tape().index_scratch(x.size());
  node->indices = rows;
  for (int64_t i = 0; i < x.size(); ++i) {
    const T index = x.data()[i];
    if (!(index >= 0 && index < static_cast<T>(count)) || index != std::floor(index))
      internal::shape_error(x.tape(), "embed", fmt::format("{} is not an index from 0 to {}", index, count - 1));
    rows[i] = static_cast<int>(index);
    std::copy_n(table.data() + int64_t{rows[i]} * size, size, node->value + i * size);
  }
  return {x.tape(), node};
}

template BasicTensor<float> embed(BasicTensor<float>, BasicTensor<float>);
template BasicTensor<double> embed(BasicTensor<double>, BasicTensor<double>);

}  // namespace sinew
