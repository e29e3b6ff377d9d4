// A sentence at the lower edge of the canvas, for as long as it takes to read.
#pragma once

#include <QFrame>

class QTimer;

namespace convarium::ui
{

class TextLabel;

/// A child of the canvas that lets the mouse through. Accessible name "Notice", the sentence is its description.
class CanvasNotice final : public QFrame
{
    Q_OBJECT
public:
    explicit CanvasNotice(QWidget* parent);
    /// stays: until the next one or until cleared by an empty text.
    void say(const QString& text, bool stays = false);
    [[nodiscard]] QString text() const;
    /// To the middle of the lower edge of the parent.
    void place();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    TextLabel* m_label;
    QTimer* m_timer;
};

} // namespace convarium::ui
