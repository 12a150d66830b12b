// Writes a policy of every kind into a folder, for readers in other languages, and one that does not
// do what it says.
#include <filesystem>

#include "nets/formats/policy_file.h"
#include "nets/formats/safetensors.h"
#include "tests/nets/make_policy.h"

int main(int, char** argv) {
  using namespace sinew;
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  const auto write = [&](const char* name, const InterfaceSpec& spec, const std::string& network) {
    save_policy((folder / name).string(), make_experienced_policy(spec, network), {.task = "made_up"});
  };
  write("tanh.safetensors", continuous_interface(17, 6), "{actor: [{linear: 64}, tanh, {linear: 64}, tanh]}");
  write("squashed.safetensors", continuous_interface(5, 3),
        "{actor: [{linear: 8}, relu, {linear: 8}, elu, {linear: 7}, sigmoid, silu, softplus], action_map: tanh}");
  write("mixed.safetensors", mixed_interface(), shared_network);
  write("stretched.safetensors", mixed_interface(),
        "{actor: [layer_norm], state_dependent_std: true, action_map: scale}");
  write("seeing.safetensors", seeing_interface(), every_image_layer);
  write("remembering.safetensors", continuous_interface(5, 3),
        "{encoders: {state: {layers: [{linear: 6}, tanh, {gru: {units: 4, layer_norm: true}}]}}, "
        "core: [{lstm: {units: 6, layer_norm: true}}, {attention: {heads: 2, memory: 3}}], "
        "actor: [{lstm: 5}, {frame_stack: 3}, {gru: 4}, {gtrxl: {units: 8, heads: 2, memory: 2, blocks: 2}}]}");

  TensorFile wrong = read_safetensors((folder / "tanh.safetensors").string());
  StoredTensor& golden = wrong.tensors.at("golden.action");
  std::vector<float> actions = golden.floats();
  actions[7] += 0.25f;
  golden = StoredTensor::from_floats(golden.shape, actions);
  write_safetensors((folder / "wrong.safetensors").string(), wrong);
}
