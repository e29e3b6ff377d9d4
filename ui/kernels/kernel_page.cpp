#include "ui/kernels/kernel_page.h"

#include "engine/layers/layer.h"
#include "engine/train/kept_weights.h"
#include "ui/document/edit_texts.h"
#include "ui/document/project_document.h"
#include "ui/inside/number_text.h"
#include "ui/kernels/kernel_arrows.h"
#include "ui/kernels/kernel_model.h"
#include "ui/kernels/kernel_patterns.h"
#include "ui/kernels/kernel_table.h"
#include "ui/theme/colormap.h"
#include "ui/training/map_grid.h"
#include "ui/training/map_service.h"
#include "ui/training/training_controller.h"
#include "ui/training/weight_edits.h"

#include <QCheckBox>
#include <QGridLayout>
#include <QLocale>
#include <QSpinBox>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <numeric>

namespace convarium::ui
{

namespace
{

constexpr int kChoicesWidth = 276, kPicture = 168, kLargestMap = 84;

QVBoxLayout* columnOf(QWidget* panel)
{
    auto* column = new QVBoxLayout(panel);
    column->setContentsMargins(scaled(16), scaled(12), scaled(16), scaled(12));
    column->setSpacing(scaled(8));
    return column;
}

QSpinBox* chooser(const QString& name)
{
    auto* box = new QSpinBox;
    box->setAccessibleName(name);
    box->setRange(1, 1);
    box->setFixedWidth(scaled(80));
    return box;
}

QWidget* choiceRow(const QString& name, QSpinBox* box, TextLabel* count)
{
    auto* row = new QWidget;
    auto* line = rowIn(row, scaled(8));
    auto* label = new TextLabel(name);
    label->setFixedWidth(scaled(84));
    label->setBuddy(box);
    line->addWidget(label);
    line->addWidget(box);
    line->addWidget(count, 1);
    return row;
}

} // namespace

KernelPage::KernelPage(ProjectDocument* document, MapService* maps, QWidget* parent)
    : QScrollArea(parent), m_document(document), m_maps(maps), m_model(new KernelModel(this)),
      m_table(new KernelTable(m_model)), m_title(new TextLabel({}, TextRole::Heading)),
      m_size(new TextLabel({}, TextRole::Body, ColorRole::Text2))
{
    setAccessibleName(QStringLiteral("Kernels"));
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    auto* content = new ui::Panel(ui::Panel::Fill::Canvas);
    auto* row = new QHBoxLayout(content);
    row->setContentsMargins(scaled(16), scaled(12), scaled(16), scaled(12));
    row->setSpacing(scaled(12));
    row->addWidget(makeChoices());
    row->addWidget(makeTable(), 5);
    row->addWidget(makeMaps(), 5);
    setWidget(content);
    setFocusProxy(m_table);

    connect(m_filter, &QSpinBox::valueChanged, maps, [maps](int filter) { maps->setMap(filter - 1); });
    connect(m_input, &QSpinBox::valueChanged, this, &KernelPage::showKernel);
    connect(m_grid, &MapGrid::mapSelected, m_filter, [this](int map) { m_filter->setValue(map + 1); });
    connect(m_arrows, &KernelArrows::kernelChosen, this, [this](int filter, int input) {
        m_input->setValue(input + 1);
        m_filter->setValue(filter + 1);
    });
    connect(m_model, &KernelModel::edited, this, &KernelPage::setCell);
    connect(m_model, &KernelModel::refused, this, &KernelPage::refuse);
    connect(maps, &MapService::mapsReady, this, &KernelPage::showResult);
    connect(maps, &MapService::unavailable, this, [this](const QString& reason) {
        m_unavailable = reason;
        showState();
    });
    connect(maps->controller(), &TrainingController::stateChanged, this, &KernelPage::showState);
    connect(maps->controller(), &TrainingController::networkChanged, this, &KernelPage::showState);
    showState();
}

KernelPage::~KernelPage()
{
    m_maps->disconnect(this);
    m_maps->controller()->disconnect(this);
}

QWidget* KernelPage::makeChoices()
{
    auto* panel = new ui::Panel(ui::Panel::Fill::Surface, true);
    panel->setFixedWidth(scaled(kChoicesWidth));
    auto* column = columnOf(panel);
    column->addWidget(m_title);
    m_size->setWordWrap(true);
    column->addWidget(m_size);
    m_filter = chooser(QStringLiteral("Filter"));
    m_filters = new TextLabel({}, TextRole::Body, ColorRole::Text3);
    column->addWidget(choiceRow(tr("Filter"), m_filter, m_filters));
    m_input = chooser(QStringLiteral("Input map"));
    m_inputs = new TextLabel({}, TextRole::Body, ColorRole::Text3);
    m_inputRow = choiceRow(tr("Input map"), m_input, m_inputs);
    column->addWidget(m_inputRow);
    m_all = new QCheckBox(tr("Same for all input maps"));
    m_all->setToolTip(tr("What is written or chosen becomes the kernel of every input map of this filter"));
    column->addWidget(m_all);
    column->addSpacing(scaled(4));
    column->addWidget(new TextLabel(tr("Use as kernel"), TextRole::SectionBold));
    auto* buttons = new QGridLayout;
    buttons->setSpacing(scaled(6));
    const auto& patterns = kernelPatterns();
    for (int i = 0; i < static_cast<int>(patterns.size()); ++i) {
        auto* button = new QPushButton(patterns[static_cast<std::size_t>(i)].title);
        connect(button, &QPushButton::clicked, this, [this, i] { setPattern(i); });
        buttons->addWidget(button, i / 2, i % 2);
        m_patterns << button;
    }
    column->addLayout(buttons);
    column->addStretch(1);
    return panel;
}

QWidget* KernelPage::makeTable()
{
    auto* panel = new ui::Panel(ui::Panel::Fill::Surface, true);
    auto* column = columnOf(panel);
    auto* head = new QHBoxLayout;
    m_kernelTitle = new TextLabel({}, TextRole::SectionBold);
    head->addWidget(m_kernelTitle, 1);
    m_sum = new TextLabel({}, TextRole::Body, ColorRole::Text2);
    m_sum->setToolTip(tr("A blur keeps the brightness: its weights sum to 1. An edge finder's sum to 0."));
    head->addWidget(m_sum);
    column->addLayout(head);
    auto* hint = new TextLabel(tr("Arrow keys walk, typing or Enter edits, Delete writes zero. Ctrl+Z takes back."),
                               TextRole::Body, ColorRole::Text2);
    hint->setWordWrap(true);
    column->addWidget(hint);
    m_messageRow = new QWidget;
    auto* line = rowIn(m_messageRow, scaled(8));
    line->addWidget(new Sign(SignKind::Warning, 20), 0, Qt::AlignTop);
    m_message = new TextLabel;
    m_message->setWordWrap(true);
    m_message->setAccessibleName(QStringLiteral("Kernel message"));
    line->addWidget(m_message, 1);
    column->addWidget(m_messageRow);
    column->addWidget(m_table, 1);
    auto* foot = new QHBoxLayout;
    foot->addStretch(1);
    m_scale = new ScaleBar;
    foot->addWidget(m_scale);
    column->addLayout(foot);
    return panel;
}

QWidget* KernelPage::makeMaps()
{
    auto* panel = new ui::Panel(ui::Panel::Fill::Surface, true);
    auto* column = columnOf(panel);
    auto* pictures = new QGridLayout;
    pictures->setHorizontalSpacing(scaled(16));
    pictures->setVerticalSpacing(scaled(4));
    pictures->addWidget(new TextLabel(tr("Input image"), TextRole::SectionBold), 0, 0);
    m_mapTitle = new TextLabel({}, TextRole::SectionBold);
    pictures->addWidget(m_mapTitle, 0, 1);
    m_picture = new PixelPicture(kPicture);
    m_picture->setAccessibleName(QStringLiteral("Input image"));
    pictures->addWidget(m_picture, 1, 0);
    m_map = new PixelPicture(kPicture);
    m_map->setAccessibleName(QStringLiteral("Map of the filter"));
    pictures->addWidget(m_map, 1, 1);
    pictures->setColumnStretch(2, 1);
    column->addLayout(pictures);
    column->addSpacing(scaled(4));
    auto* head = new QHBoxLayout;
    auto* views = new SegmentedControl({tr("Maps"), tr("Channels and arrows")});
    views->setAccessibleName(QStringLiteral("View of the layer"));
    head->addWidget(views);
    head->addStretch(1);
    column->addLayout(head);
    m_viewHint = new TextLabel({}, TextRole::Body, ColorRole::Text2);
    m_viewHint->setWordWrap(true);
    column->addWidget(m_viewHint);
    m_grid = new MapGrid;
    m_grid->setAccessibleName(QStringLiteral("Maps of the filters"));
    m_grid->setLargestMap(kLargestMap);
    m_arrows = new KernelArrows;
    m_views = new QStackedWidget;
    m_views->addWidget(m_grid);
    m_views->addWidget(m_arrows);
    column->addWidget(m_views, 1);
    const auto show = [this](int view) {
        m_views->setCurrentIndex(view);
        m_viewHint->setText(view == 0 ? tr("Every filter makes a map. Click one to edit its filter.")
                                      : tr("A circle is a map, an arrow a kernel: thick where its weights are large, "
                                           "orange where they sum to more than zero, blue to less."));
        showArrows();
    };
    connect(views, &SegmentedControl::currentChanged, this, show);
    show(0);
    return panel;
}

bool KernelPage::hasKernels(const ProjectDocument& document, engine::NodeId node)
{
    const engine::Node* n = document.graph().node(node);
    const engine::LayerDescriptor* layer = n ? engine::findLayer(n->type) : nullptr;
    return layer && layer->hasKernels;
}

void KernelPage::open(engine::NodeId node)
{
    if (node != m_node) {
        m_node = node;
        m_result = {};
        const QSignalBlocker quiet(m_input);
        m_input->setValue(1);
    }
    setWindowTitle(tr("Kernels of %1").arg(label()));
    m_title->setText(windowTitle());
    m_unavailable.clear();
    m_maps->setNode(node);
    showResult(m_maps->latest());
    m_table->setCurrentIndex(m_model->index((m_model->rowCount() - 1) / 2, (m_model->columnCount() - 1) / 2));
}

QString KernelPage::label() const
{
    return shortLabel(m_document->graph(), m_node);
}

void KernelPage::showEvent(QShowEvent* event)
{
    QScrollArea::showEvent(event);
    m_maps->setWatched(this, true);
}

void KernelPage::hideEvent(QHideEvent* event)
{
    QScrollArea::hideEvent(event);
    m_maps->setWatched(this, false);
}

QString KernelPage::messageText() const
{
    return m_messageRow->isHidden() ? QString() : m_message->text();
}

void KernelPage::refuse(const QString& reason)
{
    m_message->setText(reason);
    m_messageRow->setVisible(!reason.isEmpty());
}

/// Says why nothing can be written, or that it can.
void KernelPage::showState()
{
    QString reason = m_maps->controller()->weightEditReason();
    if (!m_document->graph().node(m_node))
        reason = tr("This layer is not part of the network any more. Esc leads back to the canvas.");
    else if (reason.isEmpty())
        reason = m_unavailable;
    const bool writable = reason.isEmpty() && m_result.kernelCount > 0 && isCurrent();
    m_model->setEditable(writable);
    const KernelSize size{m_result.kernelHeight, m_result.kernelWidth, m_result.kernelCount};
    for (int i = 0; i < m_patterns.size(); ++i) {
        const KernelPattern& pattern = kernelPatterns()[static_cast<std::size_t>(i)];
        const bool fits = writable && pattern.make(size).has_value();
        m_patterns[i]->setEnabled(fits);
        m_patterns[i]->setToolTip(!writable ? reason
                                  : fits    ? pattern.help
                                            : tr("Needs a kernel of at least 3\u00d73."));
    }
    refuse(reason);
}

void KernelPage::showResult(const MapResult& result)
{
    if (result.node != m_node || result.kernelCount == 0 || !result.error.isEmpty())
        return;
    // What was computed before the last edit would show the old weights for a moment.
    const TrainingController& controller = *m_maps->controller();
    if (result.given != controller.shownWeights() && !controller.isActive() && m_result.node == m_node)
        return;
    const bool other = m_result.node != m_node || m_result.kernelCount != result.kernelCount ||
                       m_result.kernelHeight != result.kernelHeight || m_result.kernelWidth != result.kernelWidth ||
                       !m_unavailable.isEmpty();
    m_unavailable.clear();
    m_result = result;
    m_result.order.reset(); // filters are numbered as the layer has them
    const QLocale locale;
    {
        const QSignalBlocker quiet(m_filter), silent(m_input);
        m_filter->setRange(1, result.count);
        m_filter->setValue(result.map + 1);
        m_input->setRange(1, result.kernelCount);
    }
    m_filters->setText(tr("of %1").arg(locale.toString(result.count)));
    m_inputs->setText(tr("of %1").arg(locale.toString(result.kernelCount)));
    m_inputRow->setVisible(result.kernelCount > 1);
    m_all->setVisible(result.kernelCount > 1);
    m_size->setText(tr("%1 filters, each with %2 of %3\u00d7%4")
                        .arg(locale.toString(result.count),
                             result.kernelCount == 1 ? tr("one kernel") : tr("%1 kernels").arg(result.kernelCount))
                        .arg(result.kernelHeight)
                        .arg(result.kernelWidth));
    m_picture->setImage(result.input);
    m_map->setImage(result.atlas.copy(result.map % result.columns * result.width,
                                      result.map / result.columns * result.height, result.width, result.height));
    const engine::Node* docked = result.shown == result.node ? nullptr : m_document->graph().node(result.shown);
    const engine::LayerDescriptor* layer = docked ? engine::findLayer(docked->type) : nullptr;
    m_mapTitle->setText(layer ? tr("Map %1, after %2").arg(result.map + 1).arg(QString::fromStdString(layer->title))
                              : tr("Map %1").arg(result.map + 1));
    m_grid->setResult(m_result);
    showKernel();
    if (other || !m_model->isEditable())
        showState();
}

/// What is shown are weights of the network as it is now, not of one that has been edited a moment ago.
bool KernelPage::isCurrent() const
{
    const TrainingController& controller = *m_maps->controller();
    return m_result.weights && (controller.weightsFitNetwork() || m_result.given == controller.shownWeights()) &&
           engine::keptLayers(controller.graph(), *m_result.weights).anew.empty();
}

int KernelPage::input() const
{
    return m_input->value() - 1;
}

std::vector<float> KernelPage::kernel(int input) const
{
    const auto plane = m_result.kernelHeight * m_result.kernelWidth;
    const auto begin = m_result.kernelValues.begin() + static_cast<std::ptrdiff_t>(input) * plane;
    return {begin, begin + plane};
}

void KernelPage::showKernel()
{
    if (m_result.kernelCount == 0)
        return;
    const auto values = kernel(input());
    m_model->setKernel(values, m_result.kernelHeight, m_result.kernelWidth);
    m_kernelTitle->setText(m_result.kernelCount == 1
                               ? tr("Kernel of filter %1").arg(m_result.map + 1)
                               : tr("Kernel of filter %1 for input map %2").arg(m_result.map + 1).arg(input() + 1));
    m_sum->setText(tr("sum %1").arg(numberText(std::accumulate(values.begin(), values.end(), 0.0))));
    m_scale->setScale(m_model->scale());
    showArrows();
    m_table->setAccessibleDescription(m_kernelTitle->text() + QStringLiteral(", ") + m_sum->text());
}

void KernelPage::showArrows()
{
    if (m_views->currentWidget() != m_arrows || !m_result.weights)
        return;
    const auto weight = m_result.weights->find({m_node, "weight"});
    const auto inputs = m_document->shaped().inputShapes(m_document->graph(), m_node);
    if (weight != m_result.weights->end() && weight->second.shape().rank() == 4 && !inputs.empty())
        m_arrows->setWeights(weight->second, static_cast<int>(inputs[0].channels()), m_result.map, input());
}

void KernelPage::setCell(int cell, float value)
{
    const QString text = tr("Set a weight of filter %1 of %2").arg(m_result.map + 1).arg(label());
    if (!m_all->isChecked() || m_result.kernelCount == 1)
        return push(text, input() * m_result.kernelHeight * m_result.kernelWidth + cell, {value});
    auto values = kernel(input());
    values[static_cast<std::size_t>(cell)] = value;
    std::vector<float> all;
    for (int i = 0; i < m_result.kernelCount; ++i)
        all.insert(all.end(), values.begin(), values.end());
    push(text, 0, std::move(all));
}

void KernelPage::setPattern(int number)
{
    const KernelPattern& pattern = kernelPatterns()[static_cast<std::size_t>(number)];
    const KernelSize size{m_result.kernelHeight, m_result.kernelWidth, m_result.kernelCount};
    const bool all = m_all->isChecked() && m_result.kernelCount > 1;
    std::vector<float> values;
    for (int i = 0; i < (all ? m_result.kernelCount : 1); ++i) // a random one is another one each time
        if (const auto kernel = pattern.make(size))
            values.insert(values.end(), kernel->begin(), kernel->end());
    if (!values.empty())
        push(tr("%1 as filter %2 of %3").arg(pattern.title).arg(m_result.map + 1).arg(label()),
             all ? 0 : input() * size.count(), std::move(values));
}

void KernelPage::push(const QString& text, std::int64_t first, std::vector<float> values)
{
    if (!m_model->isEditable())
        return;
    refuse({});
    std::copy(values.begin(), values.end(), m_result.kernelValues.begin() + first);
    showKernel(); // at once; the maps follow as soon as they are computed
    engine::WeightEdit edit;
    edit.tensor = {m_node, "weight"};
    edit.first =
        static_cast<std::int64_t>(m_result.map) * m_result.kernelCount * m_result.kernelHeight * m_result.kernelWidth +
        first;
    edit.values = std::move(values);
    TrainingController* controller = m_maps->controller();
    const auto initial = m_result.given == controller->shownWeights() ? m_result.weights : nullptr;
    m_document->undoStack()->push(new WeightEditCommand(controller, text, std::move(edit), initial));
}

} // namespace convarium::ui
