#pragma once

/// LibTorch as a peer. It lives in a library of its own, sinew_torch_peer, which is built where LibTorch is
/// installed and opened when `sinew bench` wants it: nothing else of the project meets LibTorch.
extern "C" {

/// Convolutions and a dense layer, each followed by a relu.
struct SinewTorchNet {
  int height, width, channels, batch;
  int convolutions;
  struct {
    int filters, kernel, stride;
  } convolution[3];
  int dense;
};

/// An LSTM over sequences, as wide as its input.
struct SinewTorchLstm {
  int units, steps, batch;
};

/// What the library exports. A net with its images; `channels_last`: the layout of its tensors, else NCHW.
using SinewTorchMake = void* (*)(const SinewTorchNet* net, int channels_last);
using SinewTorchMakeLstm = void* (*)(const SinewTorchLstm* net);
/// Forward and backward of the mean square of its outputs, on that many threads.
using SinewTorchStep = void (*)(void* made, int threads);
using SinewTorchFree = void (*)(void* made);
}

namespace sinew::bench {

/// A network in the peer; of a convolutional one, one layout.
class TorchNet {
 public:
  /// Whether the library was built, and opens.
  static bool present();

  TorchNet(const SinewTorchNet& net, bool channels_last);
  explicit TorchNet(const SinewTorchLstm& net);
  ~TorchNet();
  TorchNet(const TorchNet&) = delete;
  TorchNet& operator=(const TorchNet&) = delete;

  void step(int threads);

 private:
  void* made_;
};

}  // namespace sinew::bench
