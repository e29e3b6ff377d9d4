#include "ui/shell/notice_bar.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QPainter>

namespace convarium::ui
{

NoticeBar::NoticeBar(const QString& name, QWidget* parent)
    : QWidget(parent), m_sign(new Sign(SignKind::Info, 22)), m_text(new TextLabel), m_buttons(new QWidget)
{
    setAccessibleName(name);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(scaled(16), scaled(6), scaled(12), scaled(7));
    row->setSpacing(scaled(10));
    row->addWidget(m_sign);
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::RichText);
    row->addWidget(m_text, 1);
    row->addWidget(m_buttons);
    rowIn(m_buttons, scaled(8));
    hide();
}

void NoticeBar::say(SignKind kind, const QString& text, const std::vector<Choice>& choices, const QString& headline)
{
    clearButtons();
    m_sign->setKind(kind);
    const QString start = headline.isEmpty() ? QString() : QStringLiteral("<b>%1</b> ").arg(headline.toHtmlEscaped());
    m_text->setText(start + text.toHtmlEscaped());
    setAccessibleDescription(headline.isEmpty() ? text : headline + QLatin1Char(' ') + text);
    for (const Choice& choice : choices) {
        auto* button = new QPushButton(choice.text);
        button->setAccessibleName(choice.text);
        setPrimary(button, &choice == &choices.front());
        connect(button, &QPushButton::clicked, this, choice.act);
        m_buttons->layout()->addWidget(button);
    }
    show();
    QAccessibleEvent alert(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

/// One of them may be the one that was just clicked.
void NoticeBar::clearButtons()
{
    for (auto* old : m_buttons->findChildren<QPushButton*>()) {
        old->setParent(nullptr);
        old->deleteLater();
    }
}

void NoticeBar::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    const SignKind kind = m_sign->kind();
    painter.fillRect(rect(), kind == SignKind::Error     ? theme.errorTint
                             : kind == SignKind::Warning ? theme.warningTint
                                                         : theme.accentTint);
    painter.fillRect(QRect(0, height() - 1, width(), 1), theme.line);
}

} // namespace convarium::ui
