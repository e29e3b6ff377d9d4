#include "ui/drawing/drawing_page.h"

#include "engine/graph/shape_text.h"
#include "ui/drawing/drawing_field.h"
#include "ui/drawing/drawing_reader.h"
#include "ui/drawing/drawing_widgets.h"
#include "ui/drawing/drawn_image.h"
#include "ui/drawing/example_strokes.h"
#include "ui/theme/layout_boundary.h"
#include "ui/theme/own_keys.h"
#include "ui/training/map_pictures.h"
#include "ui/training/training_controller.h"

#include <QBoxLayout>
#include <QKeyEvent>
#include <QLocale>
#include <QMenu>
#include <QPainter>
#include <QScrollArea>
#include <QUndoCommand>

namespace convarium::ui
{

namespace
{

constexpr int kPenSteps = 20;     ///< slider steps for one field
constexpr int kRoomyHeight = 740; ///< below it everything is smaller, so that nothing has to be scrolled

/// One drawing in place of another.
class StrokesCommand final : public QUndoCommand
{
public:
    StrokesCommand(const QString& text, std::function<void(const datasets::DrawnStrokes&)> set,
                   datasets::DrawnStrokes before, datasets::DrawnStrokes after)
        : QUndoCommand(text), m_set(std::move(set)), m_before(std::move(before)), m_after(std::move(after))
    {
    }
    void undo() override { m_set(m_before); }
    void redo() override { m_set(m_after); }

private:
    std::function<void(const datasets::DrawnStrokes&)> m_set;
    datasets::DrawnStrokes m_before, m_after;
};

QString fieldsText(int n)
{
    return QLocale().toString(n).replace(QLatin1Char('-'), QChar(0x2212));
}

} // namespace

DrawingPage::DrawingPage(TrainingController* controller, MapService* maps, QWidget* parent)
    : QWidget(parent), m_reader(new DrawingReader(controller, maps, this))
{
    setWindowTitle(tr("Draw a digit"));
    setAccessibleName(QStringLiteral("Drawing"));
    tellOwnKeys(
        this, {{tr("0 to 9"), tr("Write an example of this digit")}, {keyName(Qt::Key_Delete), tr("Clear the field")}});
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(scaled(16), 0, 0, 0);
    row->setSpacing(0);
    // Whoever draws sees the whole field and its buttons, however low the page is; the rest is scrolled then.
    auto* drawing = new QVBoxLayout;
    drawing->setContentsMargins(0, scaled(12), 0, scaled(12));
    drawing->addWidget(makeDrawing());
    row->addLayout(drawing, 54);
    auto* rest = new ui::Panel(ui::Panel::Fill::Canvas);
    auto* columns = new QHBoxLayout(rest);
    columns->setContentsMargins(scaled(12), scaled(12), scaled(16), scaled(12));
    columns->setSpacing(scaled(12));
    columns->addWidget(makeSteps(), 40);
    columns->addWidget(new LayoutBoundary(makeReading()), 52); // its texts change while training
    auto* area = new QScrollArea;
    area->setAccessibleName(tr("Input and reading"));
    area->setFrameShape(QFrame::NoFrame);
    area->setWidgetResizable(true);
    area->setFocusPolicy(Qt::NoFocus);
    area->setWidget(rest);
    row->addWidget(area, 92);
    setFocusProxy(m_field);

    connect(m_reader, &DrawingReader::read, this, &DrawingPage::showResult);
    connect(m_reader, &DrawingReader::readPlain, this, &DrawingPage::showPlain);
    connect(m_reader, &DrawingReader::neighboursFound, this, [this](const NeighbourResult& result) {
        m_nearest = result.nearest;
        showNeighbours();
    });
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, [this] {
        showNeighbours();
        setCompact(height() < scaled(kRoomyHeight));
    });
    showResult({});
}

QWidget* DrawingPage::makePanel(QVBoxLayout*& column)
{
    auto* panel = new ui::Panel(ui::Panel::Fill::Surface, true);
    column = new QVBoxLayout(panel);
    column->setContentsMargins(scaled(16), scaled(12), scaled(16), scaled(12));
    m_columns.push_back(column);
    return panel;
}

QWidget* DrawingPage::makeDrawing()
{
    QVBoxLayout* column = nullptr;
    auto* panel = makePanel(column);
    auto* head = new QHBoxLayout;
    head->addWidget(new TextLabel(tr("Draw here"), TextRole::Heading));
    head->addStretch(1);
    auto* tool = new SegmentedControl;
    tool->setAccessibleName(tr("Tool"));
    tool->addSegment(tr("Pen"), QStringLiteral("pen"));
    tool->addSegment(tr("Rubber"), QStringLiteral("eraser"));
    head->addWidget(tool);
    column->addLayout(head);
    m_field = new DrawingField;
    column->addWidget(m_field, 1);
    auto* pen = new SliderRow(tr("Pen width"), kPenSteps / 2, 4 * kPenSteps, 2 * kPenSteps, [](int v) {
        return tr("%1 fields").arg(QLocale().toString(double(v) / kPenSteps, 'f', 1));
    });
    column->addWidget(pen);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(scaled(8));
    auto* clearButton = new QPushButton(icon(QStringLiteral("trash")), tr("Clear"));
    clearButton->setToolTip(tr("An empty field (Del)"));
    auto* example = new QPushButton(icon(QStringLiteral("pen")), tr("Example"));
    example->setToolTip(tr("Writes a digit, in another hand each time (keys 0 to 9)"));
    auto* menu = new QMenu(example);
    for (int digit = 0; digit < 10; ++digit)
        menu->addAction(tr("Write a %1").arg(digit), this, [this, digit] { writeExample(digit); });
    example->setMenu(menu);
    auto* back = new QPushButton(icon(QStringLiteral("undo")), tr("Undo stroke"));
    back->setToolTip(tr("Takes back the last stroke (Ctrl+Z)"));
    back->setEnabled(false);
    buttons->addWidget(clearButton);
    buttons->addWidget(example);
    buttons->addStretch(1);
    buttons->addWidget(back);
    column->addLayout(buttons);
    column->addStretch(0);

    m_field->setPen(1);
    connect(tool, &SegmentedControl::currentChanged, m_field, [this](int index) { m_field->setErasing(index == 1); });
    connect(pen, &SliderRow::valueChanged, m_field, [this](int v) { m_field->setPen(float(v) / kPenSteps / 2); });
    connect(clearButton, &QPushButton::clicked, this, &DrawingPage::clear);
    connect(back, &QPushButton::clicked, &m_undo, &QUndoStack::undo);
    connect(&m_undo, &QUndoStack::canUndoChanged, back, &QWidget::setEnabled);
    connect(m_field, &DrawingField::strokeGrew, this, [this] { m_reader->setStrokes(m_field->strokes()); });
    connect(m_field, &DrawingField::strokeFinished, this, [this](const datasets::DrawnStroke& stroke) {
        datasets::DrawnStrokes all = m_strokes;
        all.push_back(stroke);
        edit(stroke.erases ? tr("Rub out") : tr("Draw a stroke"), std::move(all));
    });
    return panel;
}

QWidget* DrawingPage::makeSteps()
{
    QVBoxLayout* column = nullptr;
    auto* panel = makePanel(column);
    column->addWidget(new TextLabel(tr("How it becomes an input"), TextRole::Heading));
    m_stepsHint =
        new TextLabel(tr("The steps that made MNIST. Leave one out and watch."), TextRole::Body, ColorRole::Text2);
    m_stepsHint->setWordWrap(true);
    column->addWidget(m_stepsHint);
    m_stepStrokes = new StepRow(tr("1. Strokes"), false);
    m_stepCrop = new StepRow(tr("2. Crop"), true);
    m_stepScale = new StepRow(tr("3. Scale"), true);
    m_stepCentre = new StepRow(tr("4. Centre"), true);
    m_stepStrokes->setText(tr("28\u00d728 fields, ink between 0 and 1"));
    m_stepScale->setText(tr("longest side to 20 fields, shape kept"));
    m_stepCentre->picture()->setGuides(true);
    for (StepRow* step : {m_stepStrokes, m_stepCrop, m_stepScale, m_stepCentre}) {
        column->addWidget(step);
        connect(step, &StepRow::toggled, this, [this] {
            m_reader->setSteps({m_stepCrop->isOn(), m_stepScale->isOn(), m_stepCentre->isOn()});
        });
    }
    column->addWidget(new Hairline);
    auto* what = new QHBoxLayout;
    what->setSpacing(scaled(12));
    auto* texts = new QVBoxLayout;
    texts->setSpacing(0);
    texts->addWidget(new TextLabel(tr("What if"), TextRole::SectionBold));
    m_inputText = new TextLabel({}, TextRole::Small, ColorRole::Text2);
    m_inputText->setWordWrap(true);
    texts->addWidget(m_inputText);
    texts->addStretch(1);
    what->addLayout(texts, 1);
    m_input = new ValuePicture(58);
    m_input->setAccessibleName(tr("Input of the network"));
    what->addWidget(m_input);
    column->addLayout(what);
    const auto fields = [](int v) { return fieldsText(v); };
    m_rotate = new SliderRow(tr("Rotate"), -90, 90, 0, [](int v) { return fieldsText(v) + QChar(0xb0); });
    m_right = new SliderRow(tr("Shift right"), -14, 14, 0, fields);
    m_down = new SliderRow(tr("Shift down"), -14, 14, 0, fields);
    m_noise = new SliderRow(tr("Noise"), 0, 100, 0, [](int v) { return tr("%1 %").arg(v); });
    m_hide = new SliderRow(tr("Hide below"), 0, 28, 0, [](int v) { return tr("%1 rows").arg(v); });
    for (SliderRow* slider : {m_rotate, m_right, m_down, m_noise, m_hide}) {
        column->addWidget(slider);
        connect(slider, &SliderRow::valueChanged, this, [this] {
            m_reader->setWhatIf(
                {m_rotate->value(), m_right->value(), m_down->value(), m_noise->value(), m_hide->value()});
        });
    }
    column->addStretch(1);
    return panel;
}

QWidget* DrawingPage::makeReading()
{
    QVBoxLayout* column = nullptr;
    auto* panel = makePanel(column);
    auto* head = new QHBoxLayout;
    auto* texts = new QVBoxLayout;
    texts->setSpacing(0);
    texts->addWidget(new TextLabel(tr("Reads it as"), TextRole::Heading));
    m_second = new TextLabel({}, TextRole::Body, ColorRole::Text2);
    m_second->setWordWrap(true);
    texts->addWidget(m_second);
    head->addLayout(texts, 1);
    m_why = new QPushButton(tr("Why?"));
    m_why->setToolTip(tr("What in the drawing speaks for this answer, or for another one"));
    connect(m_why, &QPushButton::clicked, this, &DrawingPage::whyRequested);
    head->addWidget(m_why, 0, Qt::AlignTop);
    m_answer = new ElidedLabel({}, TextRole::Display);
    m_answer->setFixedHeight(lineHeight(TextRole::Display));
    head->addWidget(m_answer);
    column->addLayout(head);
    m_bars = new ClassBars;
    column->addWidget(m_bars);
    m_trouble = new TextLabel({}, TextRole::Reading, ColorRole::Text2);
    m_trouble->setWordWrap(true);
    column->addWidget(m_trouble);

    m_note = new ui::Panel(ui::Panel::Fill::WarningTint);
    auto* note = new QHBoxLayout(m_note);
    note->setContentsMargins(scaled(12), scaled(6), scaled(12), scaled(6));
    note->setSpacing(scaled(12));
    m_plainPicture = new ValuePicture(36);
    note->addWidget(m_plainPicture);
    m_plainText = new TextLabel;
    m_plainText->setTextFormat(Qt::PlainText); // rich text takes ten times as long, while training often
    m_plainText->setWordWrap(true);
    note->addWidget(m_plainText, 1);
    QSizePolicy policy = m_note->sizePolicy();
    policy.setRetainSizeWhenHidden(true); // nothing below jumps
    m_note->setSizePolicy(policy);
    column->addWidget(m_note);

    column->addWidget(new TextLabel(tr("Nearest training images, by pixels"), TextRole::Section));
    m_neighbours = new PictureStrip(58);
    m_neighbours->setAccessibleName(tr("Nearest training images"));
    column->addWidget(m_neighbours);
    column->addWidget(new TextLabel(tr("On its way"), TextRole::Section));
    m_way = new PictureStrip(58);
    m_way->setAccessibleName(tr("Maps on its way"));
    column->addWidget(m_way);
    column->addStretch(1);
    return panel;
}

QString DrawingPage::reading() const
{
    return m_answer->text();
}

void DrawingPage::edit(const QString& text, datasets::DrawnStrokes strokes)
{
    m_undo.push(new StrokesCommand(
        text, [this](const datasets::DrawnStrokes& s) { setStrokes(s); }, m_strokes, std::move(strokes)));
}

void DrawingPage::setStrokes(const datasets::DrawnStrokes& strokes)
{
    m_strokes = strokes;
    m_field->setStrokes(strokes);
    m_reader->setStrokes(m_field->strokes());
}

void DrawingPage::writeExample(int digit)
{
    edit(tr("Write a %1").arg(digit), exampleStrokes(digit, m_examples++));
}

void DrawingPage::clear()
{
    if (!m_strokes.empty())
        edit(tr("Clear the drawing"), {});
}

void DrawingPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_reader->setWatched(true);
}

void DrawingPage::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    m_reader->setWatched(false);
}

void DrawingPage::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    setCompact(height() < scaled(kRoomyHeight));
}

void DrawingPage::setCompact(bool compact)
{
    for (QVBoxLayout* column : m_columns)
        column->setSpacing(scaled(compact ? 5 : 8));
    m_stepsHint->setVisible(!compact);
    for (StepRow* step : {m_stepStrokes, m_stepCrop, m_stepScale, m_stepCentre})
        step->setSide(compact ? 46 : 100);
    m_input->setSide(compact ? 40 : 58);
    m_bars->setFixedHeight(scaled(compact ? 170 : 260));
    m_plainPicture->setSide(compact ? 30 : 36);
    m_neighbours->setPictureHeight(compact ? 44 : 58);
    m_way->setPictureHeight(compact ? 34 : 58);
}

void DrawingPage::paintEvent(QPaintEvent*)
{
    QPainter(this).fillRect(rect(), Theme::current().canvas);
}

void DrawingPage::keyPressEvent(QKeyEvent* event)
{
    const int digit = event->key() - Qt::Key_0;
    if (digit >= 0 && digit <= 9 && !(event->modifiers() & ~Qt::KeypadModifier))
        writeExample(digit);
    else if (event->key() == Qt::Key_Delete || event->key() == Qt::Key_Backspace)
        clear();
    else
        QWidget::keyPressEvent(event);
}

void DrawingPage::showResult(const DrawingResult& result)
{
    m_field->setInkBox(result.ink);
    m_stepStrokes->picture()->setImage(result.strokes);
    m_stepCrop->picture()->setImage(result.cropped);
    m_stepScale->picture()->setImage(result.scaled);
    m_stepCentre->picture()->setImage(result.centred);
    m_input->setImage(result.input);
    const auto fields = [](int pixels) { return QLocale().toString(double(pixels) / datasets::kInkPerField, 'f', 1); };
    m_stepCrop->setText(result.ink.width() > 0 ? tr("to the box of the ink, %1\u00d7%2 fields")
                                                     .arg(fields(result.ink.height()), fields(result.ink.width()))
                                               : tr("to the box of the ink"));
    const QString across = result.right < 0 ? tr("%1 left").arg(-result.right) : tr("%1 right").arg(result.right);
    const QString along = result.down < 0 ? tr("%1 up").arg(-result.down) : tr("%1 down").arg(result.down);
    m_stepCentre->setText(tr("centre of mass moved %1, %2").arg(across, along));
    const QString size = QString::fromStdString(engine::shapeText(result.shape));
    m_inputText->setText(
        result.converted
            ? tr("This network reads %1: the 28\u00d728 picture is resampled, each channel gets it.").arg(size)
            : tr("Done to the picture the network gets"));
    showReading(result);
}

void DrawingPage::showReading(const DrawingResult& result)
{
    const bool drawn = result.ink.width() > 0;
    const auto& reading = result.reading;
    const auto name = [&](int i) { return m_reader->className(i, reading.probabilities.size()); };
    const QString blocked = m_reader->controller()->blockedReason();
    const QString trouble = !result.trouble.isEmpty() ? result.trouble : blocked;
    m_trouble->setText(trouble);
    m_trouble->setVisible(!trouble.isEmpty());
    m_bars->setVisible(trouble.isEmpty());
    m_bars->setReading(reading, name);
    m_answer->setText(reading.best < 0 ? QString() : name(reading.best));
    QString second;
    if (reading.best >= 0) {
        second = tr("Next: %1, %2. Lead %3 points.")
                     .arg(name(reading.second), percentText(reading.secondCertainty),
                          QLocale().toString((reading.certainty - reading.secondCertainty) * 100, 'f', 1));
        if (!m_reader->controller()->shownWeights())
            second += QLatin1Char(' ') + tr("Not trained yet, so it guesses.");
    } else if (!drawn && trouble.isEmpty()) {
        second = tr("Draw with the mouse or a pen, or press a digit key for an example.");
    }
    m_second->setText(second);
    const bool read = drawn && reading.best >= 0 && !result.pixels.empty();
    m_why->setEnabled(read);
    Q_EMIT this->drawn(read ? std::make_shared<DrawnImage>(result.shape, result.pixels) : nullptr,
                       read ? reading.best : -1);
    m_field->setAccessibleDescription(
        !drawn             ? tr("empty")
        : reading.best < 0 ? tr("drawn")
                           : tr("read as %1, %2 sure").arg(name(reading.best), percentText(reading.certainty)));
    if (reading.best < 0 || m_reader->steps() == datasets::MnistSteps{false, false, false})
        m_note->hide();
    if (!drawn && !m_nearest.empty()) {
        m_nearest.clear();
        showNeighbours();
    }
    QList<std::pair<QImage, QString>> way;
    for (const WayPicture& layer : result.way) {
        const QImage& maps = layer.maps.atlas;
        const int each = layer.maps.count > 0 ? maps.width() / layer.maps.count : 0;
        way.append({maps.copy(0, 0, each * std::min(layer.maps.count, 2), maps.height()),
                    QString::fromStdString(layer.layer)});
    }
    m_way->setPictures(way);
}

void DrawingPage::showPlain(const PlainReading& plain)
{
    if (m_answer->text().isEmpty() || plain.reading.best < 0)
        return;
    m_plainPicture->setImage(plain.input);
    m_plainText->setText(tr("Without steps 2 to 4 the same strokes are read as %1, %2 sure.")
                             .arg(m_reader->className(plain.reading.best, plain.reading.probabilities.size()),
                                  percentText(plain.reading.certainty, 0)));
    m_note->show();
}

void DrawingPage::showNeighbours()
{
    QList<std::pair<QImage, QString>> pictures;
    const auto& images = m_reader->controller()->data().train;
    for (const Neighbour& n : m_nearest)
        pictures.append({inputPicture(n.pixels, images->imageShape(), Theme::current()),
                         n.label < 0 ? QString() : m_reader->className(n.label, images->classNames().size())});
    m_neighbours->setPictures(pictures);
}

} // namespace convarium::ui
