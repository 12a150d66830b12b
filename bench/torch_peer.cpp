#include "bench/torch_peer.h"

#include <torch/torch.h>

#include <vector>

// The far side of the peer: the only file that includes LibTorch.
namespace {

struct Made {
  torch::nn::Sequential layers;
  torch::Tensor images;
  std::vector<torch::Tensor> parameters;
};

}  // namespace

extern "C" void* sinew_torch_make(const SinewTorchNet* net, int channels_last) {
  const auto layout = channels_last ? torch::MemoryFormat::ChannelsLast : torch::MemoryFormat::Contiguous;
  Made* made = new Made;
  int height = net->height, width = net->width, channels = net->channels;
  for (int i = 0; i < net->convolutions; ++i) {
    const auto& [filters, kernel, stride] = net->convolution[i];
    made->layers->push_back(torch::nn::Conv2d(torch::nn::Conv2dOptions(channels, filters, kernel).stride(stride)));
    made->layers->push_back(torch::nn::ReLU(torch::nn::ReLUOptions(/*inplace=*/true)));
    height = (height - kernel) / stride + 1;
    width = (width - kernel) / stride + 1;
    channels = filters;
  }
  made->layers->push_back(torch::nn::Flatten());
  made->layers->push_back(torch::nn::Linear(height * width * channels, net->dense));
  made->layers->push_back(torch::nn::ReLU(torch::nn::ReLUOptions(/*inplace=*/true)));
  made->images = torch::rand({net->batch, net->channels, net->height, net->width}).contiguous(layout);
  made->parameters = made->layers->parameters();
  for (torch::Tensor& parameter : made->parameters)
    if (parameter.dim() == 4) parameter.set_data(parameter.data().contiguous(layout));
  return made;
}

extern "C" void sinew_torch_step(void* opaque, int threads) {
  Made& made = *static_cast<Made*>(opaque);
  if (torch::get_num_threads() != threads) torch::set_num_threads(threads);
  for (torch::Tensor& parameter : made.parameters) parameter.mutable_grad() = torch::Tensor();  // the quickest way to zero it
  made.layers->forward(made.images).square().mean().backward();
}

extern "C" void sinew_torch_free(void* opaque) { delete static_cast<Made*>(opaque); }
