// Images of noise with classes in turn, the same ones each time.
#pragma once

#include "engine/core/rng.h"
#include "engine/data/dataset.h"

namespace convarium::test
{

inline engine::InMemoryDataset noiseImages(const engine::Shape& shape, int count, int classes)
{
    std::vector<std::uint8_t> pixels, labels;
    const engine::CountedRng rng(5, engine::RandomPurpose::Test);
    for (std::uint32_t i = 0; i < count * shape.elements(); ++i)
        pixels.push_back(static_cast<std::uint8_t>(rng.word(0, i) >> 24));
    for (int i = 0; i < count; ++i)
        labels.push_back(static_cast<std::uint8_t>(i % classes));
    return {shape, pixels, labels, std::vector<std::string>(static_cast<std::size_t>(classes))};
}

} // namespace convarium::test
