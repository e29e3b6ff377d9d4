// The settings of the selected layers, generated from their descriptors.
#pragma once

#include "engine/layers/layer.h"
#include "ui/inspector/param_field.h"

#include <QWidget>

QT_BEGIN_NAMESPACE
class QGridLayout;
QT_END_NAMESPACE

namespace convarium::ui
{

class ProjectDocument;

/// One row per setting that all selected layers share; every edit is one step of the undo stack. Messages stand below
/// the field they are about.
class ParamForm final : public QWidget
{
    Q_OBJECT
public:
    explicit ParamForm(ProjectDocument* document, QWidget* parent = nullptr);
    /// Builds the rows for these layers; keeps them (and the focus) when the kinds are the same as before.
    void setNodes(const std::vector<engine::NodeId>& nodes);
    /// Shows values and faults as they are now.
    void updateValues();
    /// Smaller labels and no ranges, for a panel of 272.
    void setNarrow(bool narrow);
    [[nodiscard]] bool isEmpty() const { return m_rows.empty(); }
    /// Where the cursor goes first; null when there is nothing to set.
    [[nodiscard]] QWidget* firstField() const;
    [[nodiscard]] ParamField* field(const std::string& key) const;
    /// Message below the field of this setting; empty when there is none.
    [[nodiscard]] QString message(const std::string& key) const;

private:
    struct Row {
        engine::ParamInfo info;
        std::string second; ///< key of the other half of a pair
        TextLabel* title = nullptr;
        ParamField* field = nullptr;
        TextLabel* message = nullptr;
        QString typed; ///< fault of what is being typed
        std::vector<engine::ParamValue> shown, secondShown;
    };
    void build();
    void addRow(const engine::ParamInfo& info, const engine::ParamInfo* second);
    void addFrozen();
    void apply(const std::vector<std::pair<std::string, engine::ParamValue>>& changes, bool dragging);
    void showMessage(Row& row);
    [[nodiscard]] std::vector<engine::ParamValue> values(const std::string& key) const;

    ProjectDocument* m_document;
    QGridLayout* m_grid;
    std::vector<engine::NodeId> m_nodes;
    std::vector<std::string> m_types;
    std::vector<Row> m_rows;
    bool m_narrow = false;
};

} // namespace convarium::ui
