// The bars of the "Engine speed" view: a list, and the names of its columns above it.
#pragma once

#include "ui/training/speed_model.h"

#include <QListView>

namespace convarium::ui
{

/// Paints a SpeedModel: layer, direction, bar up to the machine's peak, milliseconds, GFLOP/s, share of the peak.
class SpeedList final : public QListView
{
    Q_OBJECT
public:
    explicit SpeedList(SpeedModel* model, QWidget* parent = nullptr);
    [[nodiscard]] SpeedModel* rows() const { return m_model; }

    /// Places of the columns in a list of this width; a narrow one drops GFLOP/s, then the share of the peak.
    struct Columns {
        QRectF layer, direction, bar, milliseconds, gflops, peak;
    };
    [[nodiscard]] static Columns columns(const QRectF& row);

private:
    SpeedModel* m_model;
};

/// One line of titles for the columns of numbers; the place of the first two columns belongs to a control.
class SpeedListHeader final : public QWidget
{
    Q_OBJECT
public:
    /// control: shown over layer and direction; becomes a child.
    SpeedListHeader(SpeedList* list, QWidget* control, QWidget* parent = nullptr);
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    SpeedList* m_list;
    QWidget* m_control;
};

} // namespace convarium::ui
