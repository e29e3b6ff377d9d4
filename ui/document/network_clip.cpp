#include "ui/document/network_clip.h"

#include "engine/io/network_json.h"
#include "ui/document/project_file_state.h"

#include <algorithm>

namespace convarium::ui
{

std::unique_ptr<QMimeData> toClip(const Fragment& fragment)
{
    DocumentState part;
    part.graph.name = "part";
    part.graph.nodes = fragment.nodes;
    part.graph.edges = fragment.edges;
    part.graph.groups = fragment.groups;
    part.blocks = fragment.blocks;
    part.positions = fragment.positions;
    part.notes = fragment.notes;
    for (engine::Node& node : part.graph.nodes) {
        part.graph.nextId = std::max(part.graph.nextId, node.id + 1);
        for (engine::TensorRecord& tensor : node.tensors)
            tensor.externalName.clear(); // the file it names stays behind
    }
    const QByteArray text = QByteArray::fromStdString(engine::networkToJson(projectOf(part)));
    auto data = std::make_unique<QMimeData>();
    data->setText(QString::fromUtf8(text));
    data->setData(QLatin1String(kNetworkMime), text);
    return data;
}

engine::Result<Fragment> fromClip(const QMimeData* data)
{
    const engine::Error nothing{engine::ErrorCode::NotFound,
                                "There are no layers on the clipboard.",
                                "Copy some first, here or in another window.",
                                {}};
    QByteArray text = data ? data->data(QLatin1String(kNetworkMime)) : QByteArray();
    if (text.isEmpty() && data && data->hasText())
        text = data->text().trimmed().toUtf8();
    if (!text.startsWith('{') || text.size() > engine::kMaxNetworkBytes)
        return nothing;
    const std::span bytes(reinterpret_cast<const std::uint8_t*>(text.constData()),
                          static_cast<std::size_t>(text.size()));
    auto read = engine::networkFromJson(bytes, "the clipboard");
    if (!read)
        return engine::Error{read.error().code,
                             "The layers on the clipboard cannot be read: " + read.error().message,
                             {},
                             read.error().place};
    DocumentState state = stateOf(*read);
    Fragment fragment{std::move(state.graph.nodes), std::move(state.graph.edges), std::move(state.graph.groups),
                      std::move(state.blocks),      std::move(state.positions),   std::move(state.notes)};
    if (fragment.isEmpty())
        return nothing;
    return fragment;
}

} // namespace convarium::ui
