// My blocks: what the user has saved for reuse, one readable network file each in the data folder.
#pragma once

#include "engine/blocks/block.h"
#include "engine/io/project.h"
#include "ui/document/document_state.h"

#include <QObject>
#include <QString>
#include <QStringList>
#include <memory>
#include <span>
#include <vector>

namespace convarium::ui
{

/// One saved block. Its file is a small network: inputs that stand for what feeds the block, and one group with all
/// other layers, whose output is the network's.
struct OwnBlock {
    QString name;
    QString file;
    engine::Project content; ///< nodes and groups in the order in which the descriptor writes them
    engine::BlockDescriptor descriptor;
    /// How the groups of a copy are drawn and set. nodes and groups: what the descriptor has written.
    [[nodiscard]] std::vector<engine::BlockCard> cardsFor(std::span<const engine::Node> nodes,
                                                          std::span<const engine::Group> groups) const;
};

/// The group as the content of a file: wires from outside come from inputs, ids are counted anew.
[[nodiscard]] engine::Project blockContent(const DocumentState& state, std::int64_t group, const QString& name);
/// Checks the content of a file and makes what the palette needs. The error is one sentence.
[[nodiscard]] engine::Result<OwnBlock> ownBlock(const engine::Project& content, const QString& file);

/// All saved blocks, read once from the folder and kept in step with it. UI thread. Names differ by more than case.
class OwnBlocks final : public QObject
{
    Q_OBJECT
public:
    /// Those of the data folder; read at the first call.
    static OwnBlocks& instance();
    /// "blocks" in the folder of the program's data.
    [[nodiscard]] static QString defaultFolder();

    /// Another folder instead, or the same one read again.
    void load(const QString& folder);
    /// By name.
    [[nodiscard]] const std::vector<std::unique_ptr<OwnBlock>>& all() const { return m_blocks; }
    /// By the id in the palette; null when unknown.
    [[nodiscard]] const OwnBlock* find(const QString& id) const;
    [[nodiscard]] const OwnBlock* named(const QString& name) const;
    /// One sentence for each file that could not be read.
    [[nodiscard]] const QStringList& faults() const { return m_faults; }

    /// Takes the place of the block of that name, if there is one.
    engine::Result<void> save(const engine::Project& content);
    engine::Result<void> rename(const QString& name, const QString& to);
    engine::Result<void> remove(const QString& name);

Q_SIGNALS:
    void changed();

private:
    void insert(OwnBlock block);
    [[nodiscard]] QString freeFile(const QString& name) const;

    QString m_folder;
    std::vector<std::unique_ptr<OwnBlock>> m_blocks;
    QStringList m_faults;
};

/// A block of the engine or one's own, by its id in the palette; null when there is none. UI thread.
[[nodiscard]] const engine::BlockDescriptor* findBlock(const std::string& id);

} // namespace convarium::ui
