// Keeps what changes often from moving, measuring and painting everything around it.
#pragma once

#include <QWidget>

namespace convarium::ui
{

/// Holds one widget and fills it. A text that changes within its room arranges the content anew and nothing else; the
/// layouts around are told when the content needs more room than it has or was given room for its sake that it no
/// longer needs, and of its needs when its size changes.
class LayoutBoundary final : public QWidget
{
    Q_OBJECT
public:
    explicit LayoutBoundary(QWidget* content, QWidget* parent = nullptr);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    [[nodiscard]] bool hasHeightForWidth() const override { return m_content->hasHeightForWidth(); }
    [[nodiscard]] int heightForWidth(int width) const override;

protected:
    bool event(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    [[nodiscard]] QSize needed() const;
    void tell();
    QWidget* m_content;
    QSize m_told; ///< what the content needed when the layouts around were last told
};

} // namespace convarium::ui
