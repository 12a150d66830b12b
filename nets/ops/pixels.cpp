#include "nets/ops/image.h"

namespace sinew {
namespace {

template <class T>
constexpr Operation<T> pixels_operation{"pixels", nullptr};

}  // namespace

template <class T>
BasicTensor<T> pixels(BasicTape<T>& tape, Shape shape, const uint8_t* bytes, const char* label) {
  Node<T>* node = tape.make_node(pixels_operation<T>, shape, {});
  node->label = label;
  const int64_t size = shape.size();
  for (int64_t i = 0; i < size; ++i) node->value[i] = static_cast<T>(bytes[i]) * (T(1) / T(255));
  return {tape, node};
}

template BasicTensor<float> pixels(BasicTape<float>&, Shape, const uint8_t*, const char*);
template BasicTensor<double> pixels(BasicTape<double>&, Shape, const uint8_t*, const char*);

}  // namespace sinew
