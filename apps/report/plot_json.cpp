#include "apps/report/plot_json.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "core/error.h"

namespace sinew {
namespace {

using nlohmann::json;

template <class T>
void read(const json& object, const char* key, T& value) {
  if (const auto found = object.find(key); found != object.end()) found->get_to(value);
}

std::vector<double> numbers(const json& list) {
  std::vector<double> values;
  for (const json& number : list.get_ref<const json::array_t&>())
    values.push_back(number.is_null() ? std::numeric_limits<double>::quiet_NaN() : number.get<double>());
  return values;
}

}  // namespace

std::string to_json(const PlotSpec& plot) {
  json curves = json::array();
  for (const PlotCurve& curve : plot.curves)
    curves.push_back({{"name", curve.name},
                      {"x", curve.x},
                      {"mean", curve.mean},
                      {"spread", curve.spread},
                      {"is_reference", curve.is_reference}});
  const json object = {{"title", plot.title}, {"x_label", plot.x_label}, {"y_label", plot.y_label},
                       {"width", plot.width}, {"height", plot.height},   {"curves", curves}};
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

PlotSpec plot_from_json(const std::string& text) try {
  const json object = json::parse(text);
  PlotSpec plot;
  read(object, "title", plot.title);
  read(object, "x_label", plot.x_label);
  read(object, "y_label", plot.y_label);
  read(object, "width", plot.width);
  read(object, "height", plot.height);
  for (const json& item : object.at("curves").get_ref<const json::array_t&>()) {
    PlotCurve& curve = plot.curves.emplace_back();
    curve.x = numbers(item.at("x"));
    curve.mean = numbers(item.at("mean"));
    read(item, "name", curve.name);
    read(item, "is_reference", curve.is_reference);
    if (item.contains("spread")) curve.spread = numbers(item.at("spread"));
  }
  return plot;
} catch (const json::exception& error) {
  fail("the description of the plot is not what it should be: {}", error.what());
}

}  // namespace sinew
