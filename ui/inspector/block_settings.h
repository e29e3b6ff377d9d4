// The parameters of the selected block.
#pragma once

#include "ui/document/project_document.h"

#include <QWidget>

class QGridLayout;

namespace convarium::ui
{

class ParamField;

/// One row per parameter; an edit sets it in all layers that share it, as one step.
class BlockSettings final : public QWidget
{
    Q_OBJECT
public:
    explicit BlockSettings(ProjectDocument* document, QWidget* parent = nullptr);
    /// -1: none. Keeps the rows, and the focus, while the parameters are the same.
    void setBlock(std::int64_t group);
    void setNarrow(bool narrow);
    [[nodiscard]] bool isEmpty() const { return m_rows.empty(); }
    /// Null when there is no such parameter.
    [[nodiscard]] ParamField* field(std::size_t parameter) const;

private:
    void build();
    void addRow(std::size_t index);
    void apply(std::size_t index, const engine::ParamValue& value);

    ProjectDocument* m_document;
    QGridLayout* m_grid;
    std::int64_t m_group = -1;
    std::vector<engine::BlockParameter> m_parameters;
    struct Row {
        QWidget* title;
        ParamField* field;
    };
    std::vector<Row> m_rows;
    bool m_narrow = false;
};

} // namespace convarium::ui
