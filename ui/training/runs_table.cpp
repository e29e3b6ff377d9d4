#include "ui/training/runs_table.h"

#include "ui/theme/dialogs.h"
#include "ui/theme/widgets.h"
#include "ui/training/curve_chart.h"
#include "ui/training/run_library.h"
#include "ui/training/training_texts.h"

#include <QAction>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLocale>
#include <QPainter>
#include <QSaveFile>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

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

RunsModel::RunsModel(RunLibrary* library, QObject* parent)
    : QAbstractTableModel(parent), m_library(library), m_rows(rowCount())
{
    connect(library, &RunLibrary::changed, this, &RunsModel::libraryChanged);
}

/// As long as there are as many, whoever stands on one of them stays there.
void RunsModel::libraryChanged()
{
    if (rowCount() == m_rows) {
        if (m_rows > 0)
            Q_EMIT dataChanged(index(0, 0), index(m_rows - 1, Columns - 1));
        return;
    }
    beginResetModel();
    m_rows = rowCount();
    endResetModel();
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
    case Run: return r.name.isEmpty() ? r.network : r.name;
    case When: return locale.toString(r.when, QLocale::ShortFormat);
    case Parameters: return r.parameters > 0 ? locale.toString(r.parameters) : QString();
    case Data: return r.data;
    case Augmentation: return r.augment.isEmpty() ? tr("none") : r.augment;
    case Optimizer: return r.schedule == QStringLiteral("constant") ? r.optimizer : r.optimizer + u' ' + r.schedule;
    case Rate: return locale.toString(r.rate, 'g', 4);
    case Batch: return locale.toString(r.batch);
    case Decay: return locale.toString(r.weightDecay, 'g', 4);
    case Seed: return locale.toString(r.seed);
    case Epochs: return locale.toString(r.epochs, 'f', r.epochs == static_cast<int>(r.epochs) ? 0 : 1);
    case Seconds: return durationText(r.seconds);
    case Loss: return r.diverged ? tr("diverged") : r.loss ? locale.toString(*r.loss, 'f', 4) : QString();
    case Validation: return percent(r.validationAccuracy);
    case Test: return percent(r.testAccuracy);
    default: return {};
    }
}

QVariant RunsModel::sortValue(int row, int column) const
{
    const RunRecord& r = m_library->runs()[static_cast<std::size_t>(row)];
    const auto number = [](const std::optional<double>& v) { return v ? QVariant(*v) : QVariant(); };
    switch (column) {
    case When: return r.when;
    case Parameters: return r.parameters;
    case Rate: return r.rate;
    case Batch: return r.batch;
    case Decay: return r.weightDecay;
    case Seed: return r.seed;
    case Epochs: return r.epochs;
    case Seconds: return r.seconds;
    case Loss: return r.diverged ? QVariant() : number(r.loss);
    case Validation: return number(r.validationAccuracy);
    case Test: return number(r.testAccuracy);
    default: return text(row, column);
    }
}

QVariant RunsModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const RunRecord& r = m_library->runs()[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole: return text(index.row(), index.column());
    case Qt::EditRole: return index.column() == Run ? text(index.row(), Run) : QVariant();
    case kSortRole: return sortValue(index.row(), index.column());
    case Qt::TextAlignmentRole: {
        const bool words = index.column() < Rate && index.column() != Parameters;
        return int(Qt::AlignVCenter | (words ? Qt::AlignLeft : Qt::AlignRight));
    }
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
        return index.column() == Run ? tr("%1: check it to draw it over the curves").arg(r.network)
                                     : text(index.row(), index.column());
    default: return {};
    }
}

bool RunsModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    if (index.column() != Run || (role != Qt::CheckStateRole && role != Qt::EditRole))
        return false;
    if (role == Qt::CheckStateRole)
        m_library->setShown(index.row(), value.toInt() == Qt::Checked);
    else
        m_library->rename(index.row(), value.toString());
    return true;
}

QVariant RunsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role != Qt::DisplayRole || orientation != Qt::Horizontal)
        return {};
    const QStringList titles{tr("Run"),       tr("Ended"), tr("Parameters"), tr("Data"),         tr("Augmentation"),
                             tr("Optimizer"), tr("Rate"),  tr("Batch"),      tr("Weight decay"), tr("Seed"),
                             tr("Epochs"),    tr("Time"),  tr("Loss"),       tr("Validation"),   tr("Test")};
    return titles.value(section);
}

Qt::ItemFlags RunsModel::flags(const QModelIndex& index) const
{
    const auto flags = QAbstractTableModel::flags(index);
    return index.column() == Run ? flags | Qt::ItemIsUserCheckable | Qt::ItemIsEditable : flags;
}

RunsTable::RunsTable(RunLibrary* library, QWidget* parent)
    : QWidget(parent), m_library(library), m_model(new RunsModel(library, this)),
      m_sorted(new QSortFilterProxyModel(this)), m_table(new QTableView), m_rename(new QPushButton(tr("Rename"))),
      m_remove(new QPushButton(tr("Remove")))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(scaled(12), scaled(6), scaled(6), scaled(4));
    column->setSpacing(scaled(4));
    auto* head = new QHBoxLayout;
    head->setSpacing(scaled(8));
    head->addWidget(new TextLabel(tr("Runs"), TextRole::SectionBold));
    head->addWidget(new ElidedLabel(tr("Checked runs are drawn over the curves. A click on a title sorts."),
                                    TextRole::Body, ColorRole::Text2),
                    1);
    m_rename->setToolTip(tr("Gives the chosen run a name of its own (F2)"));
    connect(m_rename, &QPushButton::clicked, this, &RunsTable::renameCurrent);
    head->addWidget(m_rename);
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
    m_sorted->setSourceModel(m_model);
    m_sorted->setSortRole(RunsModel::kSortRole);
    m_table->setAccessibleName(tr("Runs"));
    m_table->setModel(m_sorted);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setShowGrid(false);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::DoubleClicked);
    m_table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(scaled(28));
    QHeaderView* titles = m_table->horizontalHeader();
    titles->setHighlightSections(false);
    titles->setSectionResizeMode(QHeaderView::ResizeToContents);
    titles->setSortIndicatorClearable(true); // the third click: the newest first again
    m_table->sortByColumn(-1, Qt::AscendingOrder);
    m_table->setSortingEnabled(true);
    column->addWidget(m_table, 1);
    m_table->setContextMenuPolicy(Qt::ActionsContextMenu);
    addAction(tr("Draw over the curves, or no more"), Qt::Key_Space, &RunsTable::toggleCurrent);
    addAction(tr("Sort by this column"), Qt::Key_S, &RunsTable::sortByCurrent);
    addAction(tr("Rename the run"), Qt::Key_F2, &RunsTable::renameCurrent);
    addAction(tr("Remove the run"), QKeySequence::Delete, &RunsTable::removeCurrent);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentChanged, this, &RunsTable::updateButtons);
    connect(m_sorted, &QAbstractItemModel::modelReset, this, &RunsTable::updateButtons);
    updateButtons();
}

void RunsTable::addAction(const QString& text, const QKeySequence& key, void (RunsTable::*act)())
{
    auto* action = new QAction(text, m_table);
    action->setShortcut(key);
    action->setShortcutContext(Qt::WidgetShortcut);
    connect(action, &QAction::triggered, this, act);
    m_table->addAction(action);
}

int RunsTable::currentRun() const
{
    return m_sorted->mapToSource(m_table->currentIndex()).row();
}

void RunsTable::updateButtons()
{
    for (QPushButton* button : {m_rename, m_remove})
        button->setEnabled(currentRun() >= 0);
}

void RunsTable::toggleCurrent()
{
    if (const int run = currentRun(); run >= 0)
        m_library->setShown(run, !m_library->runs()[static_cast<std::size_t>(run)].shown);
}

void RunsTable::renameCurrent()
{
    if (currentRun() < 0)
        return;
    const QModelIndex name = m_table->currentIndex().siblingAtColumn(RunsModel::Run);
    m_table->setCurrentIndex(name);
    m_table->edit(name);
}

/// The one below it is the next that can be removed.
void RunsTable::removeCurrent()
{
    if (currentRun() < 0)
        return;
    const int row = m_table->currentIndex().row(), column = m_table->currentIndex().column();
    m_library->remove(currentRun());
    if (const int last = m_sorted->rowCount() - 1; last >= 0)
        m_table->setCurrentIndex(m_sorted->index(std::min(row, last), column));
}

/// The other way round where it is sorted by it already.
void RunsTable::sortByCurrent()
{
    const QHeaderView* titles = m_table->horizontalHeader();
    const int column = std::max(0, m_table->currentIndex().column());
    const bool again = titles->sortIndicatorSection() == column && titles->sortIndicatorOrder() == Qt::AscendingOrder;
    m_table->sortByColumn(column, again ? Qt::DescendingOrder : Qt::AscendingOrder);
}

QByteArray RunsTable::csv() const
{
    const auto number = [](const std::optional<double>& v) {
        return v ? QByteArray::number(*v, 'g', 9) : QByteArray();
    };
    const auto quoted = [](QString text) { return '"' + text.replace(u'"', QStringLiteral("\"\"")).toUtf8() + '"'; };
    QByteArray out = "name,network,ended,parameters,data,augmentation,optimizer,schedule,rate,batch,weight_decay,seed,"
                     "epochs,seconds,loss,validation,test\n";
    for (const RunRecord& r : m_library->runs()) {
        const QByteArrayList row{quoted(r.name),
                                 quoted(r.network),
                                 r.when.toString(Qt::ISODate).toUtf8(),
                                 QByteArray::number(r.parameters),
                                 quoted(r.data),
                                 quoted(r.augment),
                                 quoted(r.optimizer),
                                 quoted(r.schedule),
                                 number(r.rate),
                                 QByteArray::number(r.batch),
                                 number(r.weightDecay),
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
