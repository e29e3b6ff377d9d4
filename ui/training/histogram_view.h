// "Histograms over time": what the numbers of the chosen layer, their gradients and its weights do while it trains.
#pragma once

#include "ui/theme/widgets.h"
#include "ui/training/histogram_service.h"
#include "ui/training/histogram_strip.h"

namespace convarium::ui
{

class ChangeBars;

/// Two strips and the bars of all layers. Nothing is counted unless this is visible.
class HistogramView final : public QWidget
{
    Q_OBJECT
public:
    explicit HistogramView(TrainingController* controller, QWidget* parent = nullptr);

    /// A line with the title and a button that leads back, for a view that no tab names.
    void setTitled(bool titled);
    /// The layer that is selected elsewhere; kNoNode: none, or several.
    void setNode(engine::NodeId node);
    [[nodiscard]] const HistogramService& service() const { return *m_service; }
    [[nodiscard]] HistogramStrip* outputs() const { return m_outputs; }
    [[nodiscard]] HistogramStrip* gradients() const { return m_gradients; }
    [[nodiscard]] ChangeBars* changes() const { return m_changes; }
    /// What is under the pointer in words, else of what was counted.
    [[nodiscard]] QString told() const { return m_told->text(); }

Q_SIGNALS:
    void nodeChosen(convarium::engine::NodeId node);
    void closed();

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* makeTitle();
    QWidget* column(TextLabel* title, QWidget* content);
    void refresh();
    void tell(const QString& text);

    TrainingController* m_controller;
    HistogramService* m_service;
    engine::NodeId m_node = engine::kNoNode;
    QWidget* m_title;
    ElidedLabel* m_outputTitle;
    ElidedLabel* m_gradientTitle;
    TextLabel* m_changeTitle;
    HistogramStrip* m_outputs;
    HistogramStrip* m_gradients;
    ChangeBars* m_changes;
    QWidget* m_changeColumn;
    TextLabel* m_changeHint;
    ElidedLabel* m_told;
};

} // namespace convarium::ui
