#include "ui/training/feature_map_panel.h"

#include "engine/layers/layer.h"
#include "ui/theme/colormap.h"
#include "ui/theme/own_keys.h"
#include "ui/training/image_actions.h"
#include "ui/training/map_pictures.h"
#include "ui/training/map_service.h"
#include "ui/training/training_controller.h"

#include <QActionGroup>
#include <QBoxLayout>
#include <QComboBox>
#include <QKeyEvent>
#include <QLocale>
#include <QMenu>
#include <QSpinBox>

namespace convarium::ui
{

namespace
{

/// Of the first layer that reads images; empty without one.
engine::Shape imageShape(const engine::GraphSpec& graph, const engine::ShapedGraph& shapes)
{
    for (const engine::NodeId id : shapes.order) {
        const engine::LayerDescriptor* layer = engine::findLayer(graph.node(id)->type);
        const auto shape = shapes.shapes.find(id);
        if (layer && layer->isInput && shape != shapes.shapes.end())
            return shape->second;
    }
    return {};
}

} // namespace

FeatureMapPanel::FeatureMapPanel(MapService* service, QWidget* parent)
    : QWidget(parent), m_service(service), m_title(new TextLabel({}, TextRole::SectionBold)),
      m_size(new ElidedLabel({}, TextRole::Body, ColorRole::Text2)), m_images(new ImageActions(service, this)),
      m_menu(new QMenu(this)), m_grid(new MapGrid)
{
    setAccessibleName(QStringLiteral("Feature maps"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(scaled(14), scaled(4), scaled(12), scaled(12));
    layout->setSpacing(scaled(6));
    makeMenu();
    layout->addLayout(makeTitle());
    m_body = new QBoxLayout(QBoxLayout::TopToBottom);
    m_body->setSpacing(scaled(10));
    m_body->addWidget(m_grid, 1);
    m_body->addWidget(makeFoot());
    layout->addLayout(m_body, 1);

    connect(m_grid, &MapGrid::mapSelected, service, &MapService::setMap);
    connect(m_grid, &MapGrid::numberChosen, this, [this](int map, int row, int column) {
        const MapResult& r = m_grid->result();
        // Behind a number after all that is docked lies the whole card.
        const engine::NodeId node = r.shown == dockedEnd(m_service->controller()->graph(), r.node) ? r.node : r.shown;
        Q_EMIT numberChosen(node, (static_cast<qint64>(map) * r.height + row) * r.width + column);
    });
    connect(m_grid, &MapGrid::numberTold, this, [this] {
        if (!m_images->search()->isLooking())
            m_images->search()->stop(); // its last words have been read
        updateSeen();
    });
    connect(m_images, &ImageActions::drawingRequested, this, &FeatureMapPanel::drawingRequested);
    connect(m_images->search(), &ImageSearch::textChanged, this, &FeatureMapPanel::showSeen);
    connect(service->controller(), &TrainingController::networkChanged, this, [this] {
        m_shapes.reset();
        updateStages();
        updateSeen();
    });
    connect(service, &MapService::mapsReady, this, &FeatureMapPanel::showResult);
    connect(service, &MapService::unavailable, this, &FeatureMapPanel::showNothing);
    connect(service, &MapService::imageChanged, this, &FeatureMapPanel::updateImageText);
    connect(service->controller(), &TrainingController::dataReady, this, &FeatureMapPanel::updateImageText);
    updateImageText();
    showNothing({});
}

FeatureMapPanel::~FeatureMapPanel()
{
    // Going, they lose the focus and say so.
    m_grid->disconnect(this);
    m_images->search()->disconnect(this);
}

QBoxLayout* FeatureMapPanel::makeTitle()
{
    auto* row = new QHBoxLayout;
    row->setSpacing(scaled(4));
    row->addWidget(m_title);
    m_stage = new QComboBox;
    m_stage->setAccessibleName(QStringLiteral("Layer of the card"));
    m_stage->setSizeAdjustPolicy(QComboBox::AdjustToContents); // each card has other layers
    m_stage->setToolTip(tr("After which layer of the card the maps are shown"));
    connect(m_stage, &QComboBox::currentIndexChanged, this, [this](int index) {
        m_service->setStage(m_stage->itemData(index).toLongLong());
        updateSeen();
    });
    row->addWidget(m_stage);
    row->addSpacing(scaled(4));
    m_size->setElideMode(Qt::ElideNone);
    m_size->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); // in what the names leave
    row->addWidget(m_size, 1);
    auto* previous = new IconButton(QStringLiteral("chevron-left"), tr("Previous test image"), this, ColorRole::Text2);
    previous->setToolTip(tr("Previous test image (%1)").arg(keyName(m_images->previous()->shortcut())));
    auto* next = new IconButton(QStringLiteral("chevron-right"), tr("Next test image"), this, ColorRole::Text2);
    next->setToolTip(tr("Next test image (%1)").arg(keyName(m_images->next()->shortcut())));
    m_index = new QSpinBox;
    m_index->setAccessibleName(QStringLiteral("Test image"));
    m_index->setButtonSymbols(QAbstractSpinBox::NoButtons);
    m_index->setAlignment(Qt::AlignRight);
    m_index->setKeyboardTracking(false);
    m_index->setRange(0, 0);
    m_index->setFixedWidth(scaled(54));
    m_index->setToolTip(tr("Number of the image"));
    connect(previous, &QToolButton::clicked, m_service, &MapService::previousImage);
    connect(next, &QToolButton::clicked, m_service, &MapService::nextImage);
    connect(m_index, &QSpinBox::valueChanged, m_service, [this](int value) { m_service->setImage(value); });
    row->addWidget(previous);
    row->addWidget(m_index);
    row->addWidget(next);
    m_strongest =
        new IconButton(QStringLiteral("image"), tr("Images that most activate the chosen map"), this, ColorRole::Text2);
    m_strongest->setToolTip(tr("Images that most activate the chosen map (F4)"));
    connect(m_strongest, &QToolButton::clicked, this,
            [this] { Q_EMIT strongestRequested(m_service->node(), m_grid->current()); });
    row->addWidget(m_strongest);
    auto* more = new IconButton(QStringLiteral("dots"), tr("Feature map options"), this, ColorRole::Text2);
    connect(more, &QToolButton::clicked, this,
            [this, more] { m_menu->popup(more->mapToGlobal(QPoint(0, more->height()))); });
    row->addWidget(more);
    return row;
}

/// What the buttons have no room for; the keys act wherever the focus is in the panel.
void FeatureMapPanel::makeMenu()
{
    const auto add = [this](const QString& text, const QKeySequence& key) {
        QAction* action = m_menu->addAction(text);
        action->setShortcut(key);
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        addAction(action);
        return action;
    };
    m_images->addTo(m_menu);
    m_menu->addSeparator();
    m_nextStage = add(tr("Next layer of the card"), Qt::Key_L);
    connect(m_nextStage, &QAction::triggered, this,
            [this] { m_stage->setCurrentIndex((m_stage->currentIndex() + 1) % m_stage->count()); });
    QAction* sorted = add(tr("Strongest maps first"), Qt::Key_S);
    sorted->setCheckable(true);
    QAction* again = add(tr("Sort the maps again"), Qt::SHIFT | Qt::Key_S);
    again->setEnabled(false);
    connect(sorted, &QAction::toggled, m_service, &MapService::setStrongestFirst);
    connect(sorted, &QAction::toggled, again, &QAction::setEnabled);
    connect(again, &QAction::triggered, m_service, &MapService::sortAgain);
    m_menu->addSeparator();
    QAction* own = add(tr("Own scale for every map"), Qt::Key_O);
    own->setCheckable(true);
    connect(own, &QAction::toggled, m_service, &MapService::setOwnScales);
    QMenu* colors = m_menu->addMenu(tr("Colours"));
    auto* group = new QActionGroup(this);
    for (const auto& [choice, text] : {std::pair{MapColors::ByLayer, tr("By what the layer can give")},
                                       {MapColors::Signed, tr("Blue below zero, orange above")},
                                       {MapColors::Sequential, tr("From zero up: what is below stays blank")}}) {
        QAction* action = group->addAction(colors->addAction(text));
        action->setCheckable(true);
        action->setChecked(choice == m_service->colors());
        connect(action, &QAction::triggered, m_service, [this, c = choice] { m_service->setColors(c); });
    }
}

QWidget* FeatureMapPanel::makeFoot()
{
    auto* foot = new QWidget;
    auto* column = columnIn(foot, scaled(12));

    m_kernelRow = new QWidget;
    auto* kernels = rowIn(m_kernelRow, scaled(12));
    auto* names = new QVBoxLayout;
    names->setSpacing(0);
    m_kernelTitle = new TextLabel({}, TextRole::BodyMedium);
    m_kernelSize = new TextLabel({}, TextRole::Small, ColorRole::Text2);
    names->addWidget(m_kernelTitle);
    names->addWidget(m_kernelSize);
    kernels->addLayout(names);
    m_kernels = new KernelStrip;
    kernels->addWidget(m_kernels, 1);
    m_editKernels = new IconButton(QStringLiteral("pen"), tr("Kernels by hand"), this, ColorRole::Text2);
    connect(m_editKernels, &QToolButton::clicked, this, [this] { Q_EMIT kernelsRequested(m_service->node()); });
    kernels->addWidget(m_editKernels);
    column->addWidget(m_kernelRow);

    auto* row = new QHBoxLayout;
    row->setSpacing(scaled(10));
    m_picture = new PixelPicture(44);
    row->addWidget(m_picture);
    auto* texts = new QVBoxLayout;
    texts->setSpacing(0);
    m_imageText = new ElidedLabel({}, TextRole::BodyMedium);
    m_seen = new TextLabel({}, TextRole::Small, ColorRole::Text2);
    m_seen->setWordWrap(true);
    m_seen->setAccessibleName(QStringLiteral("Receptive field"));
    m_caption = new ElidedLabel({}, TextRole::Small, ColorRole::Text2);
    texts->addWidget(m_imageText);
    texts->addWidget(m_caption);
    row->addLayout(texts, 1);
    m_scale = new ScaleBar;
    row->addWidget(m_scale);
    auto* image = new QVBoxLayout;
    image->setSpacing(scaled(4));
    image->addLayout(row);
    image->addWidget(m_seen); // as wide as the panel: a sentence with four sizes
    column->addLayout(image);
    return foot;
}

QSize FeatureMapPanel::minimumSizeHint() const
{
    return {scaled(300), scaled(130)};
}

void FeatureMapPanel::setNode(engine::NodeId node, const QString& label)
{
    m_label = label;
    m_service->setNode(node);
    updateStages();
    updateSeen();
    if (node == engine::kNoNode)
        showNothing(tr("Select a layer to see its maps"));
}

void FeatureMapPanel::showResult(const MapResult& result)
{
    m_picture->setImage(result.input);
    if (result.node != m_service->node() || result.count == 0)
        return;
    const QLocale locale;
    const bool maps = result.width * result.height > 1;
    m_title->setText(result.picture ? tr("%1 in %2").arg(m_service->shownKind(), m_label)
                     : maps         ? tr("Maps of %1").arg(m_label)
                                    : tr("Numbers of %1").arg(m_label));
    const QString size = tr("%1×%2").arg(result.height).arg(result.width), number = locale.toString(result.count);
    m_size->setText(!maps ? tr("%1 numbers").arg(number) : result.count == 1 ? size : tr("%1 of %2").arg(number, size));
    const bool other = m_grid->result().shown != result.shown;
    m_grid->setResult(result);
    m_strongest->setEnabled(!result.picture);
    m_kernelRow->setVisible(result.kernelCount > 0);
    const auto* of = m_service->controller()->graph().node(result.node);
    const auto* kind = of ? engine::findLayer(of->type) : nullptr;
    m_editKernels->setVisible(kind && kind->hasKernels);
    m_kernelTitle->setText(tr("Kernel of map %1").arg(result.map + 1));
    m_kernelSize->setText(
        tr("%1×%2×%3 weights").arg(result.kernelHeight).arg(result.kernelWidth).arg(result.kernelCount));
    m_kernels->setResult(result);
    QString caption = m_service->ownScales() ? tr("own scale for every map") : tr("one scale for all");
    if (result.order)
        caption = tr("strongest first, %1").arg(caption);
    m_caption->setText(result.picture ? tr("as the network gets it") : caption);
    m_scale->setVisible(!result.picture);
    m_scale->setScale(result.scale, result.colors);
    m_scale->setToolTip(m_service->ownScales() ? tr("Colours of map %1").arg(result.map + 1)
                                               : tr("Colours of all maps"));
    other ? updateSeen() : showSeen();
    setAccessibleDescription(m_size->text() + QStringLiteral(", ") + caption + QStringLiteral(", ") +
                             m_imageText->text());
}

void FeatureMapPanel::showNothing(const QString& reason)
{
    m_title->setText(tr("Feature maps"));
    m_size->setText({});
    m_strongest->setEnabled(false);
    m_kernelRow->hide();
    m_scale->hide();
    m_caption->setText({});
    m_grid->clear(!reason.isEmpty()                      ? reason
                  : m_service->node() == engine::kNoNode ? tr("Select a layer to see its maps")
                                                         : QString());
}

void FeatureMapPanel::updateImageText()
{
    const auto count = m_service->imageCount();
    const QSignalBlocker blocker(m_index);
    m_index->setRange(0, static_cast<int>(std::max<std::int64_t>(count - 1, 0)));
    m_index->setValue(static_cast<int>(m_service->image()));
    m_imageText->setText(m_service->shownText());
}

void FeatureMapPanel::updateStages()
{
    const engine::GraphSpec& graph = m_service->controller()->graph();
    const auto stages = m_service->stages();
    const QSignalBlocker quiet(m_stage);
    m_stage->clear();
    for (const engine::NodeId id : stages) {
        const engine::LayerDescriptor* layer = engine::findLayer(graph.node(id)->type);
        m_stage->addItem(layer ? QString::fromStdString(layer->title) : QString(), QVariant::fromValue<qint64>(id));
        if (id == m_service->shownNode())
            m_stage->setCurrentIndex(m_stage->count() - 1);
    }
    m_stage->setVisible(stages.size() > 1);
    m_nextStage->setEnabled(stages.size() > 1);
}

void FeatureMapPanel::updateSeen()
{
    const engine::GraphSpec& graph = m_service->controller()->graph();
    const engine::Node* node = graph.node(m_service->node());
    const engine::LayerDescriptor* layer = node ? engine::findLayer(node->type) : nullptr;
    engine::SeenBox box;
    engine::Shape image, shape;
    if (layer && !layer->isInput) {
        if (!m_shapes)
            m_shapes = engine::inferShapes(graph);
        const engine::NodeId shown = m_service->shownNode();
        const auto found = m_shapes->shapes.find(shown);
        if (found != m_shapes->shapes.end()) {
            shape = found->second;
            const auto [map, row, column] = m_grid->toldNumber();
            const MapResult& seen = m_grid->result(); // of another layer until the new maps are there
            const bool told =
                map >= 0 && seen.shown == shown && seen.height == shape.height() && seen.width == shape.width();
            const std::int64_t y = told ? row : shape.height() / 2, x = told ? column : shape.width() / 2;
            box = engine::seenBox(graph, *m_shapes, shown, shape.isMaps() ? y * shape.width() + x : 0);
            image = imageShape(graph, *m_shapes);
        }
    }
    FieldMark mark;
    m_sees.clear();
    m_padding.clear();
    if (!box.inside.isEmpty() && image.isMaps()) {
        const engine::PixelBox& in = box.inside;
        mark = fieldMark(box, image);
        const bool all = in.height() == image.height() && in.width() == image.width();
        const auto size = [](std::int64_t rows, std::int64_t columns) {
            return QStringLiteral("%1\u00d7%2").arg(rows).arg(columns);
        };
        m_sees =
            all ? tr("sees all %1 pixels").arg(size(image.height(), image.width()))
                : tr("sees %1 of %2 pixels").arg(size(in.height(), in.width()), size(image.height(), image.width()));
        if (box.isCut())
            m_padding = tr(", %1 with the padding").arg(size(box.field.height(), box.field.width()));
    }
    m_single = !shape.isMaps() || shape.height() * shape.width() == 1;
    showSeen();
    m_picture->setMark(mark);
    Q_EMIT seenChanged(mark);
}

/// The line keeps the height it has without a number under the pointer: what changes then must not move the maps.
void FeatureMapPanel::showSeen()
{
    if (const QString& said = m_images->search()->text(); !said.isEmpty()) {
        say(said);
        return;
    }
    const QString number = m_grid->numberWords(m_grid->toldNumber());
    if (number.isEmpty()) {
        const QString text = m_sees.isEmpty()
                                 ? QString()
                                 : (m_single ? tr("Each number") : tr("The middle")) + u' ' + m_sees + m_padding;
        if (text == m_seen->text())
            return;
        say(text);
        m_seen->setMinimumHeight(lineHeight(TextRole::Small));
        return;
    }
    QString text = number;
    for (const QString& longer :
         {number + QStringLiteral(", ") + m_sees + m_padding, number + QStringLiteral(", ") + m_sees})
        if (!m_sees.isEmpty() &&
            m_seen->fontMetrics().boundingRect(m_seen->rect(), Qt::TextWordWrap, longer).height() <= m_seen->height()) {
            text = longer;
            break;
        }
    say(text);
}

void FeatureMapPanel::say(const QString& text)
{
    if (isVisible())
        m_seen->setMinimumHeight(m_seen->height());
    m_seen->setText(text);
    m_seen->setAccessibleDescription(text);
}

void FeatureMapPanel::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_service->setWatched(this, true);
}

void FeatureMapPanel::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    m_service->setWatched(this, false);
}

void FeatureMapPanel::keyPressEvent(QKeyEvent* event)
{
    if (!m_images->keyPressed(*event))
        QWidget::keyPressEvent(event);
}

void FeatureMapPanel::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    m_seen->setMinimumHeight(lineHeight(TextRole::Small));
    const bool flat = height() < scaled(230) && width() > scaled(640);
    m_body->setDirection(flat ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
}

} // namespace convarium::ui
