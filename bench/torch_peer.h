#pragma once
#include <memory>
#include <string>
#include <vector>

#include "bench/peer_process.h"

/// PyTorch as a peer: the program sinew-torch-peer, built if LibTorch is installed, or peers/torch_peer.py, run by a
/// Python with PyTorch. Both read lines of JSON,
///
///   {"net": {"conv": {"height", "width", "channels", "batch", "convolutions": [[filters, kernel, stride], …],
///   "dense"}}
///           or {"lstm": {"units", "steps", "batch"}},
///    "channels_last": the layout of a convolutional net's tensors, else NCHW,
///    "threads", "seconds"}
///
/// build the net once, run forward and backward of the mean square of its outputs for `seconds`, and answer {"rate": of
/// the fastest repetition, per second, "version": "PyTorch 2.x"}.
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

/// Returns the rate of the best of the peer's settings: processes with different thread counts for PyTorch's own pools
/// and for its BLAS, and for convolutions both tensor layouts. None of them maps and unmaps memory during the run.
class TorchPeer {
 public:
  /// `python`: an interpreter with PyTorch; "": the program, if it was built. Uses at most `threads` threads.
  explicit TorchPeer(const std::string& python, int threads);
  /// Whether there is a peer to run.
  bool is_present() const { return !ways_.empty(); }

  /// Repetitions per second of the fastest repetition of the best way, on up to `threads` threads.
  double rate(const ConvNet& net, int threads, double seconds);
  double rate(const LstmNet& net, int threads, double seconds);
  /// The peer's reported version, available after the first request.
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
