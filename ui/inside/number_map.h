// One map in large squares with the chosen number ringed; click or arrow keys choose another. And the input image with
// what the number sees of it.
#pragma once

#include "ui/inside/number_values.h"
#include "ui/theme/accessible_table.h"

#include <QImage>
#include <QWidget>

namespace convarium::ui
{

/// Read aloud as a table, unless it is very large.
class NumberMap final : public QWidget, public AccessibleCells
{
    Q_OBJECT
public:
    explicit NumberMap(QWidget* parent = nullptr);
    /// element: within all maps; its map is the one that is shown.
    void setMaps(const NumberMaps& maps, std::int64_t element);
    [[nodiscard]] std::int64_t element() const { return m_element; }
    [[nodiscard]] int map() const;
    [[nodiscard]] int row() const;
    [[nodiscard]] int column() const;
    /// Where a number of the shown map lies.
    [[nodiscard]] QRect cellRect(int row, int column) const override;
    [[nodiscard]] QSize cells() const override;
    [[nodiscard]] QString cellWords(int row, int column) const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;

Q_SIGNALS:
    void elementChosen(qint64 element);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    // A list of numbers is laid out in rows of its own.
    [[nodiscard]] int columns() const;
    [[nodiscard]] int rows() const;
    [[nodiscard]] std::int64_t count() const; ///< numbers of the shown map
    [[nodiscard]] QRect area() const;
    void choose(int row, int column);
    void chooseAt(const QPoint& position);

    NumberMaps m_maps;
    std::int64_t m_element = 0;
    QImage m_image;
};

/// The input image, the box of what the number depends on drawn over it.
class FieldPicture final : public QWidget
{
    Q_OBJECT
public:
    explicit FieldPicture(QWidget* parent = nullptr);
    void setField(const std::vector<std::uint8_t>& pixels, const engine::Shape& shape, const engine::PixelBox& box);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<std::uint8_t> m_pixels;
    engine::Shape m_shape;
    engine::PixelBox m_box;
};

} // namespace convarium::ui
