#include "nets/layers/embedding.h"

#include "nets/layers/function_layer.h"

namespace sinew {

template <class T>
BasicEmbedding<T>::BasicEmbedding(LayerContext<T>& context, int count, int size)
    : name_(context.name),
      outputs_(context.input[0] * size),
      table_(&context.parameters.add(name_ + ".table", {count, size})) {
  for (T& number : table_->values()) number = static_cast<T>(context.rng.normal());
}

template <class T>
BasicTensor<T> BasicEmbedding<T>::operator()(BasicTensor<T> x) const {
  const typename BasicTape<T>::Scope scope(x.tape(), name_.c_str());
  return embed(x, x.tape().parameter(*table_));
}

namespace {

struct EmbeddingOptions {
  int count = 0, size = 0;
  template <class Visitor>
  void visit(Visitor& v) {
    v.required("count", count, between(1, 1 << 20), "rows of the table: indices go from 0 to count - 1");
    v.required("size", size, between(1, 1 << 12), "numbers of a row");
  }
};

template <class T>
std::unique_ptr<BasicLayer<T>> make_embedding(const ConfigNode& options, LayerContext<T>& context) {
  if (options.is_null()) fail("embedding needs its table, as in {{embedding: {{count: 10, size: 8}}}}");
  EmbeddingOptions read;
  read_value(options, read);
  expect_numbers(options, context);
  return std::make_unique<BasicEmbedding<T>>(context, read.count, read.size);
}

}  // namespace

template <class T>
LayerRow<T> embedding_row() {
  return {"embedding", "takes each number as an index and gives that row of a table", make_embedding<T>,
          list_parameters<EmbeddingOptions>()};
}

template class BasicEmbedding<float>;
template class BasicEmbedding<double>;
template LayerRow<float> embedding_row();
template LayerRow<double> embedding_row();

}  // namespace sinew
