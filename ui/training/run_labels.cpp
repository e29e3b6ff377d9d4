#include "ui/training/run_labels.h"

#include "ui/training/run_library.h"

#include <QCoreApplication>
#include <QHash>
#include <QLocale>
#include <functional>

namespace convarium::ui
{

namespace
{

QString tr(const char* text)
{
    return QCoreApplication::translate("Training", text);
}

using Part = std::function<QString(const RunRecord&)>;

QString settings(const RunRecord& run)
{
    return run.optimizer + u' ' + QLocale().toString(run.rate, 'g', 3);
}

/// What runs of one network with one optimizer may differ in, in the order in which people look for it.
const std::vector<Part>& parts()
{
    static const std::vector<Part> all{
        [](const RunRecord& r) { return r.network; },
        [](const RunRecord& r) { return r.schedule; },
        [](const RunRecord& r) { return tr("batch %1").arg(r.batch); },
        [](const RunRecord& r) { return tr("decay %1").arg(QLocale().toString(r.weightDecay, 'g', 3)); },
        [](const RunRecord& r) { return r.augment.isEmpty() ? tr("not augmented") : r.augment; },
        [](const RunRecord& r) { return r.data; },
        [](const RunRecord& r) { return tr("%1 parameters").arg(QLocale().toString(r.parameters)); },
        [](const RunRecord& r) { return tr("seed %1").arg(r.seed); },
    };
    return all;
}

/// Places in `labels` of equal ones.
QList<QList<qsizetype>> equalOnes(const QStringList& labels)
{
    QHash<QString, QList<qsizetype>> places;
    for (qsizetype i = 0; i < labels.size(); ++i)
        places[labels[i]].append(i);
    QList<QList<qsizetype>> out;
    for (const auto& same : places)
        if (same.size() > 1)
            out.append(same);
    return out;
}

} // namespace

QStringList runLabels(const std::vector<const RunRecord*>& runs)
{
    QStringList labels;
    bool networks = false; // several of them
    for (const RunRecord* run : runs)
        networks = networks || run->network != runs.front()->network;
    for (const RunRecord* run : runs)
        labels << (!run->name.isEmpty() ? run->name
                   : networks           ? run->network + QStringLiteral(", ") + settings(*run)
                                        : settings(*run));
    for (const Part& part : parts())
        for (const auto& same : equalOnes(labels)) {
            const auto text = [&](qsizetype i) { return part(*runs[static_cast<std::size_t>(i)]); };
            const bool tells =
                std::any_of(same.begin(), same.end(), [&](qsizetype i) { return text(i) != text(same.first()); });
            if (tells)
                for (const qsizetype i : same)
                    labels[i] += QStringLiteral(", ") + text(i);
        }
    for (const auto& same : equalOnes(labels))
        for (qsizetype n = 0; n < same.size(); ++n)
            labels[same[n]] += QStringLiteral(" #%1").arg(same.size() - n); // the newest comes first
    return labels;
}

} // namespace convarium::ui
