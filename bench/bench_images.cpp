#include <algorithm>

#include "bench/bench.h"
#include "nets/kernels/gemm.h"
#include "nets/layers/sequential.h"
#include "nets/ops.h"

// Convolutional networks of the field, against the multiply-add peak of one core.
namespace sinew::bench {
namespace {

struct ImageNet {
  const char* name;
  const char* layers;
  Shape image;
};

constexpr const char* nature =
    "[{conv: {filters: 32, kernel: 8, stride: 4}}, relu, {conv: {filters: 64, kernel: 4, stride: 2}}, relu, "
    "{conv: {filters: 64, kernel: 3}}, relu, flatten, {linear: 512}, relu]";  // Mnih et al. 2015
constexpr const char* small =
    "[{conv: {filters: 16, kernel: 8, stride: 4}}, relu, {conv: {filters: 32, kernel: 4, stride: 2}}, relu, flatten, "
    "{linear: 128}, relu]";  // Mnih et al. 2013, with half of its dense layer

class NetBench {
 public:
  NetBench(const ImageNet& net, int batch)
      : shape_{batch, net.image[0], net.image[1], net.image[2]},
        net_(layers_of(net.layers), builtin_layers<float>(), {parameters_, rng_, "net", net.image, {}}),
        gradients_(parameters_.make_gradients()),
        images_(static_cast<size_t>(shape_.size())) {
    for (float& x : images_) x = static_cast<float>(rng_.uniform());
  }

  void forward() {
    infer_.rewind();
    net_(infer_.view(shape_, images_.data()));
  }
  void forward_backward() {
    tape_.rewind();
    std::ranges::fill(gradients_, 0.0f);
    tape_.backward(mean(square(net_(tape_.view(shape_, images_.data())))), gradients_);
  }

  // Of one forward pass; the layers' multiply-adds alone.
  double flops() {
    tape_.rewind();
    net_(tape_.view(shape_, images_.data()));
    double total = 0;
    for (const Node<float>* node = tape_.last(); node; node = node->previous) {
      if (!node->inputs[1]) continue;
      const Shape& weight = node->inputs[1]->shape;
      total += 2.0 * static_cast<double>(node->shape.size()) * static_cast<double>(weight.size() / weight[-1]);
    }
    return total;
  }

 private:
  static LayerList layers_of(const char* text) {
    LayerList list;
    read_value(ConfigNode::parse_text(text, "bench"), list);
    return list;
  }

  Shape shape_;
  Parameters parameters_;
  Rng rng_{1};
  BasicSequential<float> net_;
  std::vector<float> gradients_, images_;
  Tape tape_, infer_{TapeMode::infer};
};

Figure figure(std::string name, double rate, double flops, double peak, const char* work) {
  const double limit = 1e3 * flops / peak;
  return {std::move(name), 1e3 / rate, "ms", limit, 1e3 / rate / limit, work};
}

}  // namespace

std::vector<Figure> bench_images(const Options& options) {
  const double peak = peak_flops();
  std::vector<Figure> figures;
  for (const ImageNet& net : {ImageNet{"nature", nature, {84, 84, 4}}, ImageNet{"small", small, {64, 64, 3}}})
    for (const int batch : {1, 16, 64, 256}) {
      NetBench bench(net, batch);
      const double flops = bench.flops();
      const std::string name = fmt::format("{}_{}", net.name, batch);
      figures.push_back(figure(name + "_forward", rate_of([&] { bench.forward(); }, options.seconds), flops, peak,
                               "a forward pass on one thread against its multiply-adds at the peak"));
      // The gradient of the weights takes as many again, and that of the inputs (the image's is not wanted).
      figures.push_back(
          figure(name + "_step", rate_of([&] { bench.forward_backward(); }, options.seconds), 3 * flops, peak,
                 "forward and backward on one thread against three times a forward pass's multiply-adds"));
    }
  return figures;
}

}  // namespace sinew::bench
