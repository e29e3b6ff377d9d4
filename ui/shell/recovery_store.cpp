#include "ui/shell/recovery_store.h"

#include "datasets/datasets.h"
#include "engine/io/atomic_file.h"
#include "engine/io/load_model.h"
#include "engine/io/project_file.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QUuid>
#include <algorithm>
#include <string_view>

namespace convarium::ui
{

namespace
{

/// Held until its process ends; age alone does not matter.
std::unique_ptr<QLockFile> lockAt(const QString& path)
{
    auto lock = std::make_unique<QLockFile>(path);
    lock->setStaleLockTime(0);
    return lock->tryLock(0) ? std::move(lock) : nullptr;
}

std::int64_t bytesOf(const engine::WeightMap& weights)
{
    std::int64_t bytes = 0;
    for (const auto& [key, tensor] : weights)
        bytes += tensor.elements() * static_cast<std::int64_t>(sizeof(float));
    return bytes;
}

} // namespace

RecoveryStore::RecoveryStore(QString folder)
    : m_folder(std::move(folder)), m_name(QUuid::createUuid().toString(QUuid::WithoutBraces))
{
}

RecoveryStore::~RecoveryStore() = default;

QString RecoveryStore::defaultFolder()
{
    return QString::fromStdString(datasets::dataFolder()) + QStringLiteral("/recovery");
}

QString RecoveryStore::path(const QString& name, const char* suffix) const
{
    return m_folder + QLatin1Char('/') + name + QLatin1String(suffix);
}

void RecoveryStore::remove(const QString& name)
{
    // In this order: what is left without a network is not offered.
    QFile::remove(path(name, ".json"));
    for (const char* suffix : {".from", ".convarium", ".large"})
        QFile::remove(path(name, suffix));
}

engine::Result<void> RecoveryStore::lock()
{
    if (m_lock)
        return {};
    QDir().mkpath(m_folder);
    m_lock = lockAt(path(m_name, ".lock"));
    if (m_lock)
        return {};
    return engine::Error{engine::ErrorCode::Io,
                         "The folder '" + m_folder.toStdString() + "' takes no files.",
                         "Edits cannot be kept safe there; save now and then.",
                         {}};
}

engine::Result<void> RecoveryStore::write(const engine::Project& network, const QString& source)
{
    if (auto locked = lock(); !locked)
        return locked;
    if (m_source != source) {
        // The network goes first, so that none is ever found beside the source of another.
        QFile::remove(path(m_name, ".json"));
        if (auto written = engine::writeFileAtomically(path(m_name, ".from").toStdString(), source.toStdString());
            !written)
            return written;
        m_source = source;
    }
    return engine::saveNetwork(network, path(m_name, ".json").toStdString());
}

engine::Result<void> RecoveryStore::writeWeights(const engine::Project& trained)
{
    if (auto locked = lock(); !locked)
        return locked;
    if (bytesOf(*trained.state->weights) > kMostWeightBytes) {
        QFile::remove(path(m_name, ".convarium"));
        return engine::writeFileAtomically(path(m_name, ".large").toStdString(), std::string_view());
    }
    QFile::remove(path(m_name, ".large"));
    return engine::saveProject(trained, path(m_name, ".convarium").toStdString());
}

void RecoveryStore::dropWeights()
{
    for (const char* suffix : {".convarium", ".large"})
        QFile::remove(path(m_name, suffix));
}

void RecoveryStore::clear()
{
    if (!m_lock)
        return;
    remove(m_name);
    m_source.reset();
    m_lock.reset();
}

std::vector<Recovery> RecoveryStore::abandoned()
{
    std::vector<Recovery> found;
    const QDir folder(m_folder);
    for (const QFileInfo& info : folder.entryInfoList({QStringLiteral("*.json")}, QDir::Files)) {
        const QString name = info.completeBaseName();
        if (name == m_name || m_taken.contains(name))
            continue;
        auto lock = lockAt(path(name, ".lock"));
        // Between the listing and the lock another program may have dealt with it.
        if (!lock || !QFile::exists(info.filePath()))
            continue;
        const auto project = engine::loadModel(info.filePath().toStdString());
        if (!project)
            continue;
        QFile from(path(name, ".from"));
        const QString weights = path(name, ".convarium");
        found.push_back(
            {info.filePath(), from.open(QIODevice::ReadOnly) ? QString::fromUtf8(from.readAll()) : QString(),
             QString::fromStdString(project->graph.title.empty() ? project->graph.name : project->graph.title),
             info.lastModified(), QFile::exists(weights) ? weights : QString(), QFile::exists(path(name, ".large"))});
        m_taken[name] = std::move(lock);
    }
    std::sort(found.begin(), found.end(), [](const Recovery& a, const Recovery& b) { return a.time > b.time; });
    return found;
}

void RecoveryStore::discard(const QString& file)
{
    const QString name = QFileInfo(file).completeBaseName();
    if (const auto taken = m_taken.find(name); taken != m_taken.end()) {
        remove(name);
        m_taken.erase(taken);
    }
}

} // namespace convarium::ui
