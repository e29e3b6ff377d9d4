// The palette's list of the blocks that the user has saved.
#pragma once

#include <QWidget>
#include <vector>

class QLineEdit;
class QVBoxLayout;

namespace convarium::ui
{

class LayerRow;
class SectionHeader;
class TextLabel;

/// "My blocks": not there while there are none. A row's menu renames and deletes; files that cannot be read are told of
/// below. Follows OwnBlocks by itself.
class OwnBlockSection final : public QWidget
{
    Q_OBJECT
public:
    explicit OwnBlockSection(QWidget* parent = nullptr);
    [[nodiscard]] const std::vector<LayerRow*>& rows() const { return m_rows; }
    /// Shows only rows with that text, all for an empty one; is there any?
    bool filter(const QString& text);
    /// The field over the row that is being renamed; null while none is.
    [[nodiscard]] QLineEdit* renameField() const { return m_field; }

Q_SIGNALS:
    void activated(const QString& id);
    /// There are other blocks than before.
    void changed();

private:
    void rebuild();
    void addRow(const QString& name, const QString& id, const QString& help);
    void startRename(LayerRow* row, const QString& name);
    void remove(const QString& name);

    SectionHeader* m_header;
    QWidget* m_content;
    QVBoxLayout* m_column;
    TextLabel* m_faults;
    QLineEdit* m_field = nullptr;
    QString m_filter;
    std::vector<LayerRow*> m_rows;
};

} // namespace convarium::ui
