// A text that may be long in a place that has room for a few lines.
#pragma once

#include <QScrollArea>

namespace convarium::ui
{

/// As high as its content up to a few lines, and less where there is less room; the rest is reached by the wheel or, as
/// then it can have the focus, by keys.
class LineBox final : public QScrollArea
{
    Q_OBJECT
public:
    /// content: wraps its lines.
    explicit LineBox(QWidget* content, QWidget* parent = nullptr);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    [[nodiscard]] int heightFor(int lines) const; ///< of the content, at most that many lines
    void updateFocus();
};

} // namespace convarium::ui
