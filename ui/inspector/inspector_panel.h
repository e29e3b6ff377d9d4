// The right side: name, shape, settings and "Why this number" of what is selected.
#pragma once

#include "engine/health/health.h"
#include "ui/document/project_document.h"
#include "ui/theme/widgets.h"

#include <QScrollArea>

namespace convarium::ui
{

class BlockSettings;
class HealthList;
class ParamForm;
class ShapeLabel;
class WhyList;

/// One layer: everything about it. Several: the settings they share. A block: its name and parameters. None: the whole
/// network. UI thread; follows the document by itself; the selection is told to it.
class InspectorPanel final : public QScrollArea
{
    Q_OBJECT
public:
    explicit InspectorPanel(ProjectDocument* document, QWidget* parent = nullptr);
    ~InspectorPanel() override;

    void setSelection(const std::vector<engine::NodeId>& nodes);
    [[nodiscard]] const std::vector<engine::NodeId>& selection() const { return m_nodes; }
    /// What the last check of a training run found; null: there was none.
    void setHealth(const engine::HealthPtr& report);
    /// Puts the cursor into the first setting, or the name field where there is none.
    void startEditing();
    /// Puts the cursor into the name field.
    void startRename();
    [[nodiscard]] ParamForm* form() const { return m_form; }
    [[nodiscard]] BlockSettings* blockSettings() const { return m_block; }
    [[nodiscard]] WhyList* whyList() const { return m_why; }
    [[nodiscard]] HealthList* healthList() const { return m_health; }
    [[nodiscard]] ShapeLabel* shapeLabel() const { return m_shape; }
    [[nodiscard]] QLineEdit* nameField() const { return m_name; }
    [[nodiscard]] QPushButton* kernelsButton() const { return m_kernels; }
    [[nodiscard]] QString faultText() const;
    [[nodiscard]] QSize sizeHint() const override;

Q_SIGNALS:
    /// Esc: back to what is being edited here.
    void left();
    /// The info button: help about a kind of layer was asked for.
    void helpRequested(const QString& layerId);
    /// The weights of this layer's kernels shall be written by hand.
    void kernelsRequested(qint64 node);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QWidget* makeHead();
    [[nodiscard]] bool hasKernels(engine::NodeId id) const;
    void refresh();
    void refreshSoon();
    void showLayer(engine::NodeId id);
    void showBlock(std::int64_t group);
    void showSeveral();
    /// The block whose layers are selected; -1: none.
    [[nodiscard]] std::int64_t block() const;
    void showNetwork();
    void commitName();
    void showHelp();
    void showFault();
    void fitName();

    ProjectDocument* m_document;
    std::vector<engine::NodeId> m_nodes;
    QLabel* m_icon;
    TextLabel* m_type;
    QLineEdit* m_name;
    IconButton* m_info;
    ShapeLabel* m_shape;
    QWidget* m_faultBox;
    TextLabel* m_fault;
    SectionHeader* m_settingsHeader;
    ParamForm* m_form;
    BlockSettings* m_block;
    TextLabel* m_noSettings;
    QPushButton* m_kernels;
    SectionHeader* m_whyHeader;
    WhyList* m_why;
    SectionHeader* m_healthHeader;
    HealthList* m_health;
    bool m_pending = false;
};

} // namespace convarium::ui
