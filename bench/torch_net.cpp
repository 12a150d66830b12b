#include <dlfcn.h>

#include "bench/torch_peer.h"

// The near side of the peer.
namespace sinew::bench {
namespace {

struct Library {
  SinewTorchMake make = nullptr;
  SinewTorchMakeLstm make_lstm = nullptr;
  SinewTorchStep step = nullptr;
  SinewTorchFree free = nullptr;

  Library() {
#ifdef SINEW_TORCH_PEER
    void* library = dlopen(SINEW_TORCH_PEER, RTLD_NOW | RTLD_LOCAL);
    if (!library) return;
    make = reinterpret_cast<SinewTorchMake>(dlsym(library, "sinew_torch_make"));
    make_lstm = reinterpret_cast<SinewTorchMakeLstm>(dlsym(library, "sinew_torch_make_lstm"));
    step = reinterpret_cast<SinewTorchStep>(dlsym(library, "sinew_torch_step"));
    free = reinterpret_cast<SinewTorchFree>(dlsym(library, "sinew_torch_free"));
#endif
  }
};

const Library& library() {
  static const Library opened;
  return opened;
}

}  // namespace

bool TorchNet::present() { return library().make && library().make_lstm && library().step && library().free; }

TorchNet::TorchNet(const SinewTorchNet& net, bool channels_last) : made_(library().make(&net, channels_last)) {}
TorchNet::TorchNet(const SinewTorchLstm& net) : made_(library().make_lstm(&net)) {}
TorchNet::~TorchNet() { library().free(made_); }
void TorchNet::step(int threads) { library().step(made_, threads); }

}  // namespace sinew::bench
