// A data set for tests of the training dock.
#pragma once

#include "engine/data/dataset.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace convarium::test
{

/// 28x28 images whose class is where the bright row lies: quickly made, quickly learnt.
inline engine::DatasetBundle bars(int count)
{
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(count) * 784), labels;
    for (int i = 0; i < count; ++i) {
        labels.push_back(static_cast<std::uint8_t>(i % 10));
        for (int x = 0; x < 28; ++x)
            for (int y = 0; y < 2; ++y)
                pixels[static_cast<std::size_t>(i * 784 + (4 + 2 * (i % 10) + y) * 28 + x)] =
                    static_cast<std::uint8_t>(200 + i % 50);
    }
    std::vector<std::string> names;
    for (int i = 0; i < 10; ++i)
        names.push_back(std::to_string(i));
    const auto set = std::make_shared<engine::InMemoryDataset>(engine::Shape{1, 28, 28}, pixels, labels, names);
    return {"bars", "Bars", set, nullptr, set};
}

} // namespace convarium::test
