#include "ui/canvas/block_form.h"

#include "ui/canvas/card_paint.h"
#include "ui/theme/theme.h"
#include "ui/theme/type.h"
#include "ui/theme/widgets.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

namespace convarium::ui
{

namespace
{
constexpr int kWidth = 320, kRow = 26, kMostRows = 6;
} // namespace

BlockForm::BlockForm(QWidget* parent)
    : QFrame(parent), m_title(new TextLabel({}, TextRole::SectionBold)), m_name(new QLineEdit),
      m_fault(new TextLabel({}, TextRole::Small, ColorRole::Error)),
      m_help(new TextLabel(tr("Parameters: what is ticked is set at the block, for all these layers at once."),
                           TextRole::Small, ColorRole::Text2)),
      m_list(new QListWidget), m_keep(new QCheckBox(tr("Keep it in My blocks"))), m_accept(new QPushButton)
{
    setAccessibleName(tr("Block"));
    setCursor(Qt::ArrowCursor);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(scaled(14), scaled(12), scaled(14), scaled(12));
    column->setSpacing(scaled(8));
    for (TextLabel* label : {m_fault, m_help})
        label->setWordWrap(true);
    m_name->setAccessibleName(tr("Name of the block"));
    m_list->setAccessibleName(tr("Parameters of the block"));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->viewport()->setAutoFillBackground(false);
    m_keep->setToolTip(tr("It then stands in the palette, for this and every other network."));
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(scaled(8));
    auto* leave = new QPushButton(tr("Cancel"));
    setPrimary(m_accept, true);
    buttons->addStretch(1);
    buttons->addWidget(leave);
    buttons->addWidget(m_accept);
    for (QWidget* widget : std::initializer_list<QWidget*>{m_title, m_name, m_fault, m_help, m_list, m_keep})
        column->addWidget(widget);
    column->addLayout(buttons);
    connect(m_name, &QLineEdit::textChanged, this, &BlockForm::check);
    connect(m_accept, &QPushButton::clicked, this, &BlockForm::accept);
    connect(leave, &QPushButton::clicked, this, &BlockForm::cancel);
    m_name->installEventFilter(this);
    m_list->installEventFilter(this);
    hide();
}

void BlockForm::open(const BlockDraft& draft, QPoint at)
{
    m_draft = draft;
    m_title->setText(draft.title);
    m_accept->setText(draft.button);
    m_keep->setChecked(false);
    m_keep->setVisible(draft.offersKeeping);
    m_list->clear();
    for (const SettingChoice& choice : draft.choices) {
        auto* item = new QListWidgetItem(
            QStringLiteral("%1 (%2)").arg(QString::fromStdString(choice.parameter.title), choice.detail), m_list);
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsUserCheckable | Qt::ItemIsSelectable);
        const bool ticked = std::any_of(draft.ticked.begin(), draft.ticked.end(), [&](const engine::BlockParameter& p) {
            return p.settings.front() == choice.parameter.settings.front();
        });
        item->setCheckState(ticked ? Qt::Checked : Qt::Unchecked);
        item->setToolTip(item->text());
        item->setSizeHint(QSize(0, scaled(kRow)));
    }
    const int rows = std::min(kMostRows, m_list->count());
    m_list->setFixedHeight(scaled(kRow) * rows + 2);
    m_list->setCurrentRow(0);
    m_list->setVisible(rows > 0);
    m_help->setVisible(rows > 0);
    m_name->setText(draft.name);
    check();
    setFixedWidth(std::min(scaled(kWidth), parentWidget()->width()));
    layout()->activate();
    resize(width(), layout()->hasHeightForWidth() ? layout()->heightForWidth(width()) : sizeHint().height());
    const QSize room = parentWidget()->size();
    move(std::clamp(at.x(), 0, std::max(0, room.width() - width())),
         std::clamp(at.y(), 0, std::max(0, room.height() - height())));
    show();
    raise();
    m_name->setFocus(Qt::OtherFocusReason);
    m_name->selectAll();
}

QString BlockForm::fault() const
{
    return m_fault->isHidden() ? QString() : m_fault->text();
}

void BlockForm::check()
{
    const QString fault = m_draft.faultOf ? m_draft.faultOf(m_name->text()) : QString();
    m_fault->setText(fault);
    m_fault->setVisible(!fault.isEmpty());
    m_accept->setEnabled(fault.isEmpty());
    if (isVisible())
        resize(width(), layout()->hasHeightForWidth() ? layout()->heightForWidth(width()) : sizeHint().height());
}

void BlockForm::accept()
{
    if (isHidden() || !m_accept->isEnabled())
        return;
    std::vector<engine::BlockParameter> parameters;
    for (int i = 0; i < m_list->count(); ++i)
        if (m_list->item(i)->checkState() == Qt::Checked)
            parameters.push_back(m_draft.choices[static_cast<std::size_t>(i)].parameter);
    const bool keep = m_draft.offersKeeping && m_keep->isChecked();
    hide();
    Q_EMIT accepted(m_name->text().trimmed(), parameters, keep);
}

void BlockForm::cancel()
{
    if (isHidden())
        return;
    hide();
    Q_EMIT cancelled();
}

bool BlockForm::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::KeyPress)
        if (const int key = static_cast<QKeyEvent*>(event)->key(); key == Qt::Key_Return || key == Qt::Key_Enter) {
            accept();
            return true;
        }
    return QFrame::eventFilter(watched, event);
}

void BlockForm::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        cancel();
    event->accept(); // keys are for the form, not for the canvas below it
}

void BlockForm::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    paintPopup(&painter, rect());
}

} // namespace convarium::ui
