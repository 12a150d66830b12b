#include "bench/torch_peer.h"

#include <torch/torch.h>

#include <functional>
#include <vector>

// The far side of the peer: the only file that includes LibTorch.
namespace {

struct Made {
  std::function<torch::Tensor()> forward;
  std::vector<torch::Tensor> parameters;
};

}  // namespace

extern "C" void* sinew_torch_make(const SinewTorchNet* net, int channels_last) {
  const auto layout = channels_last ? torch::MemoryFormat::ChannelsLast : torch::MemoryFormat::Contiguous;
  torch::nn::Sequential layers;
  int height = net->height, width = net->width, channels = net->channels;
  for (int i = 0; i < net->convolutions; ++i) {
    const auto& [filters, kernel, stride] = net->convolution[i];
    layers->push_back(torch::nn::Conv2d(torch::nn::Conv2dOptions(channels, filters, kernel).stride(stride)));
    layers->push_back(torch::nn::ReLU(torch::nn::ReLUOptions(/*inplace=*/true)));
    height = (height - kernel) / stride + 1;
    width = (width - kernel) / stride + 1;
    channels = filters;
  }
  layers->push_back(torch::nn::Flatten());
  layers->push_back(torch::nn::Linear(height * width * channels, net->dense));
  layers->push_back(torch::nn::ReLU(torch::nn::ReLUOptions(/*inplace=*/true)));
  const torch::Tensor images = torch::rand({net->batch, net->channels, net->height, net->width}).contiguous(layout);
  Made* made = new Made{[layers, images]() mutable { return layers->forward(images); }, layers->parameters()};
  for (torch::Tensor& parameter : made->parameters)
    if (parameter.dim() == 4) parameter.set_data(parameter.data().contiguous(layout));
  return made;
}

extern "C" void* sinew_torch_make_lstm(const SinewTorchLstm* net) {
  torch::nn::LSTM lstm(torch::nn::LSTMOptions(net->units, net->units));
  const torch::Tensor x = torch::rand({net->steps, net->batch, net->units});
  return new Made{[lstm, x]() mutable { return std::get<0>(lstm->forward(x)); }, lstm->parameters()};
}

extern "C" void sinew_torch_step(void* opaque, int threads) {
  Made& made = *static_cast<Made*>(opaque);
  if (torch::get_num_threads() != threads) torch::set_num_threads(threads);
  for (torch::Tensor& parameter : made.parameters) parameter.mutable_grad() = torch::Tensor();  // the quickest way to zero it
  made.forward().square().mean().backward();
}

extern "C" void sinew_torch_free(void* opaque) { delete static_cast<Made*>(opaque); }
