#include "ui/inside/number_view.h"

#include "ui/inside/calculation_lines.h"
#include "ui/inside/number_map.h"
#include "ui/inside/number_service.h"
#include "ui/inside/operand_list.h"
#include "ui/inside/sum_chart.h"
#include "ui/inside/update_panel.h"
#include "ui/inside/value_grid.h"
#include "ui/theme/colormap.h"
#include "ui/theme/widgets.h"
#include "ui/training/map_pictures.h"

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
    if (model.isChoice)
        return QObject::tr("Taken: %1").arg(numberText(model.sum));
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

} // namespace

void NumberView::open(engine::NodeId node, std::int64_t element)
{
    if (node != m_node) {
        m_node = node;
        m_weight = -1;
        m_tensor = "weight";
        m_list->setCurrent(0);
    }
    m_forward = element;
    m_backward = m_loss = -1;
    m_result = {};
    m_model = {};
    setWindowTitle(tr("Number"));
    {
        const QSignalBlocker blocker(m_modes);
        m_modes->setCurrentIndex(static_cast<int>(NumberMode::Forward));
    }
    m_mode = NumberMode::Forward;
    ask();
}

std::int64_t& NumberView::element()
{
    switch (m_mode) {
    case NumberMode::Forward: break;
    case NumberMode::Backward: return m_backward;
    case NumberMode::Update: return m_weight;
    case NumberMode::Loss: return m_loss;
    }
    return m_forward;
}

/// Backwards and for an update one begins in the middle of the patch that is looked at.
void NumberView::setMode(NumberMode mode)
{
    if (mode == m_mode)
        return;
    setSliding(false);
    if (m_mode == NumberMode::Forward && m_loss < 0)
        m_loss = m_forward;
    if (m_mode == NumberMode::Forward && !m_model.groups.empty()) {
        const NumberGroup& g = m_model.groups[static_cast<std::size_t>(m_list->current())];
        const NumberCell& c = g.cells[g.cells.size() / 2];
        if (c.used && g.input < static_cast<int>(m_result.inputs.size())) {
            const NumberMaps& in = m_result.inputs[static_cast<std::size_t>(g.input)];
            m_backward = (static_cast<std::int64_t>(g.map) * in.height() + c.row) * in.width() + c.column;
        }
        for (const engine::Term& t : m_result.steps.front().explanation.terms) {
            const engine::Operand* weight = nullptr;
            bool here = false;
            for (const engine::Factor& f : t.factors) {
                if (f.kind != engine::Factor::Kind::Operand)
                    continue;
                if (f.operand.of == engine::OperandOf::LayerTensor)
                    weight = &f.operand;
                here = here || (f.operand.of == engine::OperandOf::Input && f.operand.element == m_backward);
            }
            if (here && weight) {
                m_weight = weight->element;
                m_tensor = m_result.tensorKeys[static_cast<std::size_t>(weight->slot)].toStdString();
            }
        }
    }
    m_mode = mode;
    m_modes->setCurrentIndex(static_cast<int>(mode));
    ask();
}

void NumberView::ask()
{
    NumberRequest request;
    request.mode = m_mode;
    request.node = m_node;
    request.element = std::max<std::int64_t>(0, element());
    request.tensor = m_tensor;
    request.weight = std::max<std::int64_t>(0, m_weight);
    m_service->show(request);
}

/// Results of a question that was replaced meanwhile are of another mode or layer.
void NumberView::show(const NumberResult& result)
{
    if (result.request.node != m_node || result.request.mode != m_mode)
        return;
    m_result = result;
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
    element() = result.element;
    m_side->show();
    m_slide->setEnabled(!ThemeManager::instance().reducedMotion());
    if (m_mode == NumberMode::Update)
        m_result.shown = weightMaps(m_result.shown);
    showSide();
    if (m_mode == NumberMode::Update)
        showUpdate();
    else
        showNumber();
    setWindowTitle(where());
}

void NumberView::showNumber()
{
    m_pages->setCurrentIndex(NumbersPage);
    const bool ofLoss = m_result.ofLoss;
    const bool backward = m_mode == NumberMode::Backward && !ofLoss;
    const NumberStep& own = m_result.steps.front();
    const engine::Explanation& e = own.explanation;
    const std::vector<NumberMaps> maps = backward ? std::vector<NumberMaps>{m_result.outputGradient} : m_result.inputs;
    m_model = layOut(e, backward ? engine::OperandOf::OutputGradient : engine::OperandOf::Input, maps,
                     m_result.tensorShapes, m_result.tensorKeys);
    const std::vector<double> operands = m_model.operands();
    const bool activated = m_result.steps.size() == 2 && m_result.steps[1].function;
    m_digits = lineDigits(operands, m_model.sum,
                          activated ? m_result.steps[1].function : std::function<double(double)>(), m_result.value());

    m_title->setText(backward || ofLoss ? tr("Where the gradient %1 comes from").arg(numberText(m_result.value()))
                                        : tr("How %1 comes about").arg(numberText(m_result.value())));
    const QLocale locale;
    const auto groups = static_cast<int>(m_model.groups.size());
    m_listTitle->setText(maps.size() == 1 ? tr("%1: %2").arg(maps.front().name, sizeText(maps.front()))
                                          : tr("%1 inputs").arg(maps.size()));
    m_listLine->setText(m_model.isChoice ? tr("One number of the window is taken")
                        : groups == 0    ? tr("No map takes part")
                        : ofLoss         ? tr("What the loss %1 reads").arg(m_result.loss)
                        : m_model.hasFactors
                            ? tr("Patch times kernel, map by map. %1 of them.").arg(locale.toString(groups))
                            : tr("What each map adds. %1 of them.").arg(locale.toString(groups)));
    m_list->setModel(m_model, maps, m_digits.operands);
    showGroup(m_list->current());
    const QString unit = m_sum->unit().words();
    m_sumTitle->setText(unit.isEmpty() ? sumTitle(m_model) : tr("%1, bars %2").arg(sumTitle(m_model), unit));
    // The last function of one number, be it docked or the layer itself.
    const NumberStep& last = m_result.steps.back();
    m_curveBox->setVisible(last.function && m_mode == NumberMode::Forward);
    if (last.function) {
        double x = m_model.sum;
        if (m_result.steps.size() > 1)
            x = m_result.steps[m_result.steps.size() - 2].explanation.value;
        else if (!m_model.groups.empty())
            x = m_model.groups.front().cells.front().value;
        m_curveTitle->setText(tr("Activation: %1").arg(last.kind));
        m_curve->setFunction(last.function, x);
    }
    m_line->setText(oneLine(m_model, m_result.steps));
    QStringList parts;
    for (const NumberStep& s : m_result.steps)
        for (const CalculationLine& line : partLines(s.explanation, m_result.tensorKeys))
            parts << QStringLiteral("%1 = %2 = <b>%3</b>")
                         .arg(line.name.toHtmlEscaped(), line.calculation.toHtmlEscaped(), line.result);
    m_parts->setText(parts.join(QStringLiteral("&nbsp;&nbsp; ")));
    m_parts->setVisible(!parts.isEmpty());
    const double engine = static_cast<double>(last.engineValue);
    m_note->setText(
        ofLoss ? tr("Gradient of the loss %1 of this one image by what it reads. The engine has %2.")
                     .arg(m_result.loss, numberText(engine, decimalsFor(engine, 6)))
        : backward
            ? tr("Gradient of the loss of this one image, with running statistics and without dropout. The engine "
                 "has %1.")
                  .arg(numberText(engine, decimalsFor(engine, 6)))
            : tr("Terms: %1, added up in 64 bits; the engine computes in 32 bits and has %2.")
                  .arg(locale.toString(m_model.terms))
                  .arg(numberText(engine, decimalsFor(engine, 6))));
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
    const bool backward = m_mode == NumberMode::Backward && !m_result.ofLoss;
    const NumberMaps& maps = backward ? m_result.outputGradient : m_result.inputs[static_cast<std::size_t>(g.input)];
    const QRect place = g.place();
    const QString lines = maps.shape.isMaps() ? tr("map %1, rows %2 to %3, columns %4 to %5")
                                                    .arg(g.map + 1)
                                                    .arg(place.top() + 1)
                                                    .arg(place.bottom() + 1)
                                                    .arg(place.left() + 1)
                                                    .arg(place.right() + 1)
                                              : tr("numbers %1 to %2").arg(place.left() + 1).arg(place.right() + 1);
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
    switch (m_mode) {
    case NumberMode::Forward:
        m_mapTitle->setText(m_result.steps.size() > 1 ? tr("%1 after %2").arg(map, m_result.steps.back().kind) : map);
        break;
    case NumberMode::Loss:
    case NumberMode::Backward: m_mapTitle->setText(tr("Gradient by %1").arg(map)); break;
    case NumberMode::Update: m_mapTitle->setText(kernelName()); break;
    }
    m_mapLine->setText(tr("%1, arrow keys move the cell").arg(sizeText(shown)));
    m_scale->setScale(calmScale(shown.scale));
    const double value = m_mode == NumberMode::Update ? m_result.before.weight : m_result.value();
    const bool whole = m_mode == NumberMode::Forward && decimalsFor(value) == 0; // 123 stands as 123.4
    m_value->setText(whole ? numberText(value, 1) : numberText(value));
    m_place->setText(tr("row %1\ncolumn %2").arg(m_map->row() + 1).arg(m_map->column() + 1));
    m_fieldBox->setVisible(m_mode == NumberMode::Forward);
    m_field->setField(m_result.pixels, m_result.imageShape, m_result.field);
    m_fieldText->setText(tr("%1×%2 of the %3×%4 pixels can change this number.")
                             .arg(m_result.field.height())
                             .arg(m_result.field.width())
                             .arg(m_result.imageShape.height())
                             .arg(m_result.imageShape.width()));
}

/// Of the weights that are shown: which map they make of which.
QString NumberView::kernelName() const
{
    const auto key = QString::fromStdString(m_tensor);
    for (std::size_t i = 0; i < m_result.tensorKeys.size(); ++i)
        if (m_result.tensorKeys[i] == key && m_result.tensorShapes[i].rank() == 4) {
            const auto from = static_cast<int>(m_result.tensorShapes[i][1]);
            return from == 1
                       ? tr("Kernel of map %1").arg(m_map->map() + 1)
                       : tr("Kernel of map %1, for map %2").arg(m_map->map() / from + 1).arg(m_map->map() % from + 1);
        }
    return key;
}

void NumberView::chooseElement(std::int64_t chosen)
{
    element() = chosen;
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
        setMode(m_mode == NumberMode::Backward ? NumberMode::Forward : NumberMode::Backward);
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
