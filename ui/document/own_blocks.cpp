#include "ui/document/own_blocks.h"

#include "datasets/datasets.h"
#include "engine/io/atomic_file.h"
#include "engine/io/network_json.h"
#include "engine/io/project_file.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <algorithm>

namespace convarium::ui
{

namespace
{

constexpr std::int64_t kMostBytes = std::int64_t{4} << 20; ///< of one file
const QString kIdStart = QStringLiteral("my:");

engine::Result<OwnBlock> readBlock(const QString& path)
{
    const auto bytes = engine::readWholeFile(path.toStdString(), kMostBytes);
    if (!bytes)
        return bytes.error();
    const auto content = engine::networkFromJson(*bytes, path.toStdString());
    if (!content)
        return content.error();
    return ownBlock(*content, path);
}

} // namespace

OwnBlocks& OwnBlocks::instance()
{
    static OwnBlocks blocks;
    static const bool read = (blocks.load(defaultFolder()), true);
    Q_UNUSED(read)
    return blocks;
}

QString OwnBlocks::defaultFolder()
{
    return QString::fromStdString(datasets::dataFolder()) + QStringLiteral("/blocks");
}

void OwnBlocks::load(const QString& folder)
{
    m_folder = folder;
    m_blocks.clear();
    m_faults.clear();
    for (const QFileInfo& info : QDir(folder).entryInfoList({QStringLiteral("*.json")}, QDir::Files, QDir::Name)) {
        auto block = readBlock(info.filePath());
        if (!block)
            m_faults << QString::fromStdString(block.error().message);
        else if (const OwnBlock* other = named(block->name))
            m_faults << tr("'%1' holds a block called %2, and so does '%3'.")
                            .arg(info.filePath(), block->name, QFileInfo(other->file).fileName());
        else
            insert(std::move(*block));
    }
    Q_EMIT changed();
}

void OwnBlocks::insert(OwnBlock block)
{
    block.descriptor.id = (kIdStart + block.name).toStdString();
    const auto before = [&](const std::unique_ptr<OwnBlock>& other) {
        return other->name.compare(block.name, Qt::CaseInsensitive) < 0;
    };
    const auto at = std::find_if_not(m_blocks.begin(), m_blocks.end(), before);
    m_blocks.insert(at, std::make_unique<OwnBlock>(std::move(block)));
}

const OwnBlock* OwnBlocks::find(const QString& id) const
{
    return id.startsWith(kIdStart) ? named(id.mid(kIdStart.size())) : nullptr;
}

const OwnBlock* OwnBlocks::named(const QString& name) const
{
    const auto it = std::find_if(m_blocks.begin(), m_blocks.end(), [&](const auto& block) {
        return block->name.compare(name, Qt::CaseInsensitive) == 0;
    });
    return it == m_blocks.end() ? nullptr : it->get();
}

/// "double-conv.json": letters and digits that every file system takes.
QString OwnBlocks::freeFile(const QString& name) const
{
    QString word;
    for (const QChar c : name.toLower())
        word += c.isLetterOrNumber() && c.unicode() < 128 ? c : QChar(u'-');
    QString path = QStringLiteral("%1/%2.json").arg(m_folder, word);
    for (int n = 2; QFile::exists(path); ++n)
        path = QStringLiteral("%1/%2-%3.json").arg(m_folder, word).arg(n);
    return path;
}

engine::Result<void> OwnBlocks::save(const engine::Project& content)
{
    const QString name = QString::fromStdString(content.graph.title);
    const OwnBlock* old = named(name);
    auto block = ownBlock(content, old ? old->file : freeFile(name));
    if (!block)
        return block.error();
    QDir().mkpath(m_folder);
    if (auto written = engine::saveNetwork(content, block->file.toStdString()); !written)
        return written;
    std::erase_if(m_blocks, [&](const auto& other) { return other.get() == old; });
    insert(std::move(*block));
    Q_EMIT changed();
    return {};
}

engine::Result<void> OwnBlocks::rename(const QString& name, const QString& to)
{
    const OwnBlock* old = named(name);
    const QString next = to.trimmed();
    const auto refused = [](const QString& text) {
        return engine::Error{engine::ErrorCode::InvalidArgument, text.toStdString(), {}, {}};
    };
    if (!old)
        return refused(tr("There is no saved block called %1.").arg(name));
    if (next.isEmpty())
        return refused(tr("A block needs a name."));
    if (const OwnBlock* other = named(next); other && other != old)
        return refused(tr("There is a saved block %1 already: choose another name.").arg(other->name));
    engine::Project content = old->content;
    content.graph.title = content.graph.groups.front().name = next.toStdString();
    const QString file = old->file;
    // The same file: whatever happens, there is one of that block.
    auto block = ownBlock(content, file);
    if (!block)
        return block.error();
    if (auto written = engine::saveNetwork(content, file.toStdString()); !written)
        return written;
    std::erase_if(m_blocks, [&](const auto& other) { return other.get() == old; });
    insert(std::move(*block));
    Q_EMIT changed();
    return {};
}

engine::Result<void> OwnBlocks::remove(const QString& name)
{
    const OwnBlock* old = named(name);
    if (!old)
        return {};
    if (QFile::exists(old->file) && !QFile::remove(old->file))
        return engine::Error{engine::ErrorCode::Io,
                             tr("'%1' cannot be deleted.").arg(old->file).toStdString(),
                             tr("Is the folder open for writing?").toStdString(),
                             {}};
    std::erase_if(m_blocks, [&](const auto& other) { return other.get() == old; });
    Q_EMIT changed();
    return {};
}

const engine::BlockDescriptor* findBlock(const std::string& id)
{
    if (const engine::BlockDescriptor* block = engine::findBlock(id))
        return block;
    const OwnBlock* own = OwnBlocks::instance().find(QString::fromStdString(id));
    return own ? &own->descriptor : nullptr;
}

} // namespace convarium::ui
