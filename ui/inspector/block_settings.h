// The parameters of the selected block.
#pragma once

#include "engine/layers/layer.h"
#include "ui/document/project_document.h"

#include <QWidget>
#include <optional>

class QGridLayout;

namespace convarium::ui
{

class ParamField;
class TextLabel;

/// One row per argument of its template, and one per setting that was chosen to be a parameter; every edit is one step:
/// the block written again, or the setting in all layers that share it. Messages stand below the field they are about.
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
    /// Message below that field; empty when there is none.
    [[nodiscard]] QString message(std::size_t parameter) const;

private:
    /// shared is empty for an argument of the template.
    struct Parameter {
        engine::ParamInfo info;
        engine::BlockParameter shared;
        friend bool operator==(const Parameter& a, const Parameter& b)
        {
            return a.info.key == b.info.key && a.info.title == b.info.title && a.shared == b.shared;
        }
    };
    [[nodiscard]] std::vector<Parameter> parametersOf(std::int64_t group) const;
    [[nodiscard]] std::vector<engine::ParamValue> valuesOf(const Parameter& parameter) const;
    void build();
    void addRow(const Parameter& parameter);
    void showMessage(std::size_t index, const QString& text);
    void apply(std::size_t index, const engine::ParamValue& value, bool dragging);

    ProjectDocument* m_document;
    QGridLayout* m_grid;
    std::int64_t m_group = -1;
    std::vector<Parameter> m_parameters;
    struct Row {
        TextLabel* title;
        ParamField* field;
        TextLabel* message;
        std::optional<engine::ParamValue> dragged; ///< set once the slider is let go
    };
    std::vector<Row> m_rows;
    bool m_narrow = false;
};

} // namespace convarium::ui
