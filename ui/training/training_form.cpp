#include "ui/training/training_form.h"

#include "engine/train/schedule.h"
#include "ui/theme/dialogs.h"
#include "ui/training/training_texts.h"

#include <QComboBox>
#include <QGridLayout>
#include <QLocale>
#include <QSpinBox>
#include <QTimer>
#include <cmath>
#include <limits>

namespace convarium::ui
{

namespace
{

constexpr int kFieldWidth = 96, kChoiceWidth = 190, kLabelWidth = 104;
const QString kFolderItem = QStringLiteral("\x01"
                                           "folder"); ///< data of the last entry of the list of data sets

QString scheduleId(const std::string& schedule)
{
    return QString::fromStdString(schedule).section(QLatin1Char(':'), 0, 0);
}

} // namespace

TrainingForm::TrainingForm(const TrainingServices& services, QWidget* parent)
    : QWidget(parent), m_services(services), m_grid(new QGridLayout(this))
{
    setAccessibleName(QStringLiteral("Training settings"));
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(scaled(8));
    m_grid->setVerticalSpacing(scaled(6));
    m_grid->setColumnMinimumWidth(0, scaled(kLabelWidth - 8));
    m_grid->setColumnMinimumWidth(2, scaled(110));
    m_grid->addWidget(new TextLabel(tr("Training"), TextRole::Section), 0, 0, 1, 3);

    m_data = addChoice(tr("Data set"), tr("Where the training and test images come from."));
    m_dataNote = new TextLabel({}, TextRole::Small, ColorRole::Text3);
    m_dataNote->setWordWrap(true);
    m_dataNote->setAccessibleName(tr("Found in the data set"));
    m_dataNote->hide();
    m_grid->addWidget(m_dataNote, m_grid->rowCount(), 1, 1, 2);
    m_batch = addSpin(tr("Batch"), 1, 65536, tr("images"), tr("Images per step: the gradient is their mean."),
                      [](engine::TrainConfig& c, int v) { c.batch = v; });
    m_optimizer = addChoice(tr("Optimizer"), tr("How a gradient becomes a change of the weights."));
    m_rate =
        addNumber(tr("Rate"), tr("above 0"), tr("Length of a step along the gradient."), &engine::TrainConfig::rate);
    const int momentumRow = m_grid->rowCount();
    m_momentum = addNumber(tr("Momentum"), tr("0 to below 1"), tr("Share of the previous step that is kept."),
                           &engine::TrainConfig::momentum);
    for (int column = 0; column < 3; ++column)
        if (auto* item = m_grid->itemAtPosition(momentumRow, column))
            m_momentumRow.append(item->widget());
    m_schedule = addChoice(tr("Schedule"), tr("How the rate changes during the run."));
    m_epochs = addSpin(tr("Epochs"), 1, 100000, tr("passes through the data"), tr("How often every image is used."),
                       [](engine::TrainConfig& c, int v) { c.epochs = v; });
    m_validation = addSpin(tr("Validation"), 0, 90, tr("% of the images"),
                           tr("Share of the training images that is only used to check what was learnt."),
                           [](engine::TrainConfig& c, int v) { c.validation = v / 100.0; });
    m_limit = addSpin(tr("First images"), 0, std::numeric_limits<int>::max(), tr("0: all of them"),
                      tr("Uses only so many training images: quicker, and it shows what little data does."),
                      [](engine::TrainConfig& c, int v) { c.limit = v; });
    m_limit->setSpecialValueText(tr("all"));
    m_seed = addSpin(tr("Seed"), 0, std::numeric_limits<int>::max(), tr("same seed, same run"),
                     tr("Everything random follows from this number: initial weights, order, dropout."),
                     [](engine::TrainConfig& c, int v) { c.seed = static_cast<std::uint64_t>(v); });
    m_fault = new TextLabel({}, TextRole::Small, ColorRole::Error);
    m_fault->setWordWrap(true);
    m_fault->hide();
    m_grid->addWidget(m_fault, m_grid->rowCount(), 0, 1, 3);
    m_grid->setColumnStretch(2, 1);
    connectChoices();
    showValues();
}

void TrainingForm::addRow(const QString& title, QWidget* field, const QString& note, const QString& help)
{
    const int row = m_grid->rowCount();
    auto* label = new TextLabel(title, TextRole::Body, ColorRole::Text2);
    label->setBuddy(field);
    field->setAccessibleName(title);
    field->setToolTip(help);
    label->setToolTip(help);
    m_grid->addWidget(label, row, 0);
    if (qobject_cast<QComboBox*>(field)) {
        field->setMinimumWidth(scaled(kChoiceWidth));
        m_grid->addWidget(field, row, 1, 1, 2, Qt::AlignLeft);
        return;
    }
    field->setFixedWidth(scaled(kFieldWidth));
    m_grid->addWidget(field, row, 1);
    m_grid->addWidget(new TextLabel(note, TextRole::Small, ColorRole::Text3), row, 2);
}

QSpinBox* TrainingForm::addSpin(const QString& title, int low, int high, const QString& note, const QString& help,
                                std::function<void(engine::TrainConfig&, int)> write)
{
    auto* spin = new QSpinBox;
    spin->setRange(low, high);
    spin->setGroupSeparatorShown(true);
    spin->setKeyboardTracking(false); // typing "128" is one edit, not three
    addRow(title, spin, note, help);
    connect(spin, &QSpinBox::valueChanged, this, [this, write](int value) {
        if (!m_filling)
            edit([&](engine::TrainConfig& c) { write(c, value); }, true);
    });
    connect(spin, &QSpinBox::editingFinished, this, &TrainingForm::gestureEnded);
    return spin;
}

QLineEdit* TrainingForm::addNumber(const QString& title, const QString& note, const QString& help,
                                   double engine::TrainConfig::*field)
{
    auto* line = new QLineEdit;
    line->setAlignment(Qt::AlignRight);
    addRow(title, line, note, help);
    const auto read = [line](bool& ok) {
        double value = QLocale().toDouble(line->text(), &ok);
        if (!ok)
            value = QLocale::c().toDouble(line->text(), &ok);
        return value;
    };
    connect(line, &QLineEdit::textEdited, this,
            [this, line, title, field, read] { // live: says what is wrong, changes nothing
                bool ok = false;
                engine::TrainConfig tried = m_config;
                tried.*field = read(ok);
                const auto valid = engine::validate(tried);
                setInvalid(line, !ok || !valid);
                say(ok ? (valid ? QString() : QString::fromStdString(valid.error().text()))
                       : tr("%1 needs a number such as 0.001. “%2” is none.").arg(title, line->text()));
            });
    connect(line, &QLineEdit::editingFinished, this, [this, line, field, read] {
        bool ok = false;
        const double value = read(ok);
        engine::TrainConfig tried = m_config;
        tried.*field = value;
        if (ok && engine::validate(tried))
            edit([&](engine::TrainConfig& c) { c.*field = value; });
        else
            showValues(); // back to what is in force
    });
    return line;
}

QComboBox* TrainingForm::addChoice(const QString& title, const QString& help)
{
    auto* combo = new QComboBox;
    addRow(title, combo, {}, help);
    return combo;
}

void TrainingForm::connectChoices()
{
    m_filling = true;
    for (const auto& entry : engine::optimizerRegistry()) {
        m_optimizer->addItem(QString::fromStdString(entry.title), QString::fromStdString(entry.id));
        m_optimizer->setItemData(m_optimizer->count() - 1, QString::fromStdString(entry.help), Qt::ToolTipRole);
    }
    for (const auto& entry : engine::scheduleRegistry()) {
        m_schedule->addItem(QString::fromStdString(entry.title), QString::fromStdString(entry.id));
        m_schedule->setItemData(m_schedule->count() - 1, QString::fromStdString(entry.help), Qt::ToolTipRole);
    }
    m_filling = false;
    connect(m_data, &QComboBox::activated, this, [this] {
        const QString source = m_data->currentData().toString();
        if (source == kFolderItem)
            chooseFolder();
        else
            edit([&](engine::TrainConfig& c) { c.data = source.toStdString(); });
    });
    connect(m_optimizer, &QComboBox::activated, this, [this] {
        edit([&](engine::TrainConfig& c) {
            const auto* before = engine::findOptimizer(c.optimizer);
            const auto* after = engine::findOptimizer(m_optimizer->currentData().toString().toStdString());
            if (!after)
                return;
            const engine::TrainConfig old = c;
            engine::useOptimizer(c, *after);
            c.momentum = old.momentum;
            if (before && old.rate != before->defaultRate)
                c.rate = old.rate; // a rate nobody chose follows the optimizer
        });
    });
    connect(m_schedule, &QComboBox::activated, this, [this] {
        const QString id = m_schedule->currentData().toString();
        for (const auto& entry : engine::scheduleRegistry())
            if (entry.id == id.toStdString() && id != scheduleId(m_config.schedule))
                edit([&](engine::TrainConfig& c) { c.schedule = scheduleText(engine::usualSchedule(entry)); });
    });
}

void TrainingForm::chooseFolder()
{
    dialogs::FileRequest request;
    request.kind = dialogs::FileRequest::Kind::Folder;
    request.title = tr("Choose a folder with one subfolder of images per class, or with IDX files");
    const QString folder = dialogs::askFile(this, request);
    if (folder.isEmpty())
        showValues();
    else
        edit([&](engine::TrainConfig& c) { c.data = folder.toStdString(); });
}

void TrainingForm::edit(const std::function<void(engine::TrainConfig&)>& change, bool gesture)
{
    engine::TrainConfig config = m_config;
    change(config);
    if (const auto valid = engine::validate(config); !valid) {
        say(QString::fromStdString(valid.error().text()));
        return;
    }
    say({});
    if (config == m_config)
        return;
    m_config = config;
    showValues();
    Q_EMIT configEdited(config, gesture);
}

void TrainingForm::say(const QString& fault)
{
    m_fault->setText(fault);
    m_fault->setVisible(!fault.isEmpty());
}

void TrainingForm::setDataNote(const QString& note)
{
    m_dataNote->setText(note);
    m_dataNote->setVisible(!note.isEmpty());
}

void TrainingForm::setConfig(const engine::TrainConfig& config)
{
    m_config = config;
    showValues();
}

void TrainingForm::showValues()
{
    m_filling = true;
    m_data->clear();
    for (const auto& entry : m_services.catalogue()) {
        QString title = QString::fromStdString(entry.title);
        if (!entry.present && entry.downloadBytes > 0)
            title += tr(" (download %1 MB)").arg(std::lround(static_cast<double>(entry.downloadBytes) / 1e6));
        m_data->addItem(title, QString::fromStdString(entry.name));
        m_data->setItemData(m_data->count() - 1, QString::fromStdString(entry.description), Qt::ToolTipRole);
    }
    const QString source = QString::fromStdString(m_config.data);
    if (m_data->findData(source) < 0)
        m_data->addItem(dataTitle(m_services, m_config.data), source);
    m_data->addItem(tr("Folder…"), kFolderItem);
    m_data->setCurrentIndex(m_data->findData(source));
    m_optimizer->setCurrentIndex(m_optimizer->findData(QString::fromStdString(m_config.optimizer)));
    m_schedule->setCurrentIndex(m_schedule->findData(scheduleId(m_config.schedule)));
    const auto set = [](QSpinBox* spin, std::int64_t value) {
        spin->setValue(static_cast<int>(std::min<std::int64_t>(value, std::numeric_limits<int>::max())));
    };
    set(m_batch, m_config.batch);
    set(m_epochs, m_config.epochs);
    set(m_seed, static_cast<std::int64_t>(m_config.seed));
    set(m_validation, std::lround(100 * m_config.validation));
    set(m_limit, m_config.limit);
    m_rate->setText(rateText(m_config.rate));
    m_momentum->setText(rateText(m_config.momentum));
    setInvalid(m_rate, false);
    setInvalid(m_momentum, false);
    const auto* optimizer = engine::findOptimizer(m_config.optimizer);
    for (auto* widget : m_momentumRow)
        widget->setVisible(optimizer && optimizer->usesMomentum);
    say({});
    m_filling = false;
}

} // namespace convarium::ui
