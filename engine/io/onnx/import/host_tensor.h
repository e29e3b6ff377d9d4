// Numbers that an ONNX file brings along or that follow from them before the network runs.
#pragma once

#include "engine/core/result.h"
#include "engine/io/onnx/schema.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace convarium::engine
{

/// Stands for the size of the batch in whole numbers that were read from a shape.
inline constexpr std::int64_t kBatchSize = std::numeric_limits<std::int64_t>::min() + 1;

/// All real kinds of numbers are kept as float32, all whole ones and truth values as int64.
struct HostTensor {
    std::vector<std::int64_t> sizes;
    bool isInteger = false;
    std::vector<float> reals;
    std::vector<std::int64_t> integers;

    /// The initializer whose numbers these are, in their order (or, with transposed, as the transposed matrix). Empty:
    /// computed.
    std::string name;
    std::vector<std::int64_t> storedSizes; ///< of that initializer
    bool transposed = false;

    [[nodiscard]] std::int64_t elements() const
    {
        return static_cast<std::int64_t>(isInteger ? integers.size() : reals.size());
    }
};

using HostTensorPtr = std::shared_ptr<const HostTensor>;

/// Counts the numbers that constants take, so that a small file cannot ask for any amount of memory.
class ElementBudget
{
public:
    static constexpr std::int64_t kMost = std::int64_t{1} << 28; ///< numbers, 1 GB as float32
    /// Product of the sizes, none of which may be negative; the budget shrinks by it.
    Result<std::int64_t> take(const std::vector<std::int64_t>& sizes);

private:
    std::int64_t m_left = kMost;
};

/// "3x224x224"; "one number" for no sizes.
std::string sizesText(const std::vector<std::int64_t>& sizes);

/// Decodes a tensor. Values may stand in a file beside the model: inside `folder` only, and exactly as many as needed.
/// Errors are full sentences without the model's name.
Result<HostTensor> readTensor(const schema::TensorProto& proto, const std::string& folder, ElementBudget& budget);

} // namespace convarium::engine
