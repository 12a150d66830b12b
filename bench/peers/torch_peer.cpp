// PyTorch as sinew's peer, in a separate process; bench/torch_peer.h describes its input and answers. The only file
// that includes LibTorch.
#include <torch/torch.h>
#include <torch/version.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace {

using nlohmann::json;

struct Net {
  std::function<torch::Tensor()> forward;
  std::vector<torch::Tensor> parameters;

  void step() {
    for (torch::Tensor& parameter : parameters)
      parameter.mutable_grad() = torch::Tensor();  // the fastest way to zero it
    forward().square().mean().backward();
  }
};

Net make_conv(const json& net, bool channels_last) {
  const auto layout = channels_last ? torch::MemoryFormat::ChannelsLast : torch::MemoryFormat::Contiguous;
  torch::nn::Sequential layers;
  int height = net.at("height"), width = net.at("width"), channels = net.at("channels");
  for (const json& layer : net.at("convolutions")) {
    const int filters = layer.at(0), kernel = layer.at(1), stride = layer.at(2);
    layers->push_back(torch::nn::Conv2d(torch::nn::Conv2dOptions(channels, filters, kernel).stride(stride)));
    layers->push_back(torch::nn::ReLU(torch::nn::ReLUOptions(/*inplace=*/true)));
    height = (height - kernel) / stride + 1;
    width = (width - kernel) / stride + 1;
    channels = filters;
  }
  layers->push_back(torch::nn::Flatten());
  layers->push_back(torch::nn::Linear(height * width * channels, net.at("dense").get<int>()));
  layers->push_back(torch::nn::ReLU(torch::nn::ReLUOptions(/*inplace=*/true)));
  const torch::Tensor images = torch::rand({net.at("batch").get<int>(), net.at("channels").get<int>(),
                                            net.at("height").get<int>(), net.at("width").get<int>()})
                                   .contiguous(layout);
  Net made{[layers, images]() mutable { return layers->forward(images); }, layers->parameters()};
  for (torch::Tensor& parameter : made.parameters)
    if (parameter.dim() == 4) parameter.set_data(parameter.data().contiguous(layout));
  return made;
}

Net make_lstm(const json& net) {
  const int units = net.at("units");
  torch::nn::LSTM lstm(torch::nn::LSTMOptions(units, units));
  const torch::Tensor x = torch::rand({net.at("steps").get<int>(), net.at("batch").get<int>(), units});
  return {[lstm, x]() mutable { return std::get<0>(lstm->forward(x)); }, lstm->parameters()};
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double rate(Net& net, double seconds) {
  double best = 0;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 3 || seconds_since(start) < seconds; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    net.step();
    best = std::max(best, 1 / seconds_since(begin));
  }
  return best;
}

}  // namespace

int main() {
  std::string made;  // the description that `net` was made from
  Net net;
  for (std::string line; std::getline(std::cin, line);) {
    const json question = json::parse(line);
    if (const int threads = question.at("threads"); torch::get_num_threads() != threads)
      torch::set_num_threads(threads);
    const json& description = question.at("net");
    const bool channels_last = question.at("channels_last");
    if (const std::string key = description.dump() + (channels_last ? "+" : "-"); key != made) {
      net = description.contains("conv") ? make_conv(description.at("conv"), channels_last)
                                         : make_lstm(description.at("lstm"));
      made = key;
    }
    std::cout << json{{"rate", rate(net, question.at("seconds"))}, {"version", "LibTorch " TORCH_VERSION}}.dump()
              << std::endl;
  }
}
