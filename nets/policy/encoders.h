#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "nets/layers/sequential.h"
#include "nets/policy/network_config.h"

namespace sinew {

/// A network's input: rows of *normalised* observations: the numbers of all float32 sensors side by side, and the
/// images, from 0 to 1, also side by side. A kind that the spec lacks stays empty.
template <class T>
struct BasicObservations {
  BasicTensor<T> numbers;  // [rows, observation_size()]
  BasicTensor<T> images;   // [rows, image_size()]
  BasicObservations(BasicTensor<T> all_numbers, BasicTensor<T> all_images = {})
      : numbers(all_numbers), images(all_images) {}
};

/// The layers before the heads of one user: separate layers for each sensor that only this user reads.
template <class T>
class BasicEncoders {
 public:
  using Observations = BasicObservations<T>;

  /// The encoders of the sensors that the config marks as `used_by` this user. Their parameters, "encoder.SENSOR.…",
  /// are added to the context's set. Throws Error when an encoder ends with images.
  BasicEncoders(const InterfaceSpec& spec, const NetworkConfig& config, std::string_view used_by,
                const LayerTable<T>& layers, const LayerContext<T>& context);

  bool is_empty() const { return list_.empty(); }
  int features() const { return features_; }  // numbers per row in their output
  bool has_batch_statistics() const;

  /// [rows, features before + features()]: `before`, if there, then the encoders' output. Absent when both are empty.
  BasicTensor<T> operator()(BasicTensor<T> before, const Observations& observations, BasicSequence<T>& sequence) const;

 private:
  // One sensor: its columns of the observation row, and the layers they go through.
  struct Encoder {
    bool is_image;
    int begin, end;
    Shape input;  // of one observation
    std::unique_ptr<BasicSequential<T>> layers;
    BasicTensor<T> operator()(const Observations& observations, BasicSequence<T>& sequence) const;
  };
  std::vector<Encoder> list_;
  int features_ = 0;
};

using Observations = BasicObservations<float>;

/// More sensors than this are refused.
inline constexpr size_t max_sensors = 32;

}  // namespace sinew
