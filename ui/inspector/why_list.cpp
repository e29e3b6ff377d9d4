#include "ui/inspector/why_list.h"

#include "ui/theme/accessible_tree.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QVBoxLayout>

namespace convarium::ui
{

WhyRow::WhyRow(QWidget* parent)
    : QWidget(parent), m_title(new TextLabel({}, TextRole::BodyMedium)), m_result(new TextLabel({}, TextRole::Result)),
      m_symbols(new TextLabel({}, TextRole::Small, ColorRole::Text2)), m_numbers(new TextLabel({}, TextRole::Body))
{
    setReadsAsOne(this);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, scaled(7), 0, scaled(8));
    layout->setSpacing(scaled(1));
    auto* head = new QHBoxLayout;
    head->addWidget(m_title, 1);
    head->addWidget(m_result);
    layout->addLayout(head);
    layout->addWidget(m_symbols);
    layout->addWidget(m_numbers);
    for (TextLabel* label : {m_symbols, m_numbers}) {
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
}

void WhyRow::setDerivation(const engine::Derivation& derivation)
{
    const auto text = [](const std::string& s) { return QString::fromStdString(s); };
    m_title->setText(text(derivation.title));
    m_result->setText(text(derivation.result));
    m_symbols->setText(text(derivation.symbols));
    m_numbers->setText(text(derivation.numbers));
    m_symbols->setVisible(!derivation.symbols.empty());
    m_numbers->setVisible(!derivation.numbers.empty());
    setAccessibleName(m_title->text());
    QStringList parts{m_result->text()};
    for (const TextLabel* label : {m_symbols, m_numbers})
        if (!label->text().isEmpty())
            parts << label->text();
    setAccessibleDescription(parts.join(QStringLiteral("; ")));
}

void WhyRow::paintEvent(QPaintEvent*)
{
    QPainter(this).fillRect(QRect(0, 0, width(), 1), Theme::current().line);
}

WhyList::WhyList(QWidget* parent) : QWidget(parent)
{
    columnIn(this, 0);
}

void WhyList::setDerivations(const std::vector<engine::Derivation>& derivations)
{
    while (m_rows.size() < derivations.size()) {
        m_rows.push_back(new WhyRow);
        layout()->addWidget(m_rows.back());
    }
    while (m_rows.size() > derivations.size()) {
        delete m_rows.back();
        m_rows.pop_back();
    }
    for (std::size_t i = 0; i < derivations.size(); ++i)
        m_rows[i]->setDerivation(derivations[i]);
}

} // namespace convarium::ui
