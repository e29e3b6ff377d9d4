#include "ui/inspector/totals_bar.h"

#include "engine/analysis/derivation.h"
#include "engine/graph/unfinished.h"
#include "engine/plan/plan.h"
#include "ui/document/edit_texts.h"
#include "ui/theme/accessible_tree.h"

#include <QHBoxLayout>
#include <QLocale>
#include <QPainter>
#include <QThread>
#include <algorithm>

namespace convarium::ui
{

namespace
{
constexpr int kMemoryDelayMs = 120;

QString bytes(qint64 value)
{
    return value < 0 ? QStringLiteral("?") : QString::fromStdString(engine::bytesText(value));
}
} // namespace

MemoryEstimate estimateMemory(const engine::GraphSpec& graph, const engine::TrainConfig& config)
{
    engine::PlanOptions options = engine::planOptions(config);
    MemoryEstimate estimate;
    if (const auto use = engine::predictMemory(graph, options))
        estimate.training = use->total();
    options.training = false;
    options.batch = 1;
    if (const auto use = engine::predictMemory(graph, options))
        estimate.inference = use->total();
    return estimate;
}

TotalsBar::TotalsBar(ProjectDocument* document, QWidget* parent)
    : QWidget(parent), m_document(document), m_layout(new QHBoxLayout(this)),
      m_seed(new TextLabel({}, TextRole::Body, ColorRole::Text2)), m_problems(new QPushButton)
{
    setAccessibleName(QStringLiteral("Totals"));
    setFixedHeight(scaled(32));
    m_layout->setContentsMargins(scaled(14), 0, scaled(8), 0);
    m_layout->setSpacing(0);
    m_layout->setSizeConstraint(QLayout::SetNoConstraint); // fit() decides what has room
    m_parameters = addItem(tr("Parameters"), {});
    m_macs = addItem(tr("MACs"), tr("per image"));
    m_training = addItem(tr("Training memory"), {});
    m_inference = addItem(tr("Inference"), tr("per image"));
    m_layout->addStretch(1);
    m_layout->addWidget(m_seed);
    m_layout->addSpacing(scaled(12));
    m_problems->setFlat(true);
    m_problems->setFixedHeight(scaled(28));
    m_layout->addWidget(m_problems);
    connect(m_problems, &QPushButton::clicked, this, &TotalsBar::problemsClicked);
    m_memoryTimer.setSingleShot(true);
    m_memoryTimer.setInterval(kMemoryDelayMs);
    connect(&m_memoryTimer, &QTimer::timeout, this, &TotalsBar::askMemory);
    connect(document, &ProjectDocument::changed, this, [this](const DocumentChange& change) {
        if (change.what == DocumentChange::What::ShapesChanged || change.what == DocumentChange::What::Reset ||
            change.what == DocumentChange::What::TrainConfigChanged ||
            change.what == DocumentChange::What::FrozenChanged ||
            change.what == DocumentChange::What::WarningsChanged) {
            if (change.what == DocumentChange::What::Reset) {
                ++m_asked; // what is on its way belongs to another network
                m_memory = {};
            }
            refresh();
        }
    });
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, &TotalsBar::refresh);
    refresh();
}

TotalsBar::Item TotalsBar::addItem(const QString& before, const QString& after)
{
    Item item;
    item.box = new QWidget;
    auto* row = rowIn(item.box, scaled(6));
    if (m_layout->count() > 0) {
        auto* line = new Hairline(Qt::Vertical);
        line->setFixedHeight(scaled(18));
        row->addSpacing(scaled(8));
        row->addWidget(line);
        row->addSpacing(scaled(8));
    }
    row->addWidget(new TextLabel(before, TextRole::Body, ColorRole::Text2));
    item.value = new TextLabel({}, TextRole::Totals);
    row->addWidget(item.value);
    item.after = new TextLabel(after, TextRole::Body, ColorRole::Text2);
    row->addWidget(item.after);
    m_layout->addWidget(item.box);
    item.box->setAccessibleName(before);
    setReadsAsOne(item.box);
    return item;
}

void TotalsBar::setThreads(int threads)
{
    m_threads = threads;
    refresh();
}

void TotalsBar::setItem(Item& item, const QString& number, const QString& after, bool stale)
{
    item.stale = stale;
    item.value->setText(number);
    item.value->setColorRole(stale ? ColorRole::Text3 : ColorRole::Text);
    item.after->setText(stale ? lastGoodWords() : after);
}

void TotalsBar::showMemory()
{
    const bool works = m_document->shaped().ok() && !m_document->graph().nodes.empty();
    const QString batch = QLocale().toString(static_cast<qlonglong>(m_document->trainConfig().batch));
    setItem(m_training, bytes(m_memory.training), tr("at batch %1").arg(batch), !works && m_memory.training >= 0);
    setItem(m_inference, bytes(m_memory.inference), tr("per image"), !works && m_memory.inference >= 0);
}

void TotalsBar::refresh()
{
    const QLocale locale;
    const auto& config = m_document->trainConfig();
    const bool whole = m_document->isWhole();
    const auto totals = whole ? std::optional(m_document->totals()) : m_document->lastGoodTotals();
    const engine::Counts counts = totals.value_or(engine::Counts());
    setItem(m_parameters, totals ? numberText(counts.parameters()) : QStringLiteral("?"),
            counts.frozen == 0
                ? tr("trainable, 0 frozen, %1 statistics").arg(numberText(counts.statistics))
                : tr("%1 trainable, %2 frozen, %3 statistics")
                      .arg(numberText(counts.trainable), numberText(counts.frozen), numberText(counts.statistics)),
            totals && !whole);
    setItem(m_macs, totals ? numberText(counts.macs) : QStringLiteral("?"), tr("per image"), totals && !whole);
    showMemory();
    const int threads = m_threads > 0 ? m_threads : config.threads > 0 ? config.threads : QThread::idealThreadCount();
    m_seed->setText(tr("Seed %1, %2 threads: repeatable").arg(config.seed).arg(threads));
    const auto& problems = m_document->problems();
    const auto& graph = m_document->graph();
    const auto& shaped = m_document->shaped();
    const auto faults =
        std::ranges::count_if(problems, [&](const auto& p) { return engine::isFault(graph, shaped, p); });
    const auto all = static_cast<int>(problems.size() + m_document->warnings().size());
    const bool unfinished = m_document->warnings().empty() && std::ranges::all_of(problems, [&](const auto& p) {
                                return engine::isUnfinished(graph, shaped, p);
                            });
    const QString text = all == 0     ? tr("No problems")
                         : unfinished ? tr("Not finished")
                         : all == 1   ? tr("1 problem")
                                      : tr("%1 problems").arg(locale.toString(all));
    const ColorRole role = all == 0 ? ColorRole::Success : faults > 0 ? ColorRole::Error : ColorRole::Warning;
    m_problems->setText(text);
    m_problems->setAccessibleName(text);
    m_problems->setIcon(icon(all == 0 ? QStringLiteral("ok") : QStringLiteral("warn"), role));
    QPalette colours = m_problems->palette();
    colours.setColor(QPalette::ButtonText, Theme::current().color(role));
    m_problems->setPalette(colours);
    m_memoryTimer.start();
    describe();
    fit();
}

void TotalsBar::askMemory()
{
    const int id = ++m_asked;
    if (!m_document->shaped().ok() || m_document->graph().nodes.empty())
        return; // the last good numbers stay
    m_thread.postOnly([this, id, graph = m_document->graph(), config = m_document->trainConfig()] {
        m_mailbox.post([this, id, estimate = estimateMemory(graph, config)] {
            if (id != m_asked)
                return;
            m_memory = estimate;
            showMemory();
            describe();
            fit();
        });
    });
}

void TotalsBar::describe()
{
    for (const Item* item : {&m_parameters, &m_macs, &m_training, &m_inference})
        item->box->setAccessibleDescription(item->value->text() + QLatin1Char(' ') + item->after->text());
    setAccessibleDescription(summary());
}

QString TotalsBar::summary() const
{
    return tr("%1 parameters, %2 MACs, training memory %3, inference %4")
        .arg(m_parameters.value->text(), m_macs.value->text(), m_training.value->text(), m_inference.value->text());
}

QSize TotalsBar::minimumSizeHint() const
{
    return {scaled(480), scaled(32)};
}

/// Too narrow: the words go first, unless they say that a number is old, then inference, training memory and the seed.
void TotalsBar::fit()
{
    QList<QWidget*> droppable{m_inference.box, m_seed, m_training.box};
    for (const Item* item : {&m_macs, &m_parameters})
        item->stale ? droppable.append(item->after) : droppable.prepend(item->after);
    for (QWidget* widget : droppable)
        widget->show();
    const Item* const items[] = {&m_parameters, &m_macs, &m_training, &m_inference};
    for (QWidget* widget : droppable) {
        // Without waiting for the layout requests of what was hidden a moment ago.
        for (const Item* item : items) {
            item->box->layout()->invalidate();
            item->box->updateGeometry();
        }
        m_layout->invalidate();
        if (m_layout->minimumSize().width() <= width())
            break;
        widget->hide();
    }
}

void TotalsBar::resizeEvent(QResizeEvent*)
{
    fit();
}

void TotalsBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), Theme::current().surface);
    painter.fillRect(QRect(0, 0, width(), 1), Theme::current().line);
}

} // namespace convarium::ui
