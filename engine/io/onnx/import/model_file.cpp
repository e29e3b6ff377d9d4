#include "engine/io/onnx/import/model_file.h"

#include <google/protobuf/io/coded_stream.h>

#include <cstdlib>
#include <new>

namespace convarium::engine
{

namespace
{

constexpr int kOldest = 6, kNewest = 17;
constexpr int kMostNodes = 100'000;

// Empty messages take two bytes in a file and a hundred times as much in memory: the arena asks for its blocks here.
thread_local std::size_t t_bytesLeft = 0;

void* takeBlock(std::size_t bytes)
{
    if (bytes > t_bytesLeft)
        throw std::bad_alloc();
    void* block = std::malloc(bytes);
    if (!block)
        throw std::bad_alloc();
    t_bytesLeft -= bytes;
    return block;
}

void freeBlock(void* block, std::size_t)
{
    std::free(block);
}

Error fault(const std::string& file, const std::string& what, const std::string& hint)
{
    return {ErrorCode::BadFormat, "'" + file + "' " + what + ".", hint, {-1, {}, file, -1}};
}

bool parse(schema::ModelProto& model, std::span<const std::uint8_t> bytes)
{
    google::protobuf::io::CodedInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
    stream.SetRecursionLimit(64);
    return model.ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage();
}

Result<int> defaultOpset(const schema::ModelProto& model, const std::string& file)
{
    std::int64_t version = -1;
    for (const schema::OperatorSetIdProto& set : model.opset_import())
        if (set.domain().empty() || set.domain() == "ai.onnx")
            version = set.version();
    if (version < kOldest || version > kNewest)
        return fault(
            file,
            (version == -1 ? std::string("names no operator set") : "uses operator set " + std::to_string(version)) +
                ", but " + std::to_string(kOldest) + " to " + std::to_string(kNewest) + " are read",
            "Export the model with opset " + std::to_string(kNewest) + ".");
    return static_cast<int>(version);
}

} // namespace

Result<ModelFile> parseModel(std::span<const std::uint8_t> bytes, const std::string& file)
{
    if (bytes.empty() || bytes.size() > 0x7FFFFFFF)
        return fault(file, bytes.empty() ? "is empty" : "is larger than the 2 GB of an ONNX file",
                     "Export the model again.");
    ModelFile out;
    google::protobuf::ArenaOptions options;
    options.block_alloc = &takeBlock;
    options.block_dealloc = &freeBlock;
    t_bytesLeft = (std::size_t{256} << 20) + 4 * bytes.size();
    out.arena = std::make_unique<google::protobuf::Arena>(options);
    schema::ModelProto* model = nullptr;
    try {
        model = google::protobuf::Arena::CreateMessage<schema::ModelProto>(out.arena.get());
        if (!parse(*model, bytes))
            return fault(file, "is not an ONNX model, or is damaged", "Export the model again.");
    } catch (const std::bad_alloc&) {
        return fault(file, "consists of far more parts than a network has",
                     "It is probably damaged; export the model again.");
    }
    out.model = model;
    if (!model->has_graph() || model->graph().node_size() == 0)
        return fault(file, "holds no network", "Export the model again.");
    if (model->graph().node_size() > kMostNodes)
        return fault(file, "has " + std::to_string(model->graph().node_size()) + " nodes, but at most 100,000 are read",
                     "Use a smaller model.");
    const auto opset = defaultOpset(*model, file);
    if (!opset)
        return opset.error();
    out.opset = *opset;
    return out;
}

} // namespace convarium::engine
