// The drawn architecture, docs/images/rooms.svg.
#include <fmt/core.h>

#include <algorithm>

#include "tests/layering/include_graph.h"

namespace sinew {
namespace {

constexpr int box_width = 150, column = 178, line_height = 17, margin = 20, gap = 46;  // pixels

struct Box {
  std::string room;
  std::vector<std::string> wings;
  int floor = 0;  // 0: stands on nothing
  int x = 0, y = 0;

  int height() const { return 30 + line_height * static_cast<int>(wings.size()); }
};
using Boxes = std::map<std::string, Box>;

int floor_of(const std::string& room, const IncludeGraph& rooms) {
  int floor = 0;
  for (const std::string& below : rooms.at(room)) floor = std::max(floor, floor_of(below, rooms) + 1);
  return floor;
}

bool reaches(const std::string& from, const std::string& to, const IncludeGraph& rooms) {
  return std::ranges::any_of(rooms.at(from), [&](const auto& next) { return next == to || reaches(next, to, rooms); });
}

// No other arrow of `from` leads there.
bool is_drawn(const std::string& from, const std::string& to, const IncludeGraph& rooms) {
  return std::ranges::none_of(rooms.at(from),
                              [&](const auto& other) { return other != to && reaches(other, to, rooms); });
}

Boxes boxes_of(const IncludeGraph& modules, const IncludeGraph& rooms) {
  Boxes boxes;
  for (const auto& [room, below] : rooms) boxes[room] = {.room = room, .wings = {}, .floor = floor_of(room, rooms)};
  for (const auto& [wing, below] : wings_of(modules))
    if (!modules.contains(wing))
      boxes.at(wing.substr(0, wing.find('/'))).wings.push_back(wing.substr(wing.find('/') + 1));
  return boxes;
}

// The highest floor first, each in the middle. Returns the size of the picture.
std::pair<int, int> place(Boxes& boxes) {
  int top = 0, widest = 0;
  std::map<int, std::vector<Box*>> floors;
  for (auto& [room, box] : boxes) {
    floors[-box.floor].push_back(&box);
    widest = std::max(widest, static_cast<int>(floors[-box.floor].size()));
  }
  const int width = 2 * margin + widest * column - (column - box_width);
  top = margin;
  for (auto& [floor, row] : floors) {
    int x = (width - static_cast<int>(row.size()) * column + (column - box_width)) / 2, tallest = 0;
    for (Box* box : row) {
      box->x = x, box->y = top;
      x += column;
      tallest = std::max(tallest, box->height());
    }
    top += tallest + gap;
  }
  return {width, top - gap + margin};
}

std::string drawn(const Box& box) {
  std::string svg = fmt::format(
      "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\"/>\n<text class=\"room\" x=\"{}\" "
      "y=\"{}\">{}</text>\n",
      box.x, box.y, box_width, box.height(), box.x + 10, box.y + 20, box.room);
  for (size_t i = 0; i < box.wings.size(); ++i)
    svg += fmt::format("<text x=\"{}\" y=\"{}\">{}</text>\n", box.x + 10,
                       box.y + 38 + line_height * static_cast<int>(i), box.wings[i]);
  return svg;
}

std::string arrow(const Box& from, const Box& to) {
  return fmt::format("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" marker-end=\"url(#tip)\"/>\n",
                     from.x + box_width / 2, from.y + from.height(), to.x + box_width / 2, to.y - 3);
}

}  // namespace

std::string draw_rooms(const IncludeGraph& modules) {
  const IncludeGraph rooms = rooms_of(modules);
  Boxes boxes = boxes_of(modules, rooms);
  const auto [width, height] = place(boxes);
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\">\n"
      "<style>rect {{ fill: #f4f7fa; stroke: #45607a; }} line {{ stroke: #8a99a8; stroke-width: 1.3; }}\n"
      "text {{ font: 13px sans-serif; fill: #333; }} .room {{ font-weight: bold; }}</style>\n"
      "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" "
      "orient=\"auto\"><path d=\"M0 0 L8 4 L0 8 z\" fill=\"#8a99a8\"/></marker></defs>\n"
      "<rect x=\"0\" y=\"0\" width=\"{0}\" height=\"{1}\" style=\"fill: white; stroke: none\"/>\n",
      width, height);
  for (const auto& [from, included] : rooms)
    for (const std::string& to : included)
      if (is_drawn(from, to, rooms)) svg += arrow(boxes.at(from), boxes.at(to));
  for (const auto& [room, box] : boxes) svg += drawn(box);
  return svg + "</svg>\n";
}

}  // namespace sinew
