#include "nets/layers/image_layers.h"

#include <algorithm>

#include "nets/layers/function_layer.h"
#include "nets/tape/init.h"

namespace sinew {

/// In YAML: one number for both, or [height, width].
void read_value(const ConfigNode& node, Extent& extent) {
  std::vector<int> sides;
  if (node.is_list())
    read_value(node, sides);
  else
    read_value(node, sides.emplace_back());
  if (sides.empty() || sides.size() > 2) throw node.error("one number is expected, or [height, width]");
  for (const int side : sides) check_range(node, side, between(0, 1 << 16));
  extent = {sides.front(), sides.back()};
}
ConfigNode write_value(const Extent& extent) {
  if (extent.height == extent.width) return write_value(extent.height);
  return write_value(std::vector{extent.height, extent.width});
}

template <class T>
BasicConv2d<T>::BasicConv2d(BasicParameters<T>& parameters, const std::string& name, Shape input, int filters,
                            const SlidingWindow& window, Rng& rng, const InitConfig& init)
    : name_(name),
      window_(window),
      output_{window.places({input[0], input[1]}).height, window.places({input[0], input[1]}).width, filters},
      weight_(&parameters.add(name + ".weight", {window.size.height, window.size.width, input[2], filters})),
      bias_(&parameters.add(name + ".bias", {filters})) {
  const int inputs = window.size.height * window.size.width * input[2];
  if (init.scheme == "kaiming")
    kaiming_init(weight_->values(), inputs, init.gain, rng);
  else
    orthogonal_init(weight_->values(), inputs, filters, init.gain, rng);
}

template <class T>
BasicTensor<T> BasicConv2d<T>::operator()(BasicTensor<T> x) const {
  const typename BasicTape<T>::Scope scope(x.tape(), name_.c_str());
  return conv2d(x, x.tape().parameter(*weight_), x.tape().parameter(*bias_), window_, activation_);
}

template <class T>
bool BasicConv2d<T>::fuse(Activation activation) {
  if (activation_ != Activation::none) return false;
  activation_ = activation;
  return true;
}

template <class T>
BasicGroupNorm<T>::BasicGroupNorm(BasicParameters<T>& parameters, const std::string& name, Shape input, int groups)
    : name_(name),
      shape_(input),
      groups_(groups),
      scale_(&parameters.add_filled(name + ".scale", {input[2]}, T(1))),
      shift_(&parameters.add(name + ".shift", {input[2]})) {}

template <class T>
BasicTensor<T> BasicGroupNorm<T>::operator()(BasicTensor<T> x) const {
  const typename BasicTape<T>::Scope scope(x.tape(), name_.c_str());
  return group_norm(x, x.tape().parameter(*scale_), x.tape().parameter(*shift_), groups_);
}

namespace {

constexpr double most_filters = 1 << 12;

template <class T>
void check_window(const ConfigNode& options, const LayerContext<T>& context, const SlidingWindow& window) {
  if (const auto problem = window.problem({context.input[0], context.input[1]}))
    throw options.error(fmt::format("layer '{}': {}", context.name, *problem));
}

struct ConvOptions {
  int filters = 0;
  SlidingWindow window;
  InitConfig init;
  template <class Visitor>
  void visit(Visitor& v) {
    v.required("filters", filters, between(1, most_filters), "channels of the output");
    v.required("kernel", window.size, "pixels: a number or [height, width]");
    v.optional("stride", window.stride, "pixels from one place to the next: a number or [height, width]");
    v.optional("padding", window.padding, "zeros around the image, in pixels: a number or [height, width]");
    v.optional("init", init, "how its weights are initialised; by default as the network's");
  }
};

template <class T>
std::unique_ptr<BasicLayer<T>> make_conv(const ConfigNode& options, LayerContext<T>& context) {
  if (!options.is_map())
    throw options.error("conv needs its options, as in {conv: {filters: 32, kernel: 8, stride: 4}}");
  ConvOptions conv{.init = context.init};
  read_value(options, conv);
  expect_image(options, context);
  check_window(options, context, conv.window);
  return std::make_unique<BasicConv2d<T>>(context.parameters, context.name, context.input, conv.filters, conv.window,
                                          context.rng, conv.init);
}

struct GroupNormOptions {
  int groups = 0;
  template <class Visitor>
  void visit(Visitor& v) {
    v.required("groups", groups, between(1, most_filters), "number of groups; it must divide the channels");
  }
};

// {group_norm: 8} or {group_norm: {groups: 8}}.
template <class T>
std::unique_ptr<BasicLayer<T>> make_group_norm(const ConfigNode& options, LayerContext<T>& context) {
  GroupNormOptions norm;
  if (options.is_null()) throw options.error("group_norm needs the number of its groups, as in {group_norm: 8}");
  if (options.is_map())
    read_value(options, norm);
  else
    read_value(options, norm.groups);
  check_range(options, norm.groups, between(1, most_filters));
  expect_image(options, context);
  if (context.input[2] % norm.groups != 0)
    throw options.error(
        fmt::format("layer '{}': {} groups do not divide {} channels", context.name, norm.groups, context.input[2]));
  return std::make_unique<BasicGroupNorm<T>>(context.parameters, context.name, context.input, norm.groups);
}

struct PoolOptions {
  Extent kernel;
  std::optional<Extent> stride;
  Extent padding{0, 0};
  template <class Visitor>
  void visit(Visitor& v) {
    v.required("kernel", kernel, "pixels: a number or [height, width]");
    v.optional("stride", stride, "pixels from one window to the next; none: the kernel's, so that none overlap");
    v.optional("padding", padding, "pixels around the image that are ignored");
  }
};

// {max_pool: 2} or {max_pool: {kernel: 3, stride: 2, padding: 1}}.
template <class T, BasicTensor<T> (*pool)(BasicTensor<T>, const SlidingWindow&)>
std::unique_ptr<BasicLayer<T>> make_pool(const ConfigNode& options, LayerContext<T>& context) {
  PoolOptions read;
  if (options.is_null()) throw options.error("a pooling needs its kernel, as in {max_pool: 2}");
  if (options.is_map())
    read_value(options, read);
  else
    read_value(options, read.kernel);
  const SlidingWindow window{read.kernel, read.stride.value_or(read.kernel), read.padding};
  expect_image(options, context);
  check_window(options, context, window);
  const Extent places = window.places({context.input[0], context.input[1]});
  return std::make_unique<FunctionLayer<T>>(context.name, Shape{places.height, places.width, context.input[2]},
                                            [window](BasicTensor<T> x) { return pool(x, window); });
}

template <class T>
std::unique_ptr<BasicLayer<T>> make_spatial_softargmax(const ConfigNode& options, LayerContext<T>& context) {
  if (!options.is_null()) throw options.error("spatial_softargmax takes no options");
  expect_image(options, context);
  return std::make_unique<FunctionLayer<T>>(context.name, Shape{2 * context.input[2]},
                                            [](BasicTensor<T> x) { return spatial_softargmax(x); });
}

template <class T>
std::unique_ptr<BasicLayer<T>> make_flatten(const ConfigNode& options, LayerContext<T>& context) {
  if (!options.is_null()) throw options.error("flatten takes no options");
  const int size = static_cast<int>(context.input.size());
  return std::make_unique<FunctionLayer<T>>(context.name, Shape{size},
                                            [size](BasicTensor<T> x) { return reshape(x, {x.shape()[0], size}); });
}

}  // namespace

template <class T>
LayerTable<T> image_layers() {
  return {
      {"conv", "convolution over the image: {conv: {filters: 32, kernel: 8, stride: 4}}", make_conv<T>,
       list_parameters<ConvOptions>()},
      {"group_norm", "groups of channels to mean 0 and variance 1, then scaled and shifted: {group_norm: 8}",
       make_group_norm<T>, list_parameters<GroupNormOptions>()},
      {"max_pool", "the largest of each window: {max_pool: 2}, or with its options", make_pool<T, &max_pool<T>>,
       list_parameters<PoolOptions>()},
      {"average_pool", "the mean of each window: {average_pool: 2}, or with its options",
       make_pool<T, &average_pool<T>>, list_parameters<PoolOptions>()},
      {"spatial_softargmax", "where each channel is bright: x and y from -1 to 1", make_spatial_softargmax<T>},
      {"flatten", "an image as a row of numbers", make_flatten<T>},
  };
}

template class BasicConv2d<float>;
template class BasicConv2d<double>;
template class BasicGroupNorm<float>;
template class BasicGroupNorm<double>;
template LayerTable<float> image_layers();
template LayerTable<double> image_layers();

}  // namespace sinew
