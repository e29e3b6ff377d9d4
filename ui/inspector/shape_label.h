// A shape as the largest text of its place: digits bold, the signs between them light.
#pragma once

#include "engine/tensor/shape.h"
#include "ui/theme/theme.h"

#include <QWidget>
#include <optional>

namespace convarium::ui
{

/// "10 x 10 x 16" with the words "height x width x maps" beside it where there is room. Unknown: "?".
class ShapeLabel final : public QWidget
{
    Q_OBJECT
public:
    explicit ShapeLabel(QWidget* parent = nullptr);
    /// stale: the last shape that worked, not the one of now.
    void setShape(const std::optional<engine::Shape>& shape, bool stale, bool faulty);
    [[nodiscard]] QString text() const { return m_text; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_text = QStringLiteral("?");
    QString m_words;
    bool m_stale = false;
    bool m_faulty = false;
};

} // namespace convarium::ui
