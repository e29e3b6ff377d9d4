// What the number view is made of.
#include "ui/inside/number_view.h"

#include "ui/inside/line_box.h"
#include "ui/inside/number_map.h"
#include "ui/inside/number_service.h"
#include "ui/inside/operand_list.h"
#include "ui/inside/reader_list.h"
#include "ui/inside/sum_chart.h"
#include "ui/inside/update_panel.h"
#include "ui/inside/value_grid.h"
#include "ui/theme/colormap.h"
#include "ui/theme/own_keys.h"
#include "ui/theme/settings.h"
#include "ui/theme/widgets.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QPushButton>
#include <QSpinBox>
#include <QStackedWidget>
#include <algorithm>

namespace convarium::ui
{

namespace
{

QVBoxLayout* columnOf(QWidget* card)
{
    auto* column = new QVBoxLayout(card);
    column->setContentsMargins(scaled(14), scaled(12), scaled(14), scaled(12));
    column->setSpacing(scaled(4));
    return column;
}

/// The control with its name before it.
QWidget* named(const QString& name, QWidget* control)
{
    auto* box = new QWidget;
    auto* row = rowIn(box);
    row->addWidget(new TextLabel(name, TextRole::Body, ColorRole::Text2));
    row->addWidget(control);
    return box;
}

} // namespace

NumberView::NumberView(NumberService* service, QWidget* parent)
    : QWidget(parent), m_service(service),
      m_back(new IconButton(QStringLiteral("back"), tr("Back to the number before"))),
      m_title(new TextLabel({}, TextRole::Heading)), m_modes(new SegmentedControl),
      m_slide(new QPushButton(icon(QStringLiteral("play")), tr("Slide the kernel"))), m_pages(new QStackedWidget)
{
    setAccessibleName(QStringLiteral("Number"));
    const QKeySequence backKey(Qt::ALT | Qt::Key_Left);
    tellOwnKeys(
        this, {{keyName(Qt::Key_B), tr("Backward and forward")}, {keyName(backKey), tr("Back to the number before")}});
    setWindowTitle(tr("Number"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(scaled(16), scaled(12), scaled(16), scaled(12));
    column->setSpacing(scaled(12));
    auto* head = new QHBoxLayout;
    m_title->setAccessibleName(QStringLiteral("Number title"));
    m_back->setShortcut(backKey);
    m_back->hide();
    connect(m_back, &IconButton::clicked, this, &NumberView::back);
    head->addWidget(m_back);
    head->addWidget(m_title);
    head->addStretch(1);
    m_modes->setAccessibleName(QStringLiteral("What to look at"));
    m_modes->addSegment(tr("Forward"), QStringLiteral("chevron-right"), tr("How the number comes about (B)"));
    m_modes->addSegment(tr("Backward"), QStringLiteral("chevron-left"), tr("Where its gradient comes from (B)"));
    m_modes->addSegment(tr("Update of a weight"), QStringLiteral("gear"), tr("What the next step does to a weight"));
    m_modes->addSegment(tr("Loss"), QStringLiteral("chevron-left"));
    connect(m_modes, &SegmentedControl::currentChanged, this,
            [this](int index) { setMode(static_cast<NumberMode>(index)); });
    head->addWidget(m_modes);
    head->addStretch(1);
    m_slide->setCheckable(true);
    m_slide->setToolTip(tr("Moves the chosen place over the map, number by number"));
    connect(m_slide, &QPushButton::toggled, this, &NumberView::setSliding);
    m_slider.setInterval(350);
    connect(&m_slider, &QTimer::timeout, this, &NumberView::slide);
    head->addWidget(m_slide);
    column->addLayout(head);
    column->addWidget(makeOptions());

    auto* body = new QHBoxLayout;
    body->setSpacing(scaled(16));
    auto* numbers = new QWidget;
    auto* row = rowIn(numbers, scaled(16));
    auto* left = new Panel(Panel::Fill::Surface, true);
    m_left = left;
    auto* list = columnOf(left);
    list->addWidget(makeReaders());
    m_listTitle = new ElidedLabel({}, TextRole::SectionBold);
    m_listLine = new ElidedLabel({}, TextRole::Small, ColorRole::Text2);
    m_list = new OperandList;
    list->addWidget(m_listTitle);
    list->addWidget(m_listLine);
    list->addWidget(m_list, 1);
    row->addWidget(left);
    auto* middle = new QVBoxLayout;
    middle->setSpacing(scaled(12));
    middle->addWidget(makeGrids(), 5);
    middle->addWidget(makeSum(), 4);
    middle->addWidget(makeLine());
    row->addLayout(middle, 1);
    m_pages->addWidget(numbers);
    m_update = new UpdatePanel;
    m_pages->addWidget(m_update);
    m_message = new TextLabel({}, TextRole::Reading, ColorRole::Text2);
    m_message->setAlignment(Qt::AlignCenter);
    m_message->setWordWrap(true);
    m_pages->addWidget(m_message);
    body->addWidget(m_pages, 1);
    body->addWidget(makeSide());
    column->addLayout(body, 1);

    connect(m_list, &OperandList::currentChanged, this, &NumberView::showGroup);
    connect(m_list, &OperandList::opened, this, [this](int group) {
        if (group >= static_cast<int>(m_model.groups.size()))
            return;
        const NumberGroup g = m_model.groups[static_cast<std::size_t>(group)];
        const auto taken = std::find_if(g.cells.begin(), g.cells.end(), [](const auto& c) { return c.chosen; });
        const NumberCell& cell = taken == g.cells.end() ? g.middle() : *taken;
        if (cell.used)
            openOperand(g, cell);
    });
    connect(m_values, &ValueGrid::opened, this, [this](const NumberCell& cell) {
        if (!m_model.groups.empty())
            openOperand(NumberGroup(m_model.groups[static_cast<std::size_t>(m_list->current())]), cell);
    });
    connect(m_readers, &ReaderList::readerChosen, this, [this](int reader) {
        m_at.reader = reader;
        ask();
    });
    connect(m_map, &NumberMap::elementChosen, this, &NumberView::chooseElement);
    connect(m_mapNumber, &QSpinBox::valueChanged, this, [this](int number) { chooseMap(number - 1); });
    connect(m_update, &UpdatePanel::tensorChosen, this, [this](const QString& key) {
        m_at.tensor = key.toStdString();
        m_at.weight = 0;
        ask();
    });
    connect(m_service, &NumberService::ready, this, &NumberView::show);
    setFocusProxy(m_map);
    setCompact(false);
}

QWidget* NumberView::makeOptions()
{
    m_options = new QWidget;
    auto* row = rowIn(m_options, scaled(16));
    m_inputs = new QComboBox;
    m_inputs->setAccessibleName(QStringLiteral("Input"));
    m_inputs->setToolTip(tr("The layer reads several: whose gradient is shown"));
    m_inputs->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    connect(m_inputs, &QComboBox::activated, this, [this](int chosen) {
        m_at.input = static_cast<std::size_t>(chosen);
        m_at.reader = -1;
        ask();
    });
    m_inputBox = named(tr("Gradient by the input from"), m_inputs);
    row->addWidget(m_inputBox);
    m_class = new QComboBox;
    m_class->setAccessibleName(QStringLiteral("Class of the drawing"));
    m_class->setToolTip(tr("The loss, and so every gradient, compares with a class"));
    m_class->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    connect(m_class, &QComboBox::activated, this, [this](int chosen) {
        m_assumedClass = chosen - 1;
        ask();
    });
    m_classBox = named(tr("The drawing has no class. As if it were"), m_class);
    row->addWidget(m_classBox);
    row->addStretch(1);
    m_image = new QSpinBox;
    m_image->setAccessibleName(QStringLiteral("Image of the batch"));
    m_image->setKeyboardTracking(false);
    m_image->setMinimum(1);
    m_image->setFixedWidth(scaled(76));
    connect(m_image, &QSpinBox::valueChanged, this, &NumberView::ask);
    m_imageBox = named(tr("Image of the batch"), m_image);
    row->addWidget(m_imageBox);
    m_training = new SegmentedControl;
    m_training->setAccessibleName(QStringLiteral("Statistics and dropout"));
    m_training->addSegment(tr("As in evaluation"), {}, tr("Running statistics, nothing is dropped"));
    m_training->addSegment(tr("As in training"), {}, tr("The next step: statistics and dropout of its batch"));
    m_training->setCurrentIndex(Settings::instance().get(setting::numbersAsInTraining) ? 1 : 0);
    connect(m_training, &SegmentedControl::currentChanged, this, [this](int index) {
        Settings::instance().set(setting::numbersAsInTraining, index == 1);
        ask();
    });
    row->addWidget(m_training);
    m_options->hide();
    return m_options;
}

QWidget* NumberView::makeReaders()
{
    m_readersBox = new QWidget;
    auto* column = new QVBoxLayout(m_readersBox);
    column->setContentsMargins(0, 0, 0, scaled(8));
    column->setSpacing(scaled(4));
    m_readersTitle = new TextLabel({}, TextRole::SectionBold);
    m_readers = new ReaderList;
    column->addWidget(m_readersTitle);
    column->addWidget(m_readers);
    column->addWidget(new Hairline);
    m_readersBox->hide();
    return m_readersBox;
}

QWidget* NumberView::makeGrids()
{
    auto* card = new Panel(Panel::Fill::Surface, true);
    auto* row = new QHBoxLayout(card);
    row->setContentsMargins(scaled(16), scaled(12), scaled(16), scaled(12));
    row->setSpacing(scaled(8));
    m_values = new ValueGrid(GridColumn::Values, QStringLiteral("Patch"));
    m_factors = new ValueGrid(GridColumn::Factors, QStringLiteral("Kernel"));
    m_products = new ValueGrid(GridColumn::Products, QStringLiteral("Products"));
    m_times = new TextLabel(QStringLiteral("×"), TextRole::Heading, ColorRole::Text2);
    m_equals = new TextLabel(QStringLiteral("="), TextRole::Heading, ColorRole::Text2);
    row->addWidget(m_values, 1);
    row->addWidget(m_times);
    row->addWidget(m_factors, 1);
    row->addWidget(m_equals);
    row->addWidget(m_products, 1);
    return card;
}

QWidget* NumberView::makeSum()
{
    auto* card = new Panel(Panel::Fill::Surface, true);
    auto* row = new QHBoxLayout(card);
    row->setContentsMargins(scaled(16), scaled(12), scaled(16), scaled(12));
    row->setSpacing(scaled(24));
    auto* sum = new QVBoxLayout;
    sum->setSpacing(scaled(4));
    m_sumTitle = new TextLabel({}, TextRole::SectionBold);
    m_sum = new SumChart;
    sum->addWidget(m_sumTitle);
    sum->addWidget(m_sum, 1);
    row->addLayout(sum, 5);
    m_curveBox = new QWidget;
    auto* curve = columnIn(m_curveBox, scaled(4));
    m_curveTitle = new TextLabel({}, TextRole::SectionBold);
    m_curve = new FunctionCurve;
    curve->addWidget(m_curveTitle);
    curve->addWidget(m_curve, 1);
    row->addWidget(m_curveBox, 2);
    return card;
}

QWidget* NumberView::makeLine()
{
    auto* card = new Panel(Panel::Fill::Surface, true);
    auto* column = columnOf(card);
    column->addWidget(new TextLabel(tr("In one line"), TextRole::SectionBold));
    m_lossLine = new TextLabel({}, TextRole::Reading);
    m_lossLine->setAccessibleName(QStringLiteral("Loss in one line"));
    m_lossParts = new TextLabel({}, TextRole::Body, ColorRole::Text2);
    m_lossParts->setAccessibleName(QStringLiteral("Loss made of"));
    m_shares = new TextLabel({}, TextRole::Reading);
    m_shares->setAccessibleName(QStringLiteral("Sum over the readers"));
    m_line = new TextLabel({}, TextRole::Reading);
    m_line->setAccessibleName(QStringLiteral("In one line"));
    m_parts = new TextLabel({}, TextRole::Body, ColorRole::Text2);
    m_parts->setAccessibleName(QStringLiteral("Made of"));
    m_note = new TextLabel({}, TextRole::Small, ColorRole::Text2);
    for (TextLabel* label : {m_lossLine, m_lossParts, m_shares, m_line, m_parts, m_note}) {
        label->setWordWrap(true);
        label->setTextFormat(Qt::RichText);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    auto* lines = new QWidget;
    auto* rows = columnIn(lines, scaled(4));
    rows->addWidget(m_lossLine);
    rows->addWidget(m_lossParts);
    rows->addWidget(m_shares);
    rows->addWidget(m_line);
    rows->addWidget(m_parts);
    rows->addStretch(1);
    m_lines = new LineBox(lines);
    m_lines->setAccessibleName(QStringLiteral("All terms"));
    column->addWidget(m_lines);
    column->addWidget(m_note);
    return card;
}

QWidget* NumberView::makeSide()
{
    auto* card = new Panel(Panel::Fill::Surface, true);
    m_side = card;
    auto* column = columnOf(card);
    auto* head = new QHBoxLayout;
    auto* titles = new QVBoxLayout;
    titles->setSpacing(0);
    m_mapTitle = new ElidedLabel({}, TextRole::SectionBold);
    m_mapLine = new ElidedLabel({}, TextRole::Small, ColorRole::Text2);
    titles->addWidget(m_mapTitle);
    titles->addWidget(m_mapLine);
    head->addLayout(titles, 1);
    m_mapNumber = new QSpinBox;
    m_mapNumber->setAccessibleName(QStringLiteral("Map"));
    m_mapNumber->setToolTip(tr("Number of the map"));
    m_mapNumber->setKeyboardTracking(false);
    m_mapNumber->setMinimum(1);
    m_mapNumber->setFixedWidth(scaled(68));
    head->addWidget(m_mapNumber);
    column->addLayout(head);
    m_map = new NumberMap;
    column->addWidget(m_map);
    m_scale = new ScaleBar;
    column->addWidget(m_scale);
    auto* row = new QHBoxLayout;
    row->setSpacing(scaled(12));
    m_value = new TextLabel({}, TextRole::Title);
    m_value->setAccessibleName(QStringLiteral("Value"));
    m_place = new TextLabel({}, TextRole::Body, ColorRole::Text2);
    row->addWidget(m_value);
    row->addWidget(m_place, 1);
    column->addLayout(row);
    m_fieldBox = new QWidget;
    auto* field = new QVBoxLayout(m_fieldBox);
    field->setContentsMargins(0, scaled(4), 0, 0);
    field->setSpacing(scaled(6));
    field->addWidget(new Hairline);
    field->addWidget(new TextLabel(tr("Where it looks on the input"), TextRole::SectionBold));
    auto* picture = new QHBoxLayout;
    picture->setSpacing(scaled(12));
    m_field = new FieldPicture;
    m_fieldText = new TextLabel({}, TextRole::Body, ColorRole::Text2);
    m_fieldText->setWordWrap(true);
    picture->addWidget(m_field);
    picture->addWidget(m_fieldText, 1);
    field->addLayout(picture);
    column->addWidget(m_fieldBox);
    column->addStretch(1);
    return card;
}

void NumberView::setCompact(bool compact)
{
    m_compact = compact;
    m_left->setFixedWidth(scaled(compact ? 326 : 364));
    m_side->setFixedWidth(scaled(compact ? 270 : 348));
    m_value->setRole(compact ? TextRole::Title : TextRole::Display);
}

} // namespace convarium::ui
