// The page "Kernels": the weights of a convolution, written by hand, with the maps they make.
#pragma once

#include "ui/theme/widgets.h"
#include "ui/training/map_worker.h"

#include <QScrollArea>

QT_BEGIN_NAMESPACE
class QCheckBox;
class QSpinBox;
class QStackedWidget;
QT_END_NAMESPACE

namespace convarium::ui
{

class KernelArrows;
class KernelModel;
class KernelTable;
class MapGrid;
class MapService;
class PixelPicture;
class ProjectDocument;
class ScaleBar;

/// Follows the weights, also while training runs: what is written then reaches the run between two steps. Every change
/// is a step of the project's undo stack. Its window title is its place in the breadcrumb.
class KernelPage final : public QScrollArea
{
    Q_OBJECT
public:
    KernelPage(ProjectDocument* document, MapService* maps, QWidget* parent = nullptr);
    ~KernelPage() override;

    /// Has this layer kernels that can be written?
    [[nodiscard]] static bool hasKernels(const ProjectDocument& document, engine::NodeId node);
    void open(engine::NodeId node);

    [[nodiscard]] KernelTable* table() const { return m_table; }
    [[nodiscard]] MapGrid* grid() const { return m_grid; }
    [[nodiscard]] KernelArrows* arrows() const { return m_arrows; }
    /// What is said below the table; empty: nothing.
    [[nodiscard]] QString messageText() const;

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    QWidget* makeChoices();
    QWidget* makeTable();
    QWidget* makeMaps();
    void showResult(const MapResult& result);
    void showKernel();
    void showArrows();
    void showState();
    void refuse(const QString& reason);
    void setCell(int cell, float value);
    void setPattern(int pattern);
    /// As the kernel of the chosen input map, or of all of them.
    void push(const QString& text, std::int64_t first, std::vector<float> values);
    [[nodiscard]] std::vector<float> kernel(int input) const;
    [[nodiscard]] int input() const;
    [[nodiscard]] bool isCurrent() const;
    [[nodiscard]] QString label() const;

    ProjectDocument* m_document;
    MapService* m_maps;
    engine::NodeId m_node = engine::kNoNode;
    MapResult m_result;
    KernelModel* m_model;
    KernelTable* m_table;
    TextLabel* m_title;
    TextLabel* m_size;
    QSpinBox* m_filter;
    TextLabel* m_filters;
    QWidget* m_inputRow;
    QSpinBox* m_input;
    TextLabel* m_inputs;
    QCheckBox* m_all;
    QVector<QPushButton*> m_patterns;
    TextLabel* m_kernelTitle;
    TextLabel* m_sum;
    ScaleBar* m_scale;
    QWidget* m_messageRow;
    TextLabel* m_message;
    PixelPicture* m_picture;
    PixelPicture* m_map;
    TextLabel* m_mapTitle;
    TextLabel* m_viewHint;
    QStackedWidget* m_views;
    MapGrid* m_grid;
    KernelArrows* m_arrows;
    QString m_unavailable; ///< why there are no maps
};

} // namespace convarium::ui
