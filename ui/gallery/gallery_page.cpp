#include "ui/gallery/gallery_page.h"

#include "ui/gallery/gallery_card.h"
#include "ui/gallery/gallery_details.h"
#include "ui/gallery/recent_row.h"
#include "ui/theme/popover.h"
#include "ui/theme/settings.h"
#include "ui/theme/widgets.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollArea>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

namespace
{

constexpr int kLeftWidth = 396, kLeftNarrow = 320; ///< the second one below kWideWidth
constexpr int kWideWidth = 1500;
constexpr int kRecentShown = 6;

TextLabel* wrapped(const QString& text, ColorRole color)
{
    auto* label = new TextLabel(text, TextRole::Reading, color);
    label->setWordWrap(true);
    return label;
}

/// The only filled area: what to do first.
class FirstSteps final : public QWidget
{
public:
    explicit FirstSteps(const std::function<void()>& begin)
    {
        auto* column = new QVBoxLayout(this);
        column->setContentsMargins(scaled(20), scaled(16), scaled(20), scaled(18));
        column->setSpacing(scaled(6));
        column->addWidget(
            new TextLabel(GalleryPage::tr("The first five minutes"), TextRole::Gallery, ColorRole::OnAccent));
        auto* steps = new QGridLayout;
        steps->setHorizontalSpacing(scaled(8));
        steps->setVerticalSpacing(scaled(6));
        steps->setColumnStretch(1, 1);
        for (const QString& step : {GalleryPage::tr("Train LeNet-5 on handwritten digits."),
                                    GalleryPage::tr("Click a layer and watch its maps change."),
                                    GalleryPage::tr("Change one number and train again.")}) {
            const int n = steps->rowCount();
            auto* number = new TextLabel(QString::number(n), TextRole::Reading, ColorRole::OnAccent);
            steps->addWidget(number, n, 0, Qt::AlignTop);
            steps->addWidget(wrapped(step, ColorRole::OnAccent), n, 1);
        }
        column->addLayout(steps);
        column->addSpacing(scaled(6));
        auto* row = new QHBoxLayout;
        row->setSpacing(scaled(12));
        auto* button = new QPushButton(GalleryPage::tr("Begin"));
        button->setAccessibleDescription(GalleryPage::tr("Opens LeNet-5 and says the first step"));
        connect(button, &QPushButton::clicked, this, begin);
        row->addWidget(button);
        row->addWidget(new TextLabel(GalleryPage::tr("undo at any time"), TextRole::Body, ColorRole::OnAccent));
        row->addStretch(1);
        column->addLayout(row);
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(Theme::current().accent);
        painter.drawRoundedRect(rect(), 10, 10);
    }
};

QPushButton* bigButton(const QString& iconName, const QString& text)
{
    auto* button = new QPushButton(icon(iconName), text);
    setLarge(button);
    return button;
}

} // namespace

GalleryPage::GalleryPage(QWidget* parent) : QWidget(parent), m_thread(std::make_unique<TaskThread>())
{
    setWindowTitle(tr("Gallery"));
    setAccessibleName(tr("Start page"));
    auto* row = rowIn(this, 0);
    row->addWidget(m_left = makeLeft());
    row->addWidget(new Hairline(Qt::Vertical));
    row->addWidget(makeRight(), 1);
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, &GalleryPage::arrange);
}

GalleryPage::~GalleryPage() = default;

QWidget* GalleryPage::makeLeft()
{
    auto* left = new Panel;
    auto* column = new QVBoxLayout(left);
    column->setContentsMargins(scaled(28), scaled(32), scaled(28), scaled(16));
    column->setSpacing(scaled(10));
    auto* head = new QHBoxLayout;
    auto* picture = new QLabel;
    picture->setPixmap(appIcon().pixmap(scaled(32), scaled(32)));
    head->addWidget(picture);
    head->addSpacing(scaled(8));
    head->addWidget(new TextLabel(QStringLiteral("Convarium"), TextRole::Title), 1);
    column->addLayout(head);
    column->addWidget(wrapped(tr("Build a network, watch it learn, look inside."), ColorRole::Text2));
    column->addSpacing(scaled(8));
    column->addWidget(new FirstSteps([this] { Q_EMIT beginRequested(); }));
    column->addSpacing(scaled(4));
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(scaled(8));
    auto* fresh = bigButton(QStringLiteral("plus"), tr("New network"));
    auto* open = bigButton(QStringLiteral("open"), tr("Open a file\u2026"));
    connect(fresh, &QPushButton::clicked, this, &GalleryPage::newRequested);
    connect(open, &QPushButton::clicked, this, &GalleryPage::openRequested);
    buttons->addWidget(fresh, 1);
    buttons->addWidget(open, 1);
    column->addLayout(buttons);
    m_recent = new QWidget;
    m_recentRows = new QVBoxLayout(m_recent);
    m_recentRows->setContentsMargins(0, scaled(12), 0, 0);
    m_recentRows->setSpacing(0);
    column->addWidget(m_recent);
    m_recent->hide();
    column->addStretch(1);
    return left;
}

QWidget* GalleryPage::makeRight()
{
    auto* right = new QWidget;
    auto* column = new QVBoxLayout(right);
    column->setContentsMargins(scaled(32), scaled(24), 0, 0);
    column->setSpacing(scaled(4));
    auto* head = new QHBoxLayout;
    head->setContentsMargins(0, 0, scaled(32), 0);
    head->setSpacing(scaled(12));
    head->addWidget(new TextLabel(tr("Gallery"), TextRole::Title), 1);
    m_search = new SearchField(tr("Search"));
    m_search->setAccessibleName(tr("Search the gallery"));
    m_search->setKeyHint(QStringLiteral("/"));
    m_search->setFixedWidth(scaled(220));
    connect(m_search, &QLineEdit::textChanged, this, &GalleryPage::search);
    connect(m_search, &QLineEdit::returnPressed, this, [this] {
        if (const auto shown = visibleCards(); !shown.empty())
            shown.front()->click();
    });
    head->addWidget(m_search);
    auto* back = new QPushButton(icon(QStringLiteral("back")), tr("Back to the canvas"));
    back->setToolTip(tr("Esc"));
    connect(back, &QPushButton::clicked, this, &GalleryPage::backRequested);
    head->addWidget(back);
    column->addLayout(head);
    column->addWidget(
        wrapped(tr("Each network with the one idea it brought, and how many parameters it has."), ColorRole::Text2));
    m_nothing = new TextLabel({}, TextRole::Reading, ColorRole::Text2);
    m_nothing->hide();
    column->addWidget(m_nothing);
    column->addSpacing(scaled(6));
    m_scroll = new QScrollArea;
    m_scroll->setAccessibleName(tr("Networks"));
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setFocusPolicy(Qt::NoFocus);
    m_scroll->viewport()->setAutoFillBackground(false);
    m_grid = new QWidget;
    m_grid->setAutoFillBackground(false);
    m_scroll->setWidget(m_grid);
    column->addWidget(m_scroll, 1);
    return right;
}

void GalleryPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    read();
}

void GalleryPage::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    if (const auto shown = visibleCards(); !shown.empty())
        shown.front()->setFocus(event->reason());
}

void GalleryPage::read()
{
    if (m_cards.empty())
        m_thread->post([this] { m_mailbox.post([this, s = readGallery()] { showNetworks(s); }); });
    const QStringList recent = Settings::instance().get(setting::recentFiles).mid(0, kRecentShown);
    m_thread->post([this, recent] { m_mailbox.post([this, files = readRecentFiles(recent)] { showRecent(files); }); });
}

void GalleryPage::showNetworks(const std::vector<GallerySection>& sections)
{
    if (!m_cards.empty())
        return;
    for (const GallerySection& section : sections) {
        Section made{new TextLabel(section.title, TextRole::Section), {}};
        made.title->setParent(m_grid);
        for (const GalleryEntry& entry : section.entries) {
            auto* card = new GalleryCard(entry, m_grid);
            connect(card, &GalleryCard::chosen, this, &GalleryPage::presetChosen);
            connect(card, &GalleryCard::arrowPressed, this, [this, card](int key) { walk(card, key); });
            connect(card, &GalleryCard::detailsRequested, this, [this, card] { showDetails(card); });
            made.cards.push_back(card);
            m_cards.push_back(card);
        }
        m_sections.push_back(std::move(made));
    }
    search(m_search->text());
    if (isVisible() && !m_cards.empty() && !m_search->hasFocus())
        m_cards.front()->setFocus(Qt::OtherFocusReason);
}

void GalleryPage::showRecent(const std::vector<RecentFile>& files)
{
    while (QLayoutItem* item = m_recentRows->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    m_recent->setVisible(!files.empty());
    if (files.empty())
        return;
    m_recentRows->addWidget(new TextLabel(tr("Recent"), TextRole::Section));
    m_recentRows->addSpacing(scaled(6));
    m_recentRows->addWidget(new Hairline);
    for (const RecentFile& file : files) {
        auto* row = new RecentRow(file);
        connect(row, &RecentRow::chosen, this, &GalleryPage::fileChosen);
        m_recentRows->addWidget(row);
    }
}

std::vector<GalleryCard*> GalleryPage::visibleCards() const
{
    std::vector<GalleryCard*> shown;
    std::copy_if(m_cards.begin(), m_cards.end(), std::back_inserter(shown),
                 [](const GalleryCard* card) { return !card->isHidden(); });
    return shown;
}

void GalleryPage::search(const QString& words)
{
    for (const Section& section : m_sections) {
        bool any = false;
        for (GalleryCard* card : section.cards) {
            card->setVisible(card->entry().matches(words));
            any = any || !card->isHidden();
        }
        section.title->setVisible(any);
    }
    const bool nothing = !m_cards.empty() && visibleCards().empty();
    m_nothing->setText(tr("Nothing about \u2018%1\u2019. Networks have names such as ResNet.").arg(words));
    m_nothing->setVisible(nothing);
    arrange();
}

/// As many cards in a row as fit; they share what is left over.
void GalleryPage::arrange()
{
    m_left->setFixedWidth(scaled(width() < scaled(kWideWidth) ? kLeftNarrow : kLeftWidth));
    const int whole = m_scroll->viewport()->width() - scaled(24);
    const int gap = scaled(GalleryCard::kGap), usual = scaled(GalleryCard::kWidth);
    const int columns = std::max(1, static_cast<int>(std::lround((whole + gap) / static_cast<double>(usual + gap))));
    const int cardWidth = std::max(scaled(200), (whole + gap) / columns - gap);
    const int cardHeight = scaled(GalleryCard::kHeight);
    int y = 0;
    for (const Section& section : m_sections) {
        if (section.title->isHidden())
            continue;
        section.title->setGeometry(0, y, whole, lineHeight(TextRole::Section) + scaled(4));
        y += section.title->height() + scaled(8);
        int place = 0;
        for (GalleryCard* card : section.cards) {
            if (card->isHidden())
                continue;
            card->setGeometry(place % columns * (cardWidth + gap), y + place / columns * (cardHeight + gap), cardWidth,
                              cardHeight);
            ++place;
        }
        y += (place + columns - 1) / columns * (cardHeight + gap) + scaled(10);
    }
    m_grid->resize(m_scroll->viewport()->width(), y + scaled(12));
}

/// Left and right in reading order; up and down to the nearest card of the row above or below.
void GalleryPage::walk(GalleryCard* from, int key)
{
    const std::vector<GalleryCard*> shown = visibleCards();
    const auto at = std::find(shown.begin(), shown.end(), from);
    GalleryCard* to = nullptr;
    if (key == Qt::Key_Home)
        to = shown.front();
    else if (key == Qt::Key_End)
        to = shown.back();
    else if (key == Qt::Key_Left && at != shown.begin())
        to = *(at - 1);
    else if (key == Qt::Key_Right && at + 1 != shown.end())
        to = *(at + 1);
    else if (key == Qt::Key_Up || key == Qt::Key_Down)
        for (GalleryCard* card : shown) {
            const int rows = (card->y() - from->y()) * (key == Qt::Key_Up ? -1 : 1);
            const auto worth = [&](const GalleryCard* c) {
                return std::pair(std::abs(c->y() - from->y()), std::abs(c->x() - from->x()));
            };
            if (rows > 0 && (!to || worth(card) < worth(to)))
                to = card;
        }
    if (!to)
        return;
    to->setFocus(Qt::OtherFocusReason);
    m_scroll->ensureWidgetVisible(to, 0, scaled(40));
}

void GalleryPage::showDetails(GalleryCard* card)
{
    if (m_details)
        m_details->closePopover();
    auto* details = new GalleryDetails(card->entry());
    m_details = new Popover(details, card->aboutButton());
    connect(m_details, &Popover::closed, m_details, &QObject::deleteLater);
    connect(details, &GalleryDetails::chosen, this, &GalleryPage::presetChosen);
    m_details->openPopover();
}

Popover* GalleryPage::details() const
{
    return m_details;
}

void GalleryPage::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    if (m_details)
        m_details->closePopover();
}

void GalleryPage::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    // The areas within have their new sizes only after this event.
    QMetaObject::invokeMethod(this, &GalleryPage::arrange, Qt::QueuedConnection);
}

void GalleryPage::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Slash)
        m_search->setFocus(Qt::ShortcutFocusReason);
    else
        QWidget::keyPressEvent(event);
}

void GalleryPage::paintEvent(QPaintEvent*)
{
    QPainter(this).fillRect(rect(), Theme::current().window);
}

} // namespace convarium::ui
