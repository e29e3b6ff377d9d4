#include "engine/io/onnx/import/converters.h"

#include <algorithm>

namespace convarium::engine
{

Converter findConverter(const std::string& op)
{
    static const std::map<std::string, Converter> table = [] {
        std::map<std::string, Converter> all;
        for (const auto& family : {activationConverters(), arithmeticConverters(), convolutionConverters(),
                                   denseConverters(), normaliseConverters(), shapeConverters(), windowConverters()})
            for (const ConverterEntry& entry : family)
                all.emplace(entry.op, entry.convert);
        return all;
    }();
    const auto found = table.find(op);
    return found == table.end() ? nullptr : found->second;
}

} // namespace convarium::engine
