// A strip above the canvas that says one thing and offers what to do about it.
#pragma once

#include "ui/theme/widgets.h"

#include <functional>
#include <vector>

namespace convarium::ui
{

/// Hidden while there is nothing to say. Never modal: everything else goes on.
class NoticeBar final : public QWidget
{
    Q_OBJECT
public:
    struct Choice {
        QString text;
        std::function<void()> act; ///< hides the bar when that settles the matter
    };

    /// name: for assistive technology.
    explicit NoticeBar(const QString& name, QWidget* parent = nullptr);
    /// The first choice is the main one. headline: said before the text, in bold.
    void say(SignKind kind, const QString& text, const std::vector<Choice>& choices, const QString& headline = {});
    /// What is said, without marks.
    [[nodiscard]] QString text() const { return accessibleDescription(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void clearButtons();

    Sign* m_sign;
    TextLabel* m_text;
    QWidget* m_buttons;
};

} // namespace convarium::ui
