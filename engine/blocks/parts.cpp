#include "engine/blocks/parts.h"

namespace convarium::engine::parts
{

namespace
{

/// kernel, stride and padding as Conv2D and the pools have them.
Params window(std::int64_t kernel, std::int64_t stride, std::int64_t pad)
{
    Params p{{"kernelHeight", kernel}, {"kernelWidth", kernel}, {"strideHeight", stride}, {"strideWidth", stride}};
    if (pad > 0) {
        p.set("padding", std::string("explicit"));
        p.set("padHeight", pad);
        p.set("padWidth", pad);
    } else {
        p.set("padding", std::string("valid"));
    }
    return p;
}

} // namespace

Params convolution(std::int64_t filters, std::int64_t kernel, std::int64_t stride, bool bias)
{
    Params p = window(kernel, stride, kernel / 2);
    p.set("filters", filters);
    p.set("bias", bias);
    return p;
}

Params validConvolution(std::int64_t filters, std::int64_t kernel, std::int64_t stride, bool bias)
{
    Params p = window(kernel, stride, 0);
    p.set("filters", filters);
    p.set("bias", bias);
    return p;
}

Params pool(std::int64_t size)
{
    return window(size, size, 0);
}

Params pool(std::int64_t size, std::int64_t stride, std::int64_t pad)
{
    return window(size, stride, pad);
}

Params depthwise(std::int64_t kernel, std::int64_t stride)
{
    Params p = window(kernel, stride, kernel / 2);
    p.set("bias", false);
    return p;
}

Params separable(std::int64_t filters, std::int64_t kernel)
{
    Params p = window(kernel, 1, kernel / 2);
    p.set("filters", filters);
    p.set("bias", false);
    return p;
}

NodeId convolved(GraphWriter& writer, const std::string& name, NodeId input, std::int64_t filters, std::int64_t kernel,
                 std::int64_t stride, bool batchNorm, const std::string& activation)
{
    NodeId at = writer.add("conv2d", name, convolution(filters, kernel, stride, !batchNorm), {input});
    if (batchNorm)
        at = writer.add("batch_norm", name + "_bn", {}, {at});
    if (!activation.empty())
        at = writer.add(activation, name + "_act", {}, {at});
    return at;
}

ParamInfo maps(const std::string& key, const std::string& title, std::int64_t standard, const std::string& help,
               std::int64_t minimum)
{
    ParamInfo info = number(key, title, standard, minimum, 4096, help);
    info.unit = "maps";
    return info;
}

ParamInfo number(const std::string& key, const std::string& title, std::int64_t standard, std::int64_t minimum,
                 std::int64_t maximum, const std::string& help)
{
    ParamInfo info;
    info.key = key;
    info.title = title;
    info.defaultValue = standard;
    info.minimum = static_cast<double>(minimum);
    info.maximum = static_cast<double>(maximum);
    info.help = help;
    return info;
}

ParamInfo flag(const std::string& key, const std::string& title, bool standard, const std::string& help)
{
    ParamInfo info;
    info.key = key;
    info.title = title;
    info.type = ParamType::Flag;
    info.defaultValue = standard;
    info.help = help;
    return info;
}

ParamInfo choice(const std::string& key, const std::string& title, const std::vector<std::string>& choices,
                 const std::string& help)
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

ParamInfo shortcut()
{
    return choice(
        "shortcut", "Shortcut", {"identity", "projection"},
        "identity hands the maps on as they are; projection fits their number and size by a 1x1 convolution.");
}

} // namespace convarium::engine::parts
