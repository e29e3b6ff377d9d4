// Grad-CAM, input gradient and occlusion of one image side by side, above the same with random weights.
#pragma once

#include "ui/judge/explanation.h"

#include <QWidget>

namespace convarium::ui
{

class ExplanationView final : public QWidget
{
    Q_OBJECT
public:
    explicit ExplanationView(QWidget* parent = nullptr);
    /// Smaller pictures.
    void setLow(bool low);
    /// Null: nothing yet. className: of the class that is explained.
    void setExplanation(ExplanationPtr explanation, const QString& className);
    [[nodiscard]] const ExplanationPtr& explanation() const { return m_explanation; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    struct Tile {
        QString title, note;
        const engine::Tensor* map;    ///< null or empty: there is none
        const engine::Tensor* random; ///< the same with random weights
        bool onImage;                 ///< drawn over the image
    };
    [[nodiscard]] std::vector<Tile> tiles() const;
    void paintMap(QPainter* painter, const QRect& place, const engine::Tensor& map, bool onImage) const;
    [[nodiscard]] int side() const;

    ExplanationPtr m_explanation;
    QString m_className;
    bool m_low = false;
};

} // namespace convarium::ui
