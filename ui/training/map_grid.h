// All maps of a layer in rows, drawn from one atlas; one of them is chosen.
#pragma once

#include "ui/theme/field_mark.h"
#include "ui/training/map_worker.h"

#include <QWidget>
#include <array>

QT_BEGIN_NAMESPACE
class QScrollBar;
QT_END_NAMESPACE

namespace convarium::ui
{

/// Where the cells lie, by their places. Pure.
struct GridLayout {
    int cell = 0, columns = 1, gap = 6;
    [[nodiscard]] int rows(int count) const { return (count + columns - 1) / columns; }
    [[nodiscard]] int height(int count) const { return rows(count) * (cell + gap) - gap; }
    [[nodiscard]] QRect rect(int place) const
    {
        return {(place % columns) * (cell + gap), (place / columns) * (cell + gap), cell, cell};
    }
};

/// Largest cells (12 .. largest px) with which `count` maps fit into width x height; below 12 they overflow downwards.
/// Prefers whole multiples of mapSize, so that every value is a square of the same size.
[[nodiscard]] GridLayout layOutGrid(int count, int width, int height, int largest, int mapSize);

class MapGrid final : public QWidget
{
    Q_OBJECT
public:
    explicit MapGrid(QWidget* parent = nullptr);
    void setResult(const MapResult& result);
    void clear(const QString& hint);
    /// No map is drawn larger than so many pixels of the design.
    void setLargestMap(int side);
    [[nodiscard]] int current() const { return m_current; }
    [[nodiscard]] const MapResult& result() const { return m_result; }
    [[nodiscard]] QRect cellRect(int index) const;
    /// The number under the pointer, else the one the keys have chosen while the grid has the focus: map, row and
    /// column; all -1: none.
    [[nodiscard]] std::array<int, 3> toldNumber() const;
    /// "Map 5, row 12, column 7: 0.83"; empty where there is no such number.
    [[nodiscard]] QString numberWords(const std::array<int, 3>& number) const;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void mapSelected(int index);
    /// A number of a map was clicked, or Enter pressed: the one the keys have chosen, else the middle of the map.
    void numberChosen(int map, int row, int column);
    /// toldNumber() is another one.
    void numberTold(int map, int row, int column);

protected:
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void layOut();
    void choose(int index);
    [[nodiscard]] QRect pictureRect(int index) const; ///< where the numbers of a map are drawn
    [[nodiscard]] int cellAt(const QPoint& position) const;
    [[nodiscard]] QRect numberRect(const std::array<int, 3>& number) const;
    [[nodiscard]] std::array<int, 3> numberAt(const QPoint& position) const;
    [[nodiscard]] std::array<int, 3> keyNumber() const;
    [[nodiscard]] QString toolTipAt(const QPoint& position) const;
    void moveCell(int rows, int columns);
    void hover(const std::array<int, 3>& number);
    void tell();
    [[nodiscard]] int pitch() const { return m_layout.cell + m_layout.gap; }
    [[nodiscard]] int offset() const;
    [[nodiscard]] int placeOf(int map) const;
    [[nodiscard]] int mapAt(int place) const;
    void walk(int key);

    MapResult m_result;
    GridLayout m_layout;
    QString m_hint;
    QScrollBar* m_bar; ///< its value: scrolled by so many pixels
    int m_largestMap = 46;
    int m_current = 0;
    int m_row = -1, m_column = -1;            ///< chosen by keys or a click; -1: the middle
    std::array<int, 3> m_hovered{-1, -1, -1}; ///< map, row, column under the pointer
    std::array<int, 3> m_told{-1, -1, -1};
};

/// The kernels that make one map, side by side at whole multiples of a weight.
class KernelStrip final : public QWidget
{
    Q_OBJECT
public:
    explicit KernelStrip(QWidget* parent = nullptr);
    void setResult(const MapResult& result);
    /// Where a kernel is drawn, if there is room for it.
    [[nodiscard]] QRect kernelRect(int kernel) const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    [[nodiscard]] int zoom() const; ///< pixels of a weight
    [[nodiscard]] int room() const; ///< so many kernels find room
    [[nodiscard]] int shown() const;
    [[nodiscard]] QString toolTipAt(const QPoint& position) const;

    MapResult m_result;
};

/// A picture drawn with square pixels in a frame of one pixel.
class PixelPicture final : public QWidget
{
    Q_OBJECT
public:
    explicit PixelPicture(int side, QWidget* parent = nullptr);
    void setImage(const QImage& image);
    /// What a unit sees of it.
    void setMark(const FieldMark& mark);
    [[nodiscard]] const FieldMark& mark() const { return m_mark; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const int m_side;
    QImage m_image;
    FieldMark m_mark;
};

} // namespace convarium::ui
