#include "ui/training/speed_model.h"

#include "engine/layers/layer.h"
#include "ui/document/edit_texts.h"

#include <QLocale>

#include <algorithm>

namespace convarium::ui
{

namespace
{

bool sameBar(const SpeedRow& a, const SpeedRow& b)
{
    return a.node == b.node && a.kind == b.kind;
}

} // namespace

QString figure(double value)
{
    const int decimals = value < 0.1 ? 3 : value < 10 ? 2 : value < 100 ? 1 : 0;
    return QLocale().toString(value, 'f', decimals);
}

QString percentFigure(double share)
{
    const double percent = 100 * share;
    if (percent > 0 && percent < 0.1)
        return SpeedModel::tr("< %1 %").arg(QLocale().toString(0.1, 'f', 1));
    return SpeedModel::tr("%1 %").arg(QLocale().toString(percent, 'f', percent < 10 ? 1 : 0));
}

QString SpeedRow::direction() const
{
    switch (kind) {
    case Kind::Forward: return SpeedModel::tr("forward");
    case Kind::Backward: return SpeedModel::tr("backward");
    case Kind::Update: return SpeedModel::tr("update");
    case Kind::Waiting: break;
    }
    return {};
}

std::vector<SpeedRow> SpeedModel::makeRows(const engine::GraphSpec& graph) const
{
    std::vector<SpeedRow> rows;
    if (!m_event)
        return rows;
    for (const engine::LayerSpeed& layer : m_event->step.layers) {
        SpeedRow row;
        row.kind = layer.direction == engine::LayerSpeed::Direction::Forward ? SpeedRow::Kind::Forward
                                                                             : SpeedRow::Kind::Backward;
        row.node = layer.nodes.front();
        for (const engine::NodeId node : layer.nodes)
            row.layer += (row.layer.isEmpty() ? QString() : QStringLiteral(" + ")) + shortLabel(graph, node);
        if (const auto* node = graph.node(row.node))
            if (const auto* info = engine::findLayer(node->type)) {
                row.icon = QString::fromStdString(info->icon);
                row.family = familyFromName(QString::fromStdString(info->family));
            }
        row.milliseconds = layer.milliseconds;
        row.share = layer.share;
        row.gflops = layer.gflops;
        row.peakShare = layer.peakShare;
        rows.push_back(row);
    }
    const double whole = std::max(m_event->step.milliseconds(), 1e-9);
    const auto addWhole = [&](SpeedRow::Kind kind, const QString& name, const QString& icon, double milliseconds) {
        SpeedRow row;
        row.kind = kind;
        row.layer = name;
        row.icon = icon;
        row.milliseconds = milliseconds;
        row.share = milliseconds / whole;
        rows.push_back(row);
    };
    addWhole(SpeedRow::Kind::Update, tr("Optimizer"), QStringLiteral("step"), m_event->step.updateMilliseconds);
    if (m_event->threads > 1)
        addWhole(SpeedRow::Kind::Waiting, tr("Threads wait for each other"), QStringLiteral("clock"),
                 m_event->step.waitingMilliseconds);
    return rows;
}

/// Single measurements jump, and with them the order of the rows: each moves its row by a third of the way.
void SpeedModel::calm(std::vector<SpeedRow>& rows) const
{
    double whole = 0;
    for (SpeedRow& row : rows) {
        const auto before = std::find_if(m_rows.begin(), m_rows.end(), [&](const auto& r) { return sameBar(r, row); });
        if (before != m_rows.end()) {
            const double mean = (2 * before->milliseconds + row.milliseconds) / 3;
            const double slower = mean > 0 ? row.milliseconds / mean : 1;
            row.milliseconds = mean;
            row.gflops *= slower;
            row.peakShare *= slower;
        }
        whole += row.milliseconds;
    }
    for (SpeedRow& row : rows)
        row.share = row.milliseconds / std::max(whole, 1e-9);
}

void SpeedModel::sort(std::vector<SpeedRow>& rows) const
{
    if (m_order == Order::Time) {
        std::stable_sort(rows.begin(), rows.end(),
                         [](const auto& a, const auto& b) { return a.milliseconds > b.milliseconds; });
        return;
    }
    const auto key = [this](const SpeedRow& r) {
        return std::pair(std::find(m_nodes.begin(), m_nodes.end(), r.node) - m_nodes.begin(), r.kind);
    };
    std::stable_sort(rows.begin(), rows.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
}

void SpeedModel::setEvent(const std::shared_ptr<const engine::SpeedEvent>& event, const engine::GraphSpec& graph)
{
    if (event == m_event) { // only the names may have changed
        for (SpeedRow& row : m_rows)
            for (const SpeedRow& fresh : makeRows(graph))
                if (sameBar(row, fresh))
                    row.layer = fresh.layer;
        put(m_rows);
        return;
    }
    const bool goesOn = event && m_event && event->threads == m_event->threads;
    m_event = event;
    m_nodes.clear();
    // A layer that was fused forwards may have a row of its own backwards; it stands behind what it was fused into.
    for (const auto& layer : event ? event->step.layers : std::vector<engine::LayerSpeed>{}) {
        auto place = m_nodes.end();
        for (const engine::NodeId node : layer.nodes) {
            const auto found = std::find(m_nodes.begin(), m_nodes.end(), node);
            place = found == m_nodes.end() ? m_nodes.insert(place, node) + 1 : found + 1;
        }
    }
    auto rows = makeRows(graph);
    if (goesOn)
        calm(rows);
    sort(rows);
    put(std::move(rows));
}

void SpeedModel::setOrder(Order order)
{
    m_order = order;
    auto rows = m_rows;
    sort(rows);
    put(std::move(rows));
}

void SpeedModel::put(std::vector<SpeedRow> rows)
{
    if (!std::is_permutation(rows.begin(), rows.end(), m_rows.begin(), m_rows.end(), sameBar)) {
        beginResetModel();
        m_rows = std::move(rows);
        endResetModel();
        return;
    }
    if (rows.empty())
        return;
    if (std::equal(rows.begin(), rows.end(), m_rows.begin(), m_rows.end(), sameBar)) {
        m_rows = std::move(rows);
        Q_EMIT dataChanged(index(0), index(rowCount() - 1));
        return;
    }
    Q_EMIT layoutAboutToBeChanged();
    const auto before = persistentIndexList();
    QModelIndexList after;
    for (const QModelIndex& at : before)
        after.append(index(static_cast<int>(
            std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return sameBar(r, row(at.row())); }) -
            rows.begin())));
    m_rows = std::move(rows);
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged();
}

int SpeedModel::rowOf(engine::NodeId node) const
{
    const auto holds = [&](const SpeedRow& row) {
        return std::any_of(m_event->step.layers.begin(), m_event->step.layers.end(), [&](const auto& layer) {
            return layer.nodes.front() == row.node &&
                   std::find(layer.nodes.begin(), layer.nodes.end(), node) != layer.nodes.end();
        });
    };
    const auto found = std::find_if(m_rows.begin(), m_rows.end(), holds);
    return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

int SpeedModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant SpeedModel::data(const QModelIndex& at, int role) const
{
    if (!at.isValid())
        return {};
    const SpeedRow& r = row(at.row());
    const QString name = r.direction().isEmpty() ? r.layer : tr("%1, %2").arg(r.layer, r.direction());
    if (role == Qt::DisplayRole) {
        const QString text = tr("%1: %2 ms").arg(name, figure(r.milliseconds));
        return r.gflops > 0
                   ? tr("%1, %2 GFLOP/s, %3 of the peak").arg(text, figure(r.gflops), percentFigure(r.peakShare))
                   : text;
    }
    if (role != Qt::ToolTipRole)
        return {};
    const QString share = tr("%1 takes %2 of the step.").arg(name, percentFigure(r.share));
    switch (r.kind) {
    case SpeedRow::Kind::Update: return share + QLatin1Char(' ') + tr("The weights move along their gradients.");
    case SpeedRow::Kind::Waiting:
        return tr("%1 of the step: a thread that has finished its images waits until all have.")
            .arg(percentFigure(r.share));
    default: break;
    }
    return r.gflops > 0 ? share
                        : share + QLatin1Char(' ') + tr("It only moves or compares numbers: no products to count.");
}

} // namespace convarium::ui
