#include "ui/inside/number_view.h"

#include "ui/inside/calculation_lines.h"
#include "ui/inside/number_map.h"
#include "ui/inside/number_service.h"
#include "ui/inside/operand_list.h"
#include "ui/inside/reader_list.h"
#include "ui/inside/sum_chart.h"
#include "ui/inside/update_panel.h"
#include "ui/inside/value_grid.h"
#include "ui/theme/colormap.h"
#include "ui/theme/widgets.h"
#include "ui/training/map_pictures.h"

#include <QComboBox>
#include <QKeyEvent>
#include <QPushButton>
#include <QSpinBox>
#include <QStackedWidget>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

namespace
{

enum Page { NumbersPage, UpdatePage, MessagePage };

/// Weights as maps: one for each kernel; a matrix is one map, a row for each unit.
NumberMaps weightMaps(NumberMaps maps)
{
    const engine::Shape s = maps.shape;
    if (s.rank() == 4)
        maps.shape = {s[0] * s[1], s[2], s[3]};
    else if (s.rank() == 2)
        maps.shape = {1, s[0], s[1]};
    return maps;
}

/// An open list stays open while results stream in.
void setItems(QComboBox* box, const QStringList& items)
{
    while (box->count() > items.size())
        box->removeItem(box->count() - 1);
    for (int i = 0; i < items.size(); ++i)
        i < box->count() ? box->setItemText(i, items[i]) : box->addItem(items[i]);
}

QString sizeText(const NumberMaps& maps)
{
    const QLocale locale;
    return maps.shape.isMaps() ? QStringLiteral("%1×%2").arg(maps.height()).arg(maps.width())
                               : QObject::tr("%1 numbers").arg(locale.toString(maps.width()));
}

double largestOf(const NumberModel& model, double NumberCell::*member)
{
    double largest = 0;
    for (const NumberGroup& g : model.groups)
        for (const NumberCell& c : g.cells)
            if (c.used)
                largest = std::max(largest, std::abs(c.*member));
    return largest;
}

QString sumTitle(const NumberModel& model)
{
    if (model.isChoice) {
        std::ptrdiff_t numbers = 0;
        for (const NumberGroup& g : model.groups)
            numbers += std::count_if(g.cells.begin(), g.cells.end(), [](const NumberCell& c) { return c.used; });
        return QObject::tr("Taken: %1, one of %2")
            .arg(numberText(model.sum), QLocale().toString(static_cast<qlonglong>(numbers)));
    }
    if (!model.calculation.isEmpty())
        return QObject::tr("Result: %1").arg(numberText(model.sum));
    const QString maps =
        model.groups.size() == 1
            ? QObject::tr("Sum: 1 map")
            : QObject::tr("Sum: %1 maps").arg(QLocale().toString(static_cast<int>(model.groups.size())));
    if (model.extras.empty())
        return maps;
    return QObject::tr("%1 and %2")
        .arg(maps,
             model.extras.size() == 1 ? model.extras.front().name : QObject::tr("%1 more").arg(model.extras.size()));
}

/// "mean = sum of 49 terms = 0.12", one after the other, as rich text.
QString partsText(const engine::Explanation& explanation, const std::vector<QString>& tensorKeys)
{
    QStringList parts;
    for (const CalculationLine& line : partLines(explanation, tensorKeys))
        parts << QStringLiteral("%1 = %2 = <b>%3</b>")
                     .arg(line.name.toHtmlEscaped(), line.calculation.toHtmlEscaped(), line.result);
    return parts.join(QStringLiteral("&nbsp;&nbsp; "));
}

} // namespace

void NumberView::open(engine::NodeId node, std::int64_t element)
{
    Place place;
    place.node = node;
    place.forward = element;
    if (node == m_at.node) {
        place.tensor = m_at.tensor;
        place.weight = m_at.weight;
    } else {
        place.row = 0;
    }
    m_way.clear();
    m_assumedClass = -1;
    setWindowTitle(tr("Number"));
    go(place);
}

void NumberView::go(const Place& place)
{
    setSliding(false);
    m_at = place;
    m_result = {};
    m_model = {};
    m_back->setVisible(!m_way.empty());
    {
        const QSignalBlocker blocker(m_modes);
        m_modes->setCurrentIndex(static_cast<int>(place.mode));
    }
    ask();
}

/// One zoom: each number that is read leads to its own page.
void NumberView::openOperand(const NumberGroup& group, const NumberCell& cell)
{
    const NumberMaps& maps = mapsOf(group);
    if (maps.page.node == engine::kNoNode)
        return;
    Place place;
    place.mode = maps.page.mode;
    place.node = maps.page.node;
    place.input = maps.page.input;
    place.row = 0;
    place.forward = (static_cast<std::int64_t>(group.map) * maps.height() + cell.row) * maps.width() + cell.column;
    elementOf(place) = place.forward;
    m_at.row = m_list->current();
    m_way.push_back(m_at);
    go(place);
}

void NumberView::back()
{
    if (m_way.empty())
        return;
    const Place place = m_way.back();
    m_way.pop_back();
    const bool focused = m_back->hasFocus();
    go(place);
    if (focused && m_way.empty())
        m_map->setFocus(Qt::OtherFocusReason); // the button goes
}

std::int64_t& NumberView::elementOf(Place& place)
{
    switch (place.mode) {
    case NumberMode::Forward: break;
    case NumberMode::Backward: return place.backward;
    case NumberMode::Update: return place.weight;
    case NumberMode::Loss: return place.loss;
    }
    return place.forward;
}

/// On which the numbers of a group lie.
const NumberMaps& NumberView::mapsOf(const NumberGroup& group) const
{
    const bool backward = m_at.mode == NumberMode::Backward && !m_result.ofLoss;
    return backward ? m_result.outputGradient : m_result.inputs[static_cast<std::size_t>(group.input)];
}

/// Backwards and for an update one begins in the middle of the patch that is looked at.
void NumberView::setMode(NumberMode mode)
{
    if (mode == m_at.mode)
        return;
    setSliding(false);
    if (m_at.mode == NumberMode::Forward && m_at.loss < 0)
        m_at.loss = m_at.forward;
    if (m_at.mode == NumberMode::Forward && !m_model.groups.empty()) {
        const NumberGroup& g = m_model.groups[static_cast<std::size_t>(m_list->current())];
        const NumberCell& c = g.middle();
        if (c.used && g.input < static_cast<int>(m_result.inputs.size())) {
            const NumberMaps& in = m_result.inputs[static_cast<std::size_t>(g.input)];
            m_at.backward = (static_cast<std::int64_t>(g.map) * in.height() + c.row) * in.width() + c.column;
            m_at.input = static_cast<std::size_t>(g.input);
            m_at.reader = -1;
        }
        for (const engine::Term& t : m_result.steps.front().explanation.terms) {
            const engine::Operand* weight = nullptr;
            bool here = false;
            for (const engine::Factor& f : t.factors) {
                if (f.kind != engine::Factor::Kind::Operand)
                    continue;
                if (f.operand.of == engine::OperandOf::LayerTensor)
                    weight = &f.operand;
                here = here || (f.operand.of == engine::OperandOf::Input && f.operand.element == m_at.backward);
            }
            if (here && weight) {
                m_at.weight = weight->element;
                m_at.tensor = m_result.tensorKeys[static_cast<std::size_t>(weight->slot)].toStdString();
            }
        }
    }
    m_at.mode = mode;
    m_modes->setCurrentIndex(static_cast<int>(mode));
    ask();
}

void NumberView::ask()
{
    NumberRequest request;
    request.mode = m_at.mode;
    request.node = m_at.node;
    request.element = std::max<std::int64_t>(0, elementOf(m_at));
    request.input = m_at.input;
    request.training = m_training->currentIndex() == 1;
    request.batchImage = m_image->value() - 1;
    request.assumedClass = m_assumedClass;
    request.reader = m_at.mode == NumberMode::Backward ? m_at.reader : -1;
    request.tensor = m_at.tensor;
    request.weight = std::max<std::int64_t>(0, m_at.weight);
    m_service->show(request);
}

/// Results of a question that was replaced meanwhile are of another mode or layer.
void NumberView::show(const NumberResult& result)
{
    if (result.request.node != m_at.node || result.request.mode != m_at.mode)
        return;
    m_result = result;
    showOptions();
    m_modes->setSegmentEnabled(static_cast<int>(NumberMode::Loss), result.meetsLoss,
                               result.meetsLoss ? tr("What the loss sends back to this number")
                                                : tr("Only the numbers of the last layer enter the loss"));
    if (!result.error.isEmpty()) {
        m_model = {};
        m_title->setText(tr("No number here"));
        m_message->setText(result.error);
        m_pages->setCurrentIndex(MessagePage);
        m_side->hide();
        m_slide->setEnabled(false);
        setWindowTitle(where());
        return;
    }
    elementOf(m_at) = result.element;
    m_side->show();
    m_slide->setEnabled(!ThemeManager::instance().reducedMotion());
    if (m_at.mode == NumberMode::Update)
        m_result.shown = weightMaps(m_result.shown);
    showSide();
    if (m_at.mode == NumberMode::Update)
        showUpdate();
    else
        showNumber();
    setWindowTitle(where());
}

void NumberView::showNumber()
{
    m_pages->setCurrentIndex(NumbersPage);
    const bool ofLoss = m_result.ofLoss;
    const bool backward = m_at.mode == NumberMode::Backward && !ofLoss;
    const NumberStep& own = m_result.steps.front();
    const engine::Explanation& e = own.explanation;
    const std::vector<NumberMaps> maps = backward ? std::vector<NumberMaps>{m_result.outputGradient} : m_result.inputs;
    m_model = layOut(e, backward ? engine::OperandOf::OutputGradient : engine::OperandOf::Input, maps,
                     m_result.tensorShapes, m_result.tensorKeys, m_result.image);
    const std::vector<double> operands = m_model.operands();
    const bool activated = m_result.steps.size() == 2 && m_result.steps[1].function;
    m_digits =
        lineDigits(operands, m_model.sum, activated ? m_result.steps[1].function : std::function<double(double)>(),
                   activated ? m_result.value() : m_model.sum);
    showReaders();

    m_title->setText(m_at.mode == NumberMode::Loss
                         ? tr("Loss %1, gradient %2").arg(numberText(m_result.meanLoss), numberText(m_result.value()))
                     : backward || ofLoss ? tr("Where the gradient %1 comes from").arg(numberText(m_result.value()))
                                          : tr("How %1 comes about").arg(numberText(m_result.value())));
    const QLocale locale;
    const auto groups = static_cast<int>(m_model.groups.size());
    m_listTitle->setText(maps.size() == 1 ? tr("%1: %2").arg(maps.front().name, sizeText(maps.front()))
                                          : tr("%1 inputs").arg(maps.size()));
    m_list->setModel(m_model, maps, m_digits.operands);
    const QString count = locale.toString(groups), inUnits = m_list->unit().words();
    const QString all = inUnits.isEmpty() ? count : tr("%1, %2").arg(count, inUnits);
    m_listLine->setText(m_model.isChoice && groups > 1 ? tr("One number of the inputs is taken")
                        : m_model.isChoice             ? tr("One number of the window is taken")
                        : groups == 0                  ? tr("No map takes part")
                        : ofLoss                       ? tr("What the loss %1 reads").arg(m_result.loss)
                        : m_model.hasFactors           ? tr("Patch times kernel, map by map: %1").arg(all)
                                                       : tr("What each map adds: %1").arg(all));
    if (m_at.row >= 0)
        m_list->setCurrent(m_at.row);
    m_at.row = -1;
    showGroup(m_list->current());
    const QString unit = m_sum->unit().words();
    const QString share = shareName();
    const QString sum = share.isEmpty() ? sumTitle(m_model) : tr("%1. %2").arg(share, sumTitle(m_model));
    m_sumTitle->setText(unit.isEmpty() ? sum : tr("%1, bars %2").arg(sum, unit));
    // The last function of one number, be it docked or the layer itself.
    const NumberStep& last = m_result.steps.back();
    m_curveBox->setVisible(last.function && m_at.mode == NumberMode::Forward);
    if (last.function) {
        double x = m_model.sum;
        if (m_result.steps.size() > 1)
            x = m_result.steps[m_result.steps.size() - 2].explanation.value;
        else if (!m_model.groups.empty())
            x = m_model.groups.front().cells.front().value;
        m_curveTitle->setText(tr("Activation: %1").arg(last.kind));
        m_curve->setFunction(last.function, x);
    }
    const QString line = oneLine(m_model, m_result.steps);
    const QString of = !share.isEmpty() ? share : ofLoss ? tr("Gradient") : QString();
    m_line->setText(of.isEmpty() ? line : tr("%1: %2").arg(of.toHtmlEscaped(), line));
    showLoss();
    QStringList parts;
    for (const NumberStep& s : m_result.steps)
        if (const QString text = partsText(s.explanation, s.tensorKeys); !text.isEmpty())
            parts << text;
    m_parts->setText(parts.join(QStringLiteral("&nbsp;&nbsp; ")));
    m_parts->setVisible(!parts.isEmpty());
    const double engine =
        static_cast<double>(m_result.gradient.shares.empty() ? last.engineValue : m_result.gradient.engineValue);
    const QString has = numberText(engine, decimalsFor(engine, 6));
    const QString whole = m_result.training ? tr("the mean loss of the batch") : tr("the loss of this one image");
    m_note->setText((ofLoss
                         ? tr("Gradient of %1, %2, by what it reads. The engine has %3.").arg(whole, m_result.loss, has)
                     : backward ? tr("Gradient of %1. The engine has %2.").arg(whole, has)
                                : tr("Terms: %1, added up in 64 bits; the engine computes in 32 bits and has %2.")
                                      .arg(locale.toString(m_model.terms), has)) +
                    assumption() + circumstances());
}

QString NumberView::assumption() const
{
    if (m_result.classes.isEmpty())
        return {};
    const QString assumed = m_result.classes[m_result.assumedClass].toHtmlEscaped();
    return m_result.assumesMask
               ? tr(" The drawing has no mask: its bright pixels count as %1, the others as background.").arg(assumed)
               : tr(" The drawing has no class: this is so if it were %1.").arg(assumed);
}

QString NumberView::circumstances() const
{
    const engine::TrainingDifferences& d = m_result.differences;
    QString text;
    if (!d.any())
        return text;
    const QLocale locale;
    if (!m_result.training)
        return d.statistics && d.masks ? tr(" With running statistics and without dropout.")
               : d.statistics          ? tr(" With running statistics.")
                                       : tr(" Without dropout.");
    text = tr(" Image %1 of the %2 of step %3, which training does next.")
               .arg(locale.toString(static_cast<qlonglong>(m_result.image + 1)),
                    locale.toString(static_cast<qlonglong>(m_result.images)),
                    locale.toString(static_cast<qlonglong>(m_result.step)));
    if (d.statistics)
        text += tr(" Mean and variance are those of this batch.");
    if (d.masks)
        text += tr(" Dropout keeps what counting from seed %1 gives for this step.")
                    .arg(static_cast<qulonglong>(m_result.request.config.seed));
    return text;
}

void NumberView::showOptions()
{
    const bool several = m_result.sources.size() > 1;
    const bool differs = m_result.differences.any() && m_at.mode != NumberMode::Update;
    m_inputBox->setVisible(several);
    m_training->setVisible(differs);
    m_imageBox->setVisible(differs && m_result.training);
    m_classBox->setVisible(!m_result.classes.isEmpty());
    m_options->setVisible(several || differs || !m_result.classes.isEmpty());
    showClasses();
    if (m_result.training) {
        const QSignalBlocker blocker(m_image);
        m_image->setMaximum(static_cast<int>(m_result.images));
        m_image->setValue(static_cast<int>(m_result.image) + 1);
    }
    QStringList names;
    for (const QString& source : m_result.sources)
        names << (names.contains(source) ? tr("%1, input %2").arg(source).arg(names.size() + 1) : source);
    setItems(m_inputs, names);
    m_inputs->setCurrentIndex(m_result.input);
}

void NumberView::showClasses()
{
    if (m_result.classes.isEmpty())
        return;
    setItems(m_class,
             QStringList(tr("%1, as it is read").arg(m_result.classes[m_result.readClass])) + m_result.classes);
    m_class->setCurrentIndex(m_assumedClass < m_result.classes.size() ? m_assumedClass + 1 : 0);
}

/// A value that several layers read gets a gradient from each of them.
void NumberView::showReaders()
{
    const NumberGradient& g = m_result.gradient;
    const bool several = g.shares.size() > 1;
    if (several) {
        m_readersTitle->setText(tr("Read %1 times: sum %2").arg(g.shares.size()).arg(numberText(g.value)));
        m_readers->setGradient(g);
        m_shares->setText(sharesLine(g));
    }
    m_readersBox->setVisible(several);
    m_shares->setVisible(several);
}

/// The loss itself: what it makes of the numbers whose gradient is shown.
void NumberView::showLoss()
{
    for (TextLabel* label : {m_lossLine, m_lossParts})
        label->setVisible(m_result.ofLoss);
    if (!m_result.ofLoss)
        return;
    const QLocale locale;
    const engine::Explanation& e = m_result.lossValue;
    const auto text = [](double value) { return QStringLiteral("<b>%1</b>").arg(numberText(value)); };
    QString line = tr("Loss: %1 = %2").arg(calculationText(e, m_result.tensorKeys).toHtmlEscaped(), text(e.value));
    if (m_result.lossTerms > 1)
        line += tr(", a part of the mean over %1, %2")
                    .arg(locale.toString(static_cast<qlonglong>(m_result.lossTerms)), text(m_result.meanLoss));
    m_lossLine->setText(
        line + tr("; the engine has %1").arg(numberText(m_result.engineLoss, decimalsFor(m_result.engineLoss, 6))));
    m_lossParts->setText(partsText(e, m_result.tensorKeys));
}

/// "Share of Conv2D C3" where there are others.
QString NumberView::shareName() const
{
    const NumberGradient& g = m_result.gradient;
    return g.shares.size() > 1 ? tr("Share of %1").arg(g.shares[static_cast<std::size_t>(g.reader)].name) : QString();
}

void NumberView::showGroup(int row)
{
    if (m_model.groups.empty()) {
        for (ValueGrid* grid : {m_values, m_factors, m_products})
            grid->setGroup({}, {}, {}, 1);
        m_sum->setModel(m_model, -1);
        return;
    }
    const NumberGroup& g =
        m_model.groups[static_cast<std::size_t>(std::clamp(row, 0, static_cast<int>(m_model.groups.size()) - 1))];
    const bool backward = m_at.mode == NumberMode::Backward && !m_result.ofLoss;
    const NumberMaps& maps = mapsOf(g);
    const QRect place = g.place();
    const QString lines = maps.shape.isMaps() ? tr("map %1, rows %2 to %3, columns %4 to %5")
                                                    .arg(g.map + 1)
                                                    .arg(place.top() + 1)
                                                    .arg(place.bottom() + 1)
                                                    .arg(place.left() + 1)
                                                    .arg(place.right() + 1)
                                              : tr("numbers %1 to %2").arg(place.left() + 1).arg(place.right() + 1);
    m_values->setOpens(maps.page.node == engine::kNoNode ? QString()
                       : backward                        ? tr("Click: where this gradient comes from")
                                                         : tr("Click: how this number comes about"));
    m_values->setGroup(g, backward ? tr("Gradients") : m_result.ofLoss ? tr("Read") : tr("Patch"), lines, maps.scale);
    const bool factors = m_model.hasFactors && !m_model.isChoice;
    for (QWidget* w : std::initializer_list<QWidget*>{m_times, m_factors, m_equals, m_products})
        w->setVisible(factors);
    m_factors->setGroup(g, m_result.ofLoss ? tr("Factor") : tr("Kernel"), tr("what each number is multiplied by"),
                        largestOf(m_model, &NumberCell::factor));
    m_products->setGroup(g, tr("Products"),
                         tr("%1 products, sum %2")
                             .arg(std::count_if(g.cells.begin(), g.cells.end(), [](const auto& c) { return c.used; }))
                             .arg(numberText(g.subtotal, m_digits.operands)),
                         largestOf(m_model, &NumberCell::product));
    m_sum->setModel(m_model, row);
}

void NumberView::showUpdate()
{
    m_pages->setCurrentIndex(UpdatePage);
    const double before = m_result.before.weight, after = m_result.update.weight.value;
    m_title->setText(tr("The next step moves this weight by %1").arg(numberText(after - before)));
    m_update->setResult(m_result);
}

void NumberView::showSide()
{
    const NumberMaps& shown = m_result.shown;
    m_map->setMaps(shown, m_result.element);
    const int maps = shown.maps();
    {
        const QSignalBlocker blocker(m_mapNumber);
        m_mapNumber->setRange(1, maps);
        m_mapNumber->setValue(m_map->map() + 1);
    }
    m_mapNumber->setVisible(maps > 1);
    const QString map = maps > 1 ? tr("%1, map %2").arg(shown.name).arg(m_map->map() + 1) : shown.name;
    switch (m_at.mode) {
    case NumberMode::Forward:
        m_mapTitle->setText(m_result.steps.size() > 1 ? tr("%1 after %2").arg(map, m_result.steps.back().kind) : map);
        break;
    case NumberMode::Loss:
    case NumberMode::Backward: m_mapTitle->setText(tr("Gradient by %1").arg(map)); break;
    case NumberMode::Update: m_mapTitle->setText(kernelName()); break;
    }
    m_mapLine->setText(tr("%1, arrow keys move the cell").arg(sizeText(shown)));
    m_scale->setScale(calmScale(shown.scale));
    const double value = m_at.mode == NumberMode::Update ? m_result.before.weight : m_result.value();
    const bool whole = m_at.mode == NumberMode::Forward && decimalsFor(value) == 0; // 123 stands as 123.4
    m_value->setText(whole ? numberText(value, 1) : numberText(value));
    m_place->setText(tr("row %1\ncolumn %2").arg(m_map->row() + 1).arg(m_map->column() + 1));
    m_fieldBox->setVisible(m_at.mode == NumberMode::Forward);
    if (m_at.mode != NumberMode::Forward)
        return;
    m_field->setField(m_result.pixels, m_result.imageShape, m_result.field);
    const QString sees = tr("%1×%2 of the %3×%4 pixels can change this number.")
                             .arg(m_result.field.height())
                             .arg(m_result.field.width())
                             .arg(m_result.imageShape.height())
                             .arg(m_result.imageShape.width());
    m_fieldText->setText(m_result.seesBatch ? sees + tr(" By mean and variance so can every image of the batch.")
                                            : sees);
}

/// Of the weights that are shown: which map they make of which.
QString NumberView::kernelName() const
{
    const auto key = QString::fromStdString(m_at.tensor);
    for (std::size_t i = 0; i < m_result.tensorKeys.size(); ++i)
        if (m_result.tensorKeys[i] == key && m_result.tensorShapes[i].rank() == 4) {
            const auto from = static_cast<int>(m_result.tensorShapes[i][1]);
            return from == 1
                       ? tr("Kernel of map %1").arg(m_map->map() + 1)
                       : tr("Kernel, map %2 \u2192 map %1").arg(m_map->map() / from + 1).arg(m_map->map() % from + 1);
        }
    return key;
}

void NumberView::chooseElement(std::int64_t chosen)
{
    elementOf(m_at) = chosen;
    ask();
}

/// The same place of another map.
void NumberView::chooseMap(int map)
{
    const NumberMaps& shown = m_result.shown;
    const std::int64_t count = static_cast<std::int64_t>(shown.height()) * shown.width();
    if (count > 0)
        chooseElement(map * count + m_result.element % count);
}

void NumberView::setSliding(bool on)
{
    const QSignalBlocker blocker(m_slide);
    m_slide->setChecked(on);
    m_slide->setText(on ? tr("Stop sliding") : tr("Slide the kernel"));
    on ? m_slider.start() : m_slider.stop();
}

void NumberView::slide()
{
    const NumberMaps& shown = m_result.shown;
    const std::int64_t count = static_cast<std::int64_t>(shown.height()) * shown.width();
    if (count > 0)
        chooseElement(m_result.element / count * count + (m_result.element + 1) % count);
}

QString NumberView::where() const
{
    QStringList way{m_result.title};
    if (!m_result.error.isEmpty() || m_result.shown.values.empty())
        return way.first();
    if (m_result.shown.maps() > 1)
        way << tr("map %1").arg(m_map->map() + 1);
    way << tr("row %1, column %2").arg(m_map->row() + 1).arg(m_map->column() + 1);
    return way.join(QStringLiteral(" \u203a "));
}

void NumberView::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_B && event->modifiers() == Qt::NoModifier)
        setMode(m_at.mode == NumberMode::Backward ? NumberMode::Forward : NumberMode::Backward);
    else
        QWidget::keyPressEvent(event);
}

void NumberView::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    setSliding(false);
    m_service->stop();
}

} // namespace convarium::ui
