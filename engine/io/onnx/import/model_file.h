// Reads the bytes of an ONNX model within limits of memory.
#pragma once

#include "engine/core/result.h"
#include "engine/io/onnx/schema.h"

#include <google/protobuf/arena.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace convarium::engine
{

/// A parsed model. Everything in it belongs to the arena.
struct ModelFile {
    std::unique_ptr<google::protobuf::Arena> arena;
    const schema::ModelProto* model = nullptr;
    int opset = 0; ///< of the default operator set, 6 to 17
};

/// `file` stands in messages. Checks that it is a model, of an operator set that is read, with a graph of at most
/// 100,000 nodes. Memory is bounded by a multiple of the file's size.
Result<ModelFile> parseModel(std::span<const std::uint8_t> bytes, const std::string& file);

} // namespace convarium::engine
