#include "ui/help/help_page.h"

#include "ui/help/help_text.h"
#include "ui/theme/widgets.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QListWidget>
#include <QVBoxLayout>

namespace convarium::ui
{

namespace
{

constexpr int kTopicsWidth = 264, kTextWidth = 900;

} // namespace

HelpPage::HelpPage(QWidget* parent)
    : QWidget(parent), m_search(new SearchField(tr("Find in the help"))),
      m_nothing(new TextLabel({}, TextRole::Body, ColorRole::Text2)), m_topics(new QListWidget), m_text(new HelpText)
{
    setWindowTitle(tr("Help"));
    setAccessibleName(tr("Help"));
    m_search->setAccessibleName(tr("Find in the help"));
    m_topics->setAccessibleName(tr("Help topics"));
    m_topics->setFrameShape(QFrame::NoFrame);
    m_nothing->setWordWrap(true);
    m_nothing->hide();
    auto* left = new Panel;
    left->setFixedWidth(scaled(kTopicsWidth));
    auto* column = new QVBoxLayout(left);
    column->setContentsMargins(scaled(12), scaled(16), scaled(12), scaled(12));
    column->setSpacing(scaled(12));
    column->addWidget(m_search);
    column->addWidget(m_nothing);
    column->addWidget(m_topics, 1);
    auto* right = new Panel;
    auto* middle = rowIn(right);
    m_text->setMaximumWidth(scaled(kTextWidth));
    middle->addWidget(m_text, 1000); // as wide as it may be, then beside the topics
    middle->addStretch(1);
    auto* row = rowIn(this, 0);
    row->addWidget(left);
    row->addWidget(new Hairline(Qt::Vertical));
    row->addWidget(right, 1);
    setFocusProxy(m_topics);

    for (const QString& name : HelpText::names()) {
        auto* item = new QListWidgetItem(m_text->title(name), m_topics);
        item->setData(Qt::UserRole, name);
    }
    connect(m_topics, &QListWidget::currentItemChanged, this, [this](const QListWidgetItem* item) {
        if (item && item->data(Qt::UserRole).toString() != m_text->name())
            m_text->open(item->data(Qt::UserRole).toString());
    });
    connect(m_text, &QTextBrowser::sourceChanged, this, &HelpPage::markCurrent);
    connect(m_search, &QLineEdit::textChanged, this, &HelpPage::search);
    connect(m_search, &QLineEdit::returnPressed, this, &HelpPage::findNext);
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, [this, left] {
        left->setFixedWidth(scaled(kTopicsWidth));
        m_text->setMaximumWidth(scaled(kTextWidth));
    });
}

void HelpPage::read(const QString& name)
{
    if (!name.isEmpty())
        m_text->open(name);
    else if (m_text->source().isEmpty())
        m_text->open(HelpText::names().front());
}

/// Topics that do not have the words go, and the text shows the first place that does.
void HelpPage::search()
{
    const QString words = m_search->text().trimmed();
    QListWidgetItem* first = nullptr;
    for (int i = 0; i < m_topics->count(); ++i) {
        QListWidgetItem* item = m_topics->item(i);
        const bool has = m_text->markdown(item->data(Qt::UserRole).toString()).contains(words, Qt::CaseInsensitive);
        item->setHidden(!has);
        if (has && !first)
            first = item;
    }
    m_nothing->setVisible(!first);
    m_nothing->setText(first ? QString() : tr("Nothing in the help says '%1'.").arg(words));
    if (first && (!m_topics->currentItem() || m_topics->currentItem()->isHidden()))
        m_topics->setCurrentItem(first);
    m_text->moveCursor(QTextCursor::Start);
    if (!words.isEmpty() && first)
        m_text->find(words);
}

void HelpPage::findNext()
{
    const QString words = m_search->text().trimmed();
    if (words.isEmpty() || m_text->find(words))
        return;
    m_text->moveCursor(QTextCursor::Start); // round again
    m_text->find(words);
}

void HelpPage::markCurrent()
{
    for (int i = 0; i < m_topics->count(); ++i)
        if (m_topics->item(i)->data(Qt::UserRole).toString() == m_text->name())
            m_topics->setCurrentRow(i);
}

void HelpPage::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        Q_EMIT closed();
    else if (event->matches(QKeySequence::Find))
        m_search->setFocus(Qt::ShortcutFocusReason);
    else
        QWidget::keyPressEvent(event);
}

} // namespace convarium::ui
