#include "ui/training/walk_bar.h"

#include "ui/training/walk_controller.h"
#include "ui/training/walk_texts.h"

#include <QHBoxLayout>
#include <QLocale>
#include <QPainter>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>

namespace convarium::ui
{

WalkBar::WalkBar(WalkController* walk, QWidget* parent)
    : QWidget(parent), m_walk(walk), m_text(new TextLabel({}, TextRole::BodyMedium)),
      m_place(new TextLabel({}, TextRole::Body, ColorRole::Text2)), m_motion(new QWidget), m_image(new QSpinBox),
      m_images(new TextLabel({}, TextRole::Body, ColorRole::Text2)), m_speed(new QSlider(Qt::Horizontal)),
      m_speedText(new TextLabel({}, TextRole::Body, ColorRole::Text2))
{
    setAccessibleName(QStringLiteral("Walk through a batch"));
    setFixedHeight(scaled(48));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(scaled(12), 0, scaled(12), 0);
    row->setSpacing(scaled(8));
    m_text->setWordWrap(true); // numbers are never cut: in a narrow window it takes two lines
    row->addWidget(m_text, 1);
    row->addWidget(m_place);
    row->addWidget(m_motion);
    auto* motion = new QHBoxLayout(m_motion);
    motion->setContentsMargins(scaled(4), 0, 0, 0);
    motion->setSpacing(scaled(4));
    m_back = new IconButton(QStringLiteral("chevron-left"), tr("One sub-step back"));
    m_play = new IconButton(QStringLiteral("play"), tr("Play slowly"));
    m_forward = new IconButton(QStringLiteral("chevron-right"), tr("One sub-step forward"));
    m_back->setToolTip(tr("One sub-step back (Shift+F7)"));
    m_forward->setToolTip(tr("One sub-step forward (F7)"));
    for (IconButton* button : {m_back, m_play, m_forward})
        motion->addWidget(button);
    m_speed->setAccessibleName(tr("Walk speed"));
    m_speed->setToolTip(tr("Sub-steps a second in slow motion"));
    m_speed->setRange(0, static_cast<int>(WalkController::kSpeeds.size()) - 1);
    m_speed->setPageStep(1);
    m_speed->setFixedWidth(scaled(84));
    motion->addWidget(m_speed);
    motion->addWidget(m_speedText);
    motion->addSpacing(scaled(8));
    auto* label = new TextLabel(tr("Image"));
    label->setBuddy(m_image);
    m_image->setAccessibleName(tr("Image of the batch"));
    m_image->setToolTip(tr("Whose maps and gradients the cards show"));
    m_image->setKeyboardTracking(false);
    motion->addWidget(label);
    motion->addWidget(m_image);
    motion->addWidget(m_images);
    m_nextImage = new IconButton(QStringLiteral("image"), tr("Next image of the batch"));
    m_nextImage->setToolTip(tr("Next image of the batch (Ctrl+F7)"));
    motion->addWidget(m_nextImage);
    row->addSpacing(scaled(4));
    m_finish = addButton(tr("Finish batch"));
    m_finish->setToolTip(tr("Trains this batch, as Step does"));
    m_next = addButton(tr("Next batch"));
    m_leave = addButton(tr("Leave"));

    connect(m_back, &QToolButton::clicked, walk, &WalkController::back);
    connect(m_forward, &QToolButton::clicked, walk, &WalkController::forward);
    connect(m_play, &QToolButton::clicked, walk, [walk] { walk->setPlaying(!walk->isPlaying()); });
    connect(m_speed, &QSlider::valueChanged, walk, &WalkController::setSpeed);
    connect(m_image, &QSpinBox::valueChanged, walk, [walk](int image) { walk->setImage(image - 1); });
    connect(m_nextImage, &QToolButton::clicked, walk, &WalkController::nextImage);
    connect(m_finish, &QPushButton::clicked, walk, &WalkController::finish);
    connect(m_next, &QPushButton::clicked, walk, &WalkController::start);
    connect(m_leave, &QPushButton::clicked, walk, &WalkController::leave);
    connect(walk, &WalkController::changed, this, &WalkBar::refresh);
    hide();
    refresh();
}

QPushButton* WalkBar::addButton(const QString& text)
{
    auto* button = new QPushButton(text);
    button->setAccessibleName(text);
    layout()->addWidget(button);
    return button;
}

void WalkBar::refresh()
{
    const bool walking = m_walk->isWalking();
    const bool playing = m_walk->isPlaying();
    m_text->setText(walkText(*m_walk));
    m_place->setText(walkPlace(*m_walk));
    m_place->setVisible(walking);
    setAccessibleDescription(m_text->text());
    m_motion->setVisible(walking);
    m_back->setEnabled(m_walk->index() > 0);
    m_play->setIconName(playing ? QStringLiteral("pause") : QStringLiteral("play"));
    const QString play = playing ? tr("Pause the walk") : tr("Play slowly");
    m_play->setAccessibleName(play);
    m_play->setToolTip(play);
    m_speedText->setText(walkSpeedText(m_walk->speed()));
    m_speed->setAccessibleDescription(m_speedText->text());
    if (walking) {
        const QSignalBlocker quiet(m_image);
        m_image->setRange(1, static_cast<int>(m_walk->numbers().images));
        m_image->setValue(static_cast<int>(m_walk->image()) + 1);
        m_nextImage->setEnabled(m_walk->numbers().images > 1);
        m_images->setText(tr("of %1").arg(QLocale().toString(static_cast<qlonglong>(m_walk->numbers().images))));
    }
    const QSignalBlocker quiet(m_speed);
    m_speed->setValue(m_walk->speed());
    m_finish->setVisible(walking);
    m_next->setVisible(m_walk->state() == WalkState::Done);
    m_next->setEnabled(m_walk->startBlocked().isEmpty());
    m_leave->setEnabled(m_walk->state() != WalkState::Finishing);
    const bool shown = m_walk->state() != WalkState::Off;
    if (shown != isHidden())
        return;
    setVisible(shown);
    Q_EMIT shownChanged();
}

void WalkBar::paintEvent(QPaintEvent*)
{
    QPainter(this).fillRect(rect(), Theme::current().accentTint);
}

} // namespace convarium::ui
