#pragma once
#include <memory>
#include <string>
#include <vector>

#include "bench/peer_process.h"

/// PyTorch as a peer: the program sinew-torch-peer, built where LibTorch is installed, or peers/torch_peer.py by a
/// Python that has PyTorch. Both read lines of JSON,
///
///   {"net": {"conv": {"height", "width", "channels", "batch", "convolutions": [[filters, kernel, stride], …],
///   "dense"}}
///           or {"lstm": {"units", "steps", "batch"}},
///    "channels_last": the layout of a convolutional net's tensors, else NCHW,
///    "threads", "seconds"}
///
/// make the net once, do forward and backward of the mean square of its outputs for so long, and answer
/// {"rate": of the quickest repetition, per second, "version": "PyTorch 2.x"}.
namespace sinew::bench {

/// Convolutions and a dense layer, each followed by a relu.
struct ConvNet {
  int height, width, channels, batch;
  int convolutions;
  struct {
    int filters, kernel, stride;
  } convolution[3];
  int dense;
};

/// An LSTM over sequences, as wide as its input.
struct LstmNet {
  int units, steps, batch;
};

/// Answers with the rate of the best of the peer's settings: processes that differ in how many threads its own pools
/// and its BLAS's have, and for convolutions both layouts of tensors. None of them maps and unmaps memory as it goes.
class TorchPeer {
 public:
  /// `python`: an interpreter that has PyTorch; "": the program, where it was built. Up to so many threads.
  explicit TorchPeer(const std::string& python, int threads);
  /// Whether there is anything to ask.
  bool is_present() const { return !ways_.empty(); }

  /// Repetitions per second of the quickest one of the best way, on up to `threads` threads.
  double rate(const ConvNet& net, int threads, double seconds);
  double rate(const LstmNet& net, int threads, double seconds);
  /// As it said itself, once it was asked.
  const std::string& version() const { return version_; }

 private:
  struct Way {
    int threads;
    std::unique_ptr<PeerProcess> process;
  };
  double best_rate(const std::string& net, bool has_layouts, int threads, double seconds);

  std::vector<Way> ways_;
  std::string version_;
};

}  // namespace sinew::bench
