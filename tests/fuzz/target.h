#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// What the file of a fuzz target defines. Under libFuzzer (-DSINEW_FUZZ=ON, clang) the first function is
/// all that is used; the driver of our own (seeded_driver.cpp, any compiler) takes the seeds and words too.

/// Hands the bytes to the reader. A reader may throw sinew::Error, which is swallowed here; anything else
/// that leaves it, or that a sanitizer sees, is a finding.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

/// Changes bytes at random, in place; returns their new number. libFuzzer's, or our driver's own. A target
/// with a checksum or a length in its format defines LLVMFuzzerCustomMutator and calls this for the parts.
extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace sinew::fuzz {

/// Intact inputs that the changes start from.
std::vector<std::string> seeds();

/// Pieces of the format, to be put anywhere.
std::vector<std::string> words();

/// The files of a folder of the project that end so, smaller than `most_bytes`.
std::vector<std::string> files_in(const std::string& folder, const std::string& ending, size_t most_bytes = 1 << 16);

inline std::string text_of(const uint8_t* data, size_t size) { return {reinterpret_cast<const char*>(data), size}; }

}  // namespace sinew::fuzz
