#include "ui/training/runs_table.h"

#include "ui/theme/dialogs.h"
#include "ui/theme/widgets.h"
#include "ui/training/curve_chart.h"
#include "ui/training/run_library.h"
#include "ui/training/training_texts.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLocale>
#include <QPainter>
#include <QSaveFile>
#include <QTableView>
#include <QVBoxLayout>

namespace convarium::ui
{

namespace
{

QString percent(const std::optional<double>& share)
{
    return share ? QLocale().toString(100 * *share, 'f', 2) + QStringLiteral(" %") : QString();
}

/// A piece of the line the run is drawn with.
QPixmap swatch(int style, qreal dpr)
{
    QPixmap picture(QSize(scaled(26), scaled(14)) * dpr);
    picture.setDevicePixelRatio(dpr);
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    QPen pen(runColor(style), 2);
    pen.setDashPattern(runDashes(style));
    painter.setPen(pen);
    painter.drawLine(0, scaled(7), scaled(26), scaled(7));
    return picture;
}

} // namespace

RunsModel::RunsModel(RunLibrary* library, QObject* parent) : QAbstractTableModel(parent), m_library(library)
{
    connect(library, &RunLibrary::changed, this, [this] {
        beginResetModel();
        endResetModel();
    });
}

int RunsModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_library->runs().size());
}

int RunsModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : Columns;
}

QString RunsModel::text(int row, int column) const
{
    const RunRecord& r = m_library->runs()[static_cast<std::size_t>(row)];
    const QLocale locale;
    switch (column) {
    case Run: return r.network;
    case When: return locale.toString(r.when, QLocale::ShortFormat);
    case Data: return r.data;
    case Optimizer: return r.schedule == QStringLiteral("constant") ? r.optimizer : r.optimizer + u' ' + r.schedule;
    case Rate: return locale.toString(r.rate, 'g', 4);
    case Batch: return locale.toString(r.batch);
    case Seed: return locale.toString(r.seed);
    case Epochs: return locale.toString(r.epochs, 'f', r.epochs == static_cast<int>(r.epochs) ? 0 : 1);
    case Seconds: return durationText(r.seconds);
    case Loss: return r.diverged ? tr("diverged") : r.loss ? locale.toString(*r.loss, 'f', 4) : QString();
    case Validation: return percent(r.validationAccuracy);
    case Test: return percent(r.testAccuracy);
    default: return {};
    }
}

QVariant RunsModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const RunRecord& r = m_library->runs()[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole: return text(index.row(), index.column());
    case Qt::TextAlignmentRole: return int(Qt::AlignVCenter | (index.column() < Rate ? Qt::AlignLeft : Qt::AlignRight));
    case Qt::CheckStateRole:
        return index.column() == Run ? QVariant(r.shown ? Qt::Checked : Qt::Unchecked) : QVariant();
    case Qt::DecorationRole: {
        if (index.column() != Run || !r.shown)
            return {};
        int style = 0;
        for (int i = 0; i < index.row(); ++i)
            style += m_library->runs()[static_cast<std::size_t>(i)].shown ? 1 : 0;
        return swatch(style, 2);
    }
    case Qt::ToolTipRole:
        return index.column() == Run ? tr("Draw this run over the curves") : text(index.row(), index.column());
    default: return {};
    }
}

bool RunsModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    if (role != Qt::CheckStateRole || index.column() != Run)
        return false;
    m_library->setShown(index.row(), value.toInt() == Qt::Checked);
    return true;
}

QVariant RunsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role != Qt::DisplayRole || orientation != Qt::Horizontal)
        return {};
    const QStringList titles{tr("Run"),  tr("Ended"),  tr("Data"), tr("Optimizer"), tr("Rate"),       tr("Batch"),
                             tr("Seed"), tr("Epochs"), tr("Time"), tr("Loss"),      tr("Validation"), tr("Test")};
    return titles.value(section);
}

Qt::ItemFlags RunsModel::flags(const QModelIndex& index) const
{
    const auto flags = QAbstractTableModel::flags(index);
    return index.column() == Run ? flags | Qt::ItemIsUserCheckable : flags;
}

RunsTable::RunsTable(RunLibrary* library, QWidget* parent)
    : QWidget(parent), m_library(library), m_model(new RunsModel(library, this)), m_table(new QTableView),
      m_remove(new QPushButton(tr("Remove")))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(scaled(12), scaled(6), scaled(6), scaled(4));
    column->setSpacing(scaled(4));
    auto* head = new QHBoxLayout;
    head->setSpacing(scaled(8));
    head->addWidget(new TextLabel(tr("Runs"), TextRole::SectionBold));
    head->addWidget(new ElidedLabel(tr("Checked runs are drawn over the curves."), TextRole::Body, ColorRole::Text2),
                    1);
    auto* save = new QPushButton(tr("Export as CSV\u2026"));
    connect(save, &QPushButton::clicked, this, &RunsTable::exportCsv);
    head->addWidget(save);
    m_remove->setToolTip(tr("Forget the chosen run (Delete)"));
    connect(m_remove, &QPushButton::clicked, this, &RunsTable::removeCurrent);
    head->addWidget(m_remove);
    auto* close = new IconButton(QStringLiteral("close"), tr("Back to the curves"));
    connect(close, &QToolButton::clicked, this, &RunsTable::closed);
    head->addWidget(close);
    column->addLayout(head);
    m_table->setAccessibleName(tr("Runs"));
    m_table->setModel(m_model);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setShowGrid(false);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(scaled(28));
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setSectionResizeMode(RunsModel::Run, QHeaderView::Stretch);
    column->addWidget(m_table, 1);
    auto* remove = new QAction(tr("Remove the run"), m_table);
    remove->setShortcut(QKeySequence::Delete);
    remove->setShortcutContext(Qt::WidgetShortcut);
    connect(remove, &QAction::triggered, this, &RunsTable::removeCurrent);
    m_table->addAction(remove);
}

void RunsTable::removeCurrent()
{
    if (m_table->currentIndex().isValid())
        m_library->remove(m_table->currentIndex().row());
}

QByteArray RunsTable::csv() const
{
    const auto number = [](const std::optional<double>& v) {
        return v ? QByteArray::number(*v, 'g', 9) : QByteArray();
    };
    const auto quoted = [](QString text) { return '"' + text.replace(u'"', QStringLiteral("\"\"")).toUtf8() + '"'; };
    QByteArray out = "network,ended,data,optimizer,schedule,rate,batch,seed,epochs,seconds,loss,validation,test\n";
    for (const RunRecord& r : m_library->runs()) {
        const QByteArrayList row{quoted(r.network),
                                 r.when.toString(Qt::ISODate).toUtf8(),
                                 quoted(r.data),
                                 quoted(r.optimizer),
                                 quoted(r.schedule),
                                 number(r.rate),
                                 QByteArray::number(r.batch),
                                 QByteArray::number(r.seed),
                                 number(r.epochs),
                                 number(r.seconds),
                                 number(r.loss),
                                 number(r.validationAccuracy),
                                 number(r.testAccuracy)};
        out += row.join(',') + '\n';
    }
    return out;
}

void RunsTable::exportCsv()
{
    const QString path = dialogs::saveFile(this, tr("Export the runs"), QStringLiteral("runs.csv"),
                                           {tr("Table (*.csv)")}, QStringLiteral("csv"));
    if (path.isEmpty())
        return;
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(csv()) < 0 || !file.commit())
        dialogs::inform(this, SignKind::Error, tr("The runs could not be written."),
                        tr("%1: %2. Choose another folder.").arg(path, file.errorString()));
}

} // namespace convarium::ui
