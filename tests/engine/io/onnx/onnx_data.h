// Stored ONNX models and tensors for tests, and networks computed on them.
#pragma once

#include "engine/io/onnx/onnx_import.h"
#include "engine/io/onnx/schema.h"
#include "engine/plan/infer_values.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <cmath>

namespace convarium::test
{

/// The folder of stored data, or an empty text. Beside the checkout, like the other data.
inline QString dataFolder(const char* part)
{
    const QString folder = QStringLiteral(CONVARIUM_SOURCE_DIR "/../shared/data/") + QLatin1String(part);
    return QDir(folder).exists() ? folder : QString();
}

inline QByteArray contentOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

struct StoredTensor {
    std::vector<std::int64_t> sizes;
    std::vector<float> values;
};

template <class To, class List>
std::vector<To> convertedList(const List& list)
{
    std::vector<To> out;
    for (const auto v : list)
        out.push_back(static_cast<To>(v));
    return out;
}

template <class T>
std::vector<float> rawValues(const std::string& raw)
{
    std::vector<T> numbers(raw.size() / sizeof(T));
    std::memcpy(numbers.data(), raw.data(), numbers.size() * sizeof(T));
    return convertedList<float>(numbers);
}

/// A .pb file with one TensorProto, read without the importer's code.
inline StoredTensor storedTensor(const QString& path)
{
    onnx::TensorProto proto;
    StoredTensor out;
    const QByteArray bytes = contentOf(path);
    if (!proto.ParseFromArray(bytes.constData(), static_cast<int>(bytes.size())))
        return out;
    out.sizes.assign(proto.dims().begin(), proto.dims().end());
    const std::string& raw = proto.raw_data();
    switch (proto.data_type()) {
    case onnx::TensorProto::FLOAT:
        out.values = raw.empty() ? convertedList<float>(proto.float_data()) : rawValues<float>(raw);
        break;
    case onnx::TensorProto::DOUBLE:
        out.values = raw.empty() ? convertedList<float>(proto.double_data()) : rawValues<double>(raw);
        break;
    case onnx::TensorProto::INT64:
        out.values = raw.empty() ? convertedList<float>(proto.int64_data()) : rawValues<std::int64_t>(raw);
        break;
    default: break;
    }
    return out;
}

/// A network's first output on samples. Whether there is a batch axis follows from the inputs' sizes.
inline engine::Result<StoredTensor> computed(const engine::Project& project, const std::vector<StoredTensor>& inputs,
                                             int output = 0)
{
    const auto read = engine::networkInputs(project.graph);
    const auto fault = [](const std::string& what) {
        return engine::Error{engine::ErrorCode::ShapeMismatch, what, {}, {}};
    };
    if (inputs.size() < read.size())
        return fault("too few inputs");
    std::int64_t images = 1;
    std::vector<const float*> values;
    bool batched = false;
    for (std::size_t i = 0; i < read.size(); ++i) {
        batched = inputs[i].sizes.size() == static_cast<std::size_t>(read[i].shape.rank()) + 1;
        images = batched ? inputs[i].sizes[0] : 1;
        if (static_cast<std::int64_t>(inputs[i].values.size()) != images * read[i].shape.elements())
            return fault("input of the shape " + read[i].shape.text() + " does not fit the data");
        values.push_back(inputs[i].values.data());
    }
    const engine::NodeId node =
        output == 0 ? engine::resultNode(project.graph) : project.graph.outputs[static_cast<std::size_t>(output)].node;
    auto result = engine::inferValues(project.graph, *project.state->weights, node, values, images, 2);
    if (!result)
        return result.error();
    StoredTensor out;
    if (batched)
        out.sizes.push_back(images);
    for (int i = 0; i < result->shape.rank(); ++i)
        out.sizes.push_back(result->shape[i]);
    out.values = std::move(result->values);
    return out;
}

/// Largest difference beyond `relative` of the expected number; below 1 is close enough.
inline double worstDifference(const std::vector<float>& found, const std::vector<float>& expected, double relative)
{
    if (found.size() != expected.size())
        return 1e30;
    double worst = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (found[i] == expected[i]) // infinities too
            continue;
        const double allowed = relative * std::abs(static_cast<double>(expected[i])) + 1e-5;
        const double difference = std::abs(static_cast<double>(found[i]) - expected[i]) / allowed;
        worst = difference > worst || std::isnan(difference) ? (std::isnan(difference) ? 1e30 : difference) : worst;
    }
    return worst;
}

} // namespace convarium::test
