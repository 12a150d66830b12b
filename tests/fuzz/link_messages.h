#pragma once
#include <functional>
#include <string>
#include <vector>

#include "core/random.h"

/// The messages of a robot's link as inputs of a fuzzer: frames, one after the other in one text.
namespace sinew::fuzz {

using Frames = std::vector<std::string>;

std::string join_frames(const Frames& frames);
Frames split_frames(const std::string& text);

/// One of each kind, as the fake robot and its policy would say it.
std::vector<Frames> link_messages();

/// Changes some of it: the bytes of a frame, the map in the first one as JSON, or which frames there are. `change`
/// changes a text.
void change_frames(Frames& frames, Rng& rng, const std::function<std::string(std::string)>& change);

/// Pieces of the maps, in MessagePack and in JSON.
std::vector<std::string> link_words();

}  // namespace sinew::fuzz
