// Settings that several layers have.
#pragma once

#include "engine/layers/layer.h"

namespace convarium::engine
{

inline ParamInfo flagParameter(const std::string& key, const std::string& title, bool value, const std::string& help)
{
    ParamInfo info;
    info.key = key;
    info.title = title;
    info.type = ParamType::Flag;
    info.defaultValue = value;
    info.help = help;
    return info;
}

inline ParamInfo integerParameter(const std::string& key, const std::string& title, std::int64_t value,
                                  std::int64_t minimum, std::int64_t maximum, const std::string& unit,
                                  const std::string& help)
{
    ParamInfo info;
    info.key = key;
    info.title = title;
    info.defaultValue = value;
    info.minimum = static_cast<double>(minimum);
    info.maximum = static_cast<double>(maximum);
    info.unit = unit;
    info.help = help;
    return info;
}

inline ParamInfo realParameter(const std::string& key, const std::string& title, double value, double minimum,
                               double maximum, const std::string& help)
{
    ParamInfo info;
    info.key = key;
    info.title = title;
    info.type = ParamType::Real;
    info.defaultValue = value;
    info.minimum = minimum;
    info.maximum = maximum;
    info.help = help;
    return info;
}

/// The first choice is the default.
inline ParamInfo choiceParameter(const std::string& key, const std::string& title,
                                 const std::vector<std::string>& choices, const std::string& help)
{
    ParamInfo info;
    info.key = key;
    info.title = title;
    info.type = ParamType::Choice;
    info.defaultValue = choices.front();
    info.choices = choices;
    info.help = help;
    return info;
}

/// How many kernels every map gets in a depthwise convolution.
inline ParamInfo multiplierParameter()
{
    return integerParameter("multiplier", "Kernels per map", 1, 1, 64, "",
                            "How many kernels every map gets; each makes one map.");
}

/// Maps after a depthwise convolution: "maps in", or "maps in · kernels per map".
template <class I>
I repeatedMaps(const FormulaContext<I>& c)
{
    const I& maps = c.inputs[0].sizes[0];
    return c.params->integer("multiplier") == 1 ? maps : maps * c.integer("multiplier", "kernels per map");
}

} // namespace convarium::engine
