// A convolution as channels and arrows: one circle is a map, one arrow a kernel.
#pragma once

#include "engine/tensor/tensor.h"

#include <QWidget>
#include <vector>

namespace convarium::ui
{

/// Maps that come in at the left, filters at the right. An arrow is as thick as its kernel's weights are large (root of
/// the sum of squares), orange where they sum to more than zero, blue where to less. A click, or the arrow keys, choose
/// a kernel. Of very many maps the first ones are drawn.
class KernelArrows final : public QWidget
{
    Q_OBJECT
public:
    explicit KernelArrows(QWidget* parent = nullptr);

    /// weight: filters, maps in / groups, height, width. inputs: all maps that come in. The chosen kernel is that of
    /// `filter` for the `input`th of the maps it reads.
    void setWeights(const engine::Tensor& weight, int inputs, int filter, int input);
    [[nodiscard]] QPointF inputCentre(int map) const;
    [[nodiscard]] QPointF filterCentre(int filter) const;
    /// Root of the sum of squares, with the sign of the sum.
    [[nodiscard]] float strength(int filter, int input) const;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void kernelChosen(int filter, int input);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Kernel {
        int filter = -1, input = -1;
    };
    [[nodiscard]] int sourceOf(int filter, int input) const;
    [[nodiscard]] int shown(int count) const;
    [[nodiscard]] double pitch(int count) const;
    [[nodiscard]] double radius() const;
    [[nodiscard]] Kernel kernelAt(const QPointF& at) const;
    [[nodiscard]] QString words(int filter, int input) const;
    void paintCircle(QPainter& painter, const QPointF& centre, int number, bool chosen) const;

    int m_filters = 0, m_perFilter = 0, m_inputs = 0;
    int m_filter = 0, m_input = 0;
    std::vector<float> m_strengths; ///< filter by filter
    float m_largest = 0;
};

} // namespace convarium::ui
