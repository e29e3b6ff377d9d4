#include "ui/training/training_form.h"

#include "engine/losses/loss.h"
#include "engine/train/schedule.h"
#include "ui/theme/dialogs.h"
#include "ui/training/training_texts.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLocale>
#include <QPushButton>
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

/// Numbers as people type them here, or with a point everywhere.
double numberIn(const QString& text, bool& ok)
{
    const double value = QLocale().toDouble(text, &ok);
    return ok ? value : QLocale::c().toDouble(text, &ok);
}

QGridLayout* makeColumn(QWidget* page)
{
    auto* grid = new QGridLayout(page);
    const int ring = scaled(3); // of the focus, which fields at the edge show too
    grid->setContentsMargins(ring, 0, ring, ring);
    grid->setHorizontalSpacing(scaled(8));
    grid->setVerticalSpacing(scaled(6));
    grid->setColumnMinimumWidth(0, scaled(kLabelWidth - 8));
    grid->setColumnMinimumWidth(2, scaled(110));
    grid->setColumnStretch(2, 1);
    return grid;
}

} // namespace

TrainingForm::TrainingForm(const TrainingServices& services, QWidget* parent)
    : QWidget(parent), m_services(services), m_more(new QWidget), m_moreButton(new QPushButton(tr("More settings")))
{
    setAccessibleName(QStringLiteral("Training settings"));
    auto* columns = rowIn(this, scaled(24));
    auto* basics = new QWidget;
    columns->addWidget(basics, 0, Qt::AlignTop);
    columns->addWidget(m_more, 0, Qt::AlignTop);
    m_more->hide();
    m_grid = makeColumn(m_more);
    addMore();
    m_grid = makeColumn(basics);
    addBasics();
    m_fault = new TextLabel({}, TextRole::Small, ColorRole::Error);
    m_fault->setWordWrap(true);
    m_fault->hide();
    m_grid->addWidget(m_fault, m_grid->rowCount(), 0, 1, 3);
    m_moreButton->setFlat(true);
    m_moreButton->setCheckable(true);
    m_moreButton->setToolTip(tr("Loss, augmentation, regularisation, early stopping, and the optimizer's constants."));
    m_grid->addWidget(m_moreButton, m_grid->rowCount(), 0, 1, 3, Qt::AlignLeft);
    connect(m_moreButton, &QPushButton::toggled, this, [this](bool on) {
        m_more->setVisible(on);
        m_moreButton->setText(on ? tr("Fewer settings") : tr("More settings"));
    });
    connectChoices();
    showValues();
}

void TrainingForm::addBasics()
{
    using Config = engine::TrainConfig;
    m_grid->addWidget(new TextLabel(tr("Training"), TextRole::Section), 0, 0, 1, 3);
    m_data = addChoice(tr("Data set"), tr("Where the training and test images come from."));
    m_dataNote = new TextLabel({}, TextRole::Small, ColorRole::Text3);
    m_dataNote->setWordWrap(true);
    m_dataNote->setAccessibleName(tr("Found in the data set"));
    m_dataNote->hide();
    m_grid->addWidget(m_dataNote, m_grid->rowCount(), 1, 1, 2);
    m_batch = addSpin(tr("Batch"), 1, 65536, tr("images"), tr("Images per step: the gradient is their mean."),
                      [](Config& c, int v) { c.batch = v; });
    m_optimizer = addChoice(tr("Optimizer"), tr("How a gradient becomes a change of the weights."));
    addNumber(tr("Rate"), tr("above 0"), tr("Length of a step along the gradient."), &Config::rate);
    m_momentum = addNumber(tr("Momentum"), tr("0 to below 1"), tr("Share of the previous step that is kept."),
                           &Config::momentum);
    m_schedule = addChoice(tr("Schedule"), tr("How the rate changes during the run."));
    addScheduleNumbers();
    m_epochs = addSpin(tr("Epochs"), 1, 100000, tr("passes through the data"), tr("How often every image is used."),
                       [](Config& c, int v) { c.epochs = v; });
    m_validation = addSpin(tr("Validation"), 0, 90, tr("% of the images"),
                           tr("Share of the training images that is only used to check what was learnt."),
                           [](Config& c, int v) { c.validation = v / 100.0; });
    m_limit = addSpin(tr("First images"), 0, std::numeric_limits<int>::max(), tr("0: all of them"),
                      tr("Uses only so many training images: quicker, and it shows what little data does."),
                      [](Config& c, int v) { c.limit = v; });
    m_limit->setSpecialValueText(tr("all"));
    m_seed = addSpin(tr("Seed"), 0, std::numeric_limits<int>::max(), tr("same seed, same run"),
                     tr("Everything random follows from this number: initial weights, order, dropout."),
                     [](Config& c, int v) { c.seed = static_cast<std::uint64_t>(v); });
}

void TrainingForm::addMore()
{
    using Config = engine::TrainConfig;
    const QString factor = tr("0: off");
    m_grid->addWidget(new TextLabel(tr("More"), TextRole::Section), 0, 0, 1, 3);
    m_loss = addChoice(tr("Loss"), tr("What training makes small."));
    m_smoothing =
        addLine(tr("Label smoothing"), tr("0 to below 1"),
                tr("Share of the target that is spread over all classes, so that certainty is not asked for."),
                [](Config& c, const QString& text) {
                    bool ok = false;
                    const double value = numberIn(text, ok);
                    auto loss = engine::parseLoss(c.loss.empty() ? "cross-entropy" : c.loss);
                    if (!ok || !loss)
                        return false;
                    if (value == 0 && c.loss.empty())
                        return true;
                    loss->smoothing = value;
                    c.loss = engine::lossText(*loss);
                    return true;
                });
    m_augment =
        addLine(tr("Augmentation"), {},
                tr("Changes training images a little, anew in every epoch: shift:2,rotate:10,zoom:0.1,elastic,flip "
                   "in any choice. Empty: not at all."),
                [](Config& c, const QString& text) {
                    c.augment = text.simplified().remove(QLatin1Char(' ')).toStdString();
                    return true;
                });
    m_augment->setPlaceholderText(tr("none, or shift:2,rotate:10,…"));
    m_augment->setAlignment(Qt::AlignLeft);
    addNumber(tr("Weight decay"), factor,
              tr("L2: pulls weights towards zero. AdamW shrinks them directly, the others add it to the gradient."),
              &Config::weightDecay);
    addNumber(tr("L1"), factor, tr("Pulls small and large weights towards zero alike; many become zero."), &Config::l1);
    addNumber(tr("Clip norm"), factor, tr("Scales the gradient of all weights together down to this length."),
              &Config::clipNorm);
    addNumber(tr("Clip value"), factor, tr("Cuts every number of the gradient to this size."), &Config::clipValue);
    m_earlyStopping = addSpin(tr("Early stopping"), 0, 100000, tr("epochs of patience"),
                              tr("Ends the run after so many epochs without a lower validation loss."),
                              [](Config& c, int v) { c.earlyStopping = v; });
    m_earlyStopping->setSpecialValueText(tr("off"));
    m_restoreBest = new QCheckBox(tr("keep the best epoch"));
    addRow(tr("Best epoch"), m_restoreBest, {},
           tr("What is tested, shown and exported in the end is the epoch of the lowest validation loss."));
    connect(m_restoreBest, &QCheckBox::toggled, this, [this](bool on) {
        if (!m_filling)
            edit([&](Config& c) { c.restoreBest = on; });
    });
    addNumber(tr("Averaging"), tr("decay, 0: off"),
              tr("Keeps a moving average of the weights (EMA), which is tested and exported; 0.999 is usual."),
              &Config::averageDecay);
    m_beta1 = addNumber(tr("Beta 1"), tr("0 to below 1"), tr("Memory of the mean gradient."), &Config::beta1);
    m_beta2 = addNumber(tr("Beta 2"), tr("0 to below 1"), tr("Memory of the squared gradient."), &Config::beta2);
    m_alpha = addNumber(tr("Alpha"), tr("0 to below 1"), tr("Memory of the squared gradient."), &Config::alpha);
    m_epsilon = addNumber(tr("Epsilon"), tr("0 or more"), tr("Keeps the divisor from zero."), &Config::epsilon);
}

/// Two rows for the numbers of any schedule; their titles follow the schedule.
void TrainingForm::addScheduleNumbers()
{
    for (std::size_t i = 0; i < std::size(m_scheduleNumbers); ++i)
        m_scheduleNumbers[i] = addLine(i == 0 ? tr("Schedule, first number") : tr("Schedule, second number"),
                                       QStringLiteral(" "), {}, [i](engine::TrainConfig& c, const QString& text) {
                                           bool ok = false;
                                           auto schedule = engine::parseSchedule(c.schedule);
                                           const double value = numberIn(text, ok);
                                           if (!ok || !schedule || i >= schedule->values.size())
                                               return false;
                                           schedule->values[i] = value;
                                           c.schedule = engine::scheduleText(*schedule);
                                           return true;
                                       });
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
    if (note.isEmpty()) { // the field may take the room of the note
        if (!qobject_cast<QCheckBox*>(field))
            field->setMinimumWidth(scaled(kChoiceWidth));
        m_grid->addWidget(field, row, 1, 1, 2, Qt::AlignLeft);
        m_rows.push_back({label, field, nullptr});
        return;
    }
    field->setFixedWidth(scaled(kFieldWidth));
    m_grid->addWidget(field, row, 1);
    auto* text = new TextLabel(note, TextRole::Small, ColorRole::Text3);
    m_grid->addWidget(text, row, 2);
    m_rows.push_back({label, field, text});
}

void TrainingForm::setRowVisible(QWidget* field, bool visible)
{
    for (const Row& row : m_rows)
        if (row.field == field) {
            row.title->setVisible(visible);
            field->setVisible(visible);
            if (row.note)
                row.note->setVisible(visible);
        }
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
    auto* line = addLine(title, note, help, [field](engine::TrainConfig& c, const QString& text) {
        bool ok = false;
        c.*field = numberIn(text, ok);
        return ok;
    });
    m_numbers.push_back({line, field});
    return line;
}

QLineEdit* TrainingForm::addLine(const QString& title, const QString& note, const QString& help,
                                 std::function<bool(engine::TrainConfig&, const QString&)> write)
{
    auto* line = new QLineEdit;
    line->setAlignment(Qt::AlignRight);
    addRow(title, line, note, help);
    connect(line, &QLineEdit::textEdited, this,
            [this, line, title, write] { // live: says what is wrong, changes nothing
                engine::TrainConfig tried = m_config;
                const bool ok = write(tried, line->text());
                const auto valid = engine::validate(tried);
                setInvalid(line, !ok || !valid);
                say(ok ? (valid ? QString() : QString::fromStdString(valid.error().text()))
                       : tr("%1 needs a number such as 0.001. “%2” is none.").arg(title, line->text()));
            });
    connect(line, &QLineEdit::editingFinished, this, [this, line, write] {
        engine::TrainConfig tried = m_config;
        if (write(tried, line->text()) && engine::validate(tried))
            edit([&](engine::TrainConfig& c) { c = tried; });
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
    m_loss->addItem(tr("As the network says"), QString());
    for (const auto& entry : engine::lossRegistry()) {
        m_loss->addItem(QString::fromStdString(entry.title), QString::fromStdString(entry.id));
        m_loss->setItemData(m_loss->count() - 1, QString::fromStdString(entry.help), Qt::ToolTipRole);
    }
    m_filling = false;
    connect(m_loss, &QComboBox::activated, this, [this] {
        const QString id = m_loss->currentData().toString();
        if (id != QString::fromStdString(m_config.loss).section(QLatin1Char(':'), 0, 0))
            edit([&](engine::TrainConfig& c) { c.loss = id.toStdString(); });
    });
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
    showChoices();
    const auto set = [](QSpinBox* spin, std::int64_t value) {
        spin->setValue(static_cast<int>(std::min<std::int64_t>(value, std::numeric_limits<int>::max())));
    };
    set(m_batch, m_config.batch);
    set(m_epochs, m_config.epochs);
    set(m_seed, static_cast<std::int64_t>(m_config.seed));
    set(m_validation, std::lround(100 * m_config.validation));
    set(m_limit, m_config.limit);
    set(m_earlyStopping, m_config.earlyStopping);
    m_restoreBest->setChecked(m_config.restoreBest);
    m_augment->setText(QString::fromStdString(m_config.augment));
    for (const NumberField& number : m_numbers)
        number.line->setText(rateText(m_config.*number.value));
    showScheduleNumbers();
    for (const Row& row : m_rows)
        if (auto* line = qobject_cast<QLineEdit*>(row.field))
            setInvalid(line, false);
    say({});
    m_filling = false;
}

/// The entries of the lists, and the rows that go with them.
void TrainingForm::showChoices()
{
    m_optimizer->setCurrentIndex(m_optimizer->findData(QString::fromStdString(m_config.optimizer)));
    m_schedule->setCurrentIndex(m_schedule->findData(scheduleId(m_config.schedule)));
    const auto* optimizer = engine::findOptimizer(m_config.optimizer);
    setRowVisible(m_momentum, optimizer && optimizer->usesMomentum);
    setRowVisible(m_beta1, optimizer && optimizer->usesBetas);
    setRowVisible(m_beta2, optimizer && optimizer->usesBetas);
    setRowVisible(m_alpha, optimizer && optimizer->usesAlpha);
    setRowVisible(m_epsilon, optimizer && optimizer->usesEpsilon);
    const auto loss = engine::parseLoss(m_config.loss.empty() ? "cross-entropy" : m_config.loss);
    m_loss->setCurrentIndex(m_loss->findData(QString::fromStdString(m_config.loss).section(QLatin1Char(':'), 0, 0)));
    m_smoothing->setText(rateText(loss ? loss->smoothing : 0));
    setRowVisible(m_smoothing, loss && loss->info->takesSmoothing);
}

void TrainingForm::showScheduleNumbers()
{
    const auto schedule = engine::parseSchedule(m_config.schedule);
    for (std::size_t i = 0; i < std::size(m_scheduleNumbers); ++i) {
        const bool used = schedule && i < schedule->values.size();
        setRowVisible(m_scheduleNumbers[i], used);
        if (!used)
            continue;
        const engine::ScheduleParam& param = schedule->info->params[i];
        const QString help = QString::fromStdString(param.help);
        for (const Row& row : m_rows)
            if (row.field == m_scheduleNumbers[i]) {
                row.title->setText(QStringLiteral("  ") + QString::fromStdString(param.title));
                row.title->setToolTip(help);
                row.note->setText(tr("of the schedule"));
            }
        m_scheduleNumbers[i]->setToolTip(help);
        m_scheduleNumbers[i]->setText(rateText(schedule->values[i]));
    }
}

} // namespace convarium::ui
