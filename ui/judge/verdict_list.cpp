#include "ui/judge/verdict_list.h"

#include "ui/judge/judge_service.h"
#include "ui/theme/theme.h"
#include "ui/theme/type.h"

#include <QKeyEvent>
#include <QLocale>
#include <QPainter>
#include <QStyledItemDelegate>
#include <algorithm>

namespace convarium::ui
{

namespace
{

constexpr int kPicture = 56, kLowPicture = 40, kGap = 4, kCellWidth = 92;
constexpr int kWords = 45; ///< height of all but the picture

QString percent(float share)
{
    return QLocale().toString(100.0 * static_cast<double>(share), 'f', 0) + QStringLiteral(" %");
}

class VerdictPainter final : public QStyledItemDelegate
{
public:
    explicit VerdictPainter(VerdictList* list) : QStyledItemDelegate(list), m_list(list) {}
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex& index) const override
    {
        const bool masks = static_cast<const VerdictModel*>(index.model())->ofMasks();
        return {scaled(masks ? kCellWidth + 2 * (picture() + kGap) : kCellWidth), scaled(picture() + kWords)};
    }
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const auto* model = static_cast<const VerdictModel*>(index.model());
        const Theme& theme = Theme::current();
        const engine::ImageVerdict& verdict = model->verdict(index.row());
        painter->save();
        const QRectF area = QRectF(option.rect).adjusted(2, 2, -2, -2);
        const bool selected = option.state & QStyle::State_Selected;
        if (selected || option.state & QStyle::State_MouseOver) {
            painter->setRenderHint(QPainter::Antialiasing);
            painter->setPen(selected ? QPen(theme.accent, 2) : Qt::NoPen);
            painter->setBrush(selected ? theme.accentTint : theme.sunken);
            painter->drawRoundedRect(area.adjusted(1, 1, -1, -1), 6, 6);
            painter->setRenderHint(QPainter::Antialiasing, false);
        }
        const int side = scaled(picture()), count = model->ofMasks() ? 3 : 1, pitch = side + scaled(kGap);
        QRect place(qRound(area.center().x()) - (count * pitch - scaled(kGap)) / 2, qRound(area.top()) + scaled(6),
                    side, side);
        const QImage picture = model->picture(index.row());
        for (int i = 0; i < count; ++i, place.translate(pitch, 0)) {
            if (picture.isNull())
                painter->fillRect(place, theme.sunken);
            else
                painter->drawImage(place, picture,
                                   QRect(i * picture.width() / count, 0, picture.width() / count, picture.height()));
            painter->setPen(theme.line);
            painter->setBrush(Qt::NoBrush);
            painter->drawRect(place.adjusted(-1, -1, 0, 0));
        }
        painter->setFont(font(TextRole::Small));
        painter->setPen(verdict.right() ? theme.text2 : theme.error);
        const QRectF words(area.left() + 3, place.bottom() + scaled(4), area.width() - 6, scaled(16));
        painter->drawText(words, Qt::AlignCenter,
                          painter->fontMetrics().elidedText(index.data().toString(), Qt::ElideMiddle,
                                                            static_cast<int>(words.width())));
        painter->setPen(theme.text2);
        painter->drawText(words.translated(0, scaled(15)), Qt::AlignCenter,
                          model->ofMasks() ? VerdictModel::tr("overlap %1").arg(percent(verdict.certainty))
                                           : percent(verdict.certainty));
        painter->restore();
    }

private:
    [[nodiscard]] int picture() const { return m_list->isLow() ? kLowPicture : kPicture; }
    const VerdictList* m_list;
};

} // namespace

VerdictModel::VerdictModel(JudgeService* service, QObject* parent) : QAbstractListModel(parent), m_service(service)
{
    connect(service, &JudgeService::pictureReady, this, [this](quint32 image, int question, const QImage& picture) {
        if (question != m_question)
            return;
        m_asked.remove(image);
        m_pictures.insert(image, new QImage(picture));
        if (const int row = rowOf(image); row >= 0)
            Q_EMIT dataChanged(index(row), index(row), {Qt::DecorationRole});
    });
    const auto forget = [this] {
        forgetPictures();
        if (rowCount() > 0)
            Q_EMIT dataChanged(index(0), index(rowCount() - 1), {Qt::DecorationRole});
    };
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, forget);
}

void VerdictModel::forgetPictures()
{
    m_pictures.clear();
    m_asked.clear();
    ++m_question;
}

void VerdictModel::show(const engine::JudgementPtr& judgement, int truth, int said)
{
    beginResetModel();
    if (judgement != m_judgement && ((judgement && judgement->masks) || ofMasks()))
        forgetPictures(); // masks were of other weights
    m_judgement = judgement;
    m_rows.clear();
    if (ofMasks())
        showMasks(truth, said);
    else if (judgement)
        for (std::size_t i = 0; i < judgement->verdicts.size(); ++i) {
            const engine::ImageVerdict& v = judgement->verdicts[i];
            if (truth < 0 ? v.label >= 0 && !v.right() : v.label == truth && v.predicted == said)
                m_rows.push_back({judgement->images[i], v});
        }
    if (!ofMasks())
        std::stable_sort(m_rows.begin(), m_rows.end(),
                         [](const Row& a, const Row& b) { return a.verdict.certainty > b.verdict.certainty; });
    endResetModel();
}

/// They come in their order. Every image shows background.
void VerdictModel::showMasks(int truth, int said)
{
    for (const engine::MaskVerdict& v : m_judgement->worst) {
        const int label = m_service->images() ? m_service->images()->label(v.image) : -1;
        const bool shows = truth < 0 || ((truth == 0 || label == truth) &&
                                         std::find(v.said.begin(), v.said.end(), said) != v.said.end());
        if (shows)
            m_rows.push_back({v.image, {label, label, v.overlap}, &v});
    }
}

int VerdictModel::rowOf(std::uint32_t image) const
{
    const auto found = std::find_if(m_rows.begin(), m_rows.end(), [&](const auto& r) { return r.image == image; });
    return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

QImage VerdictModel::picture(int row) const
{
    const std::uint32_t wanted = image(row);
    if (const QImage* known = m_pictures.object(wanted))
        return *known;
    if (!m_asked.contains(wanted)) {
        m_asked.insert(wanted);
        const engine::MaskVerdict* mask = m_rows[static_cast<std::size_t>(row)].mask;
        m_service->requestPicture(wanted, m_question, mask ? mask->said : std::vector<std::uint8_t>());
    }
    return {};
}

int VerdictModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant VerdictModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const engine::ImageVerdict& v = verdict(index.row());
    const QString truth = m_service->className(v.label), said = m_service->className(v.predicted);
    if (ofMasks() && (role == Qt::ToolTipRole || role == Qt::AccessibleTextRole))
        return tr("Image %1: %2. The image, its true mask, its predicted mask: they overlap by %3")
            .arg(QString::number(image(index.row())), truth, percent(v.certainty));
    if (role == Qt::DisplayRole)
        return v.right() ? truth : truth + QStringLiteral(" \u2192 ") + said;
    if (role == Qt::ToolTipRole || role == Qt::AccessibleTextRole)
        return v.right() ? tr("Image %1: %2, right, %3 sure")
                               .arg(QString::number(image(index.row())), truth, percent(v.certainty))
                         : tr("Image %1: %2, taken for %3, %4 sure")
                               .arg(QString::number(image(index.row())), truth, said, percent(v.certainty));
    return {};
}

VerdictList::VerdictList(VerdictModel* model, QWidget* parent) : QListView(parent), m_model(model)
{
    setAccessibleName(tr("Images"));
    setModel(model);
    setItemDelegate(new VerdictPainter(this));
    setFrameShape(QFrame::NoFrame);
    setViewMode(QListView::IconMode);
    setMovement(QListView::Static);
    setResizeMode(QListView::Adjust);
    setUniformItemSizes(true);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setMouseTracking(true);
    connect(this, &QAbstractItemView::doubleClicked, this, &VerdictList::imageOpened);
}

void VerdictList::setLow(bool low)
{
    if (low == m_low)
        return;
    m_low = low;
    scheduleDelayedItemsLayout();
}

void VerdictList::keyPressEvent(QKeyEvent* event)
{
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && currentIndex().isValid())
        Q_EMIT imageOpened();
    else
        QListView::keyPressEvent(event);
}

void VerdictList::currentChanged(const QModelIndex& current, const QModelIndex& previous)
{
    QListView::currentChanged(current, previous);
    if (current.isValid())
        Q_EMIT imageChosen(m_model->image(current.row()));
}

} // namespace convarium::ui
