#include "ui/inside/strongest_page.h"

#include "engine/analysis/seen_box.h"
#include "engine/layers/layer.h"
#include "ui/inside/number_text.h"
#include "ui/training/map_pictures.h"
#include "ui/training/map_service.h"
#include "ui/training/training_bar.h"
#include "ui/training/training_controller.h"

#include <QElapsedTimer>
#include <QHBoxLayout>
#include <QLocale>
#include <QPainter>
#include <QSpinBox>
#include <exception>

namespace convarium::ui
{

namespace
{
constexpr int kTellMs = 250; ///< between two looks at the best so far
} // namespace

StrongestTile::StrongestTile(QWidget* parent) : QAbstractButton(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setCheckable(true);
    setCursor(Qt::PointingHandCursor);
}

QSize StrongestTile::sizeHint() const
{
    return {scaled(120), scaled(100)};
}

void StrongestTile::show(const QImage& picture, const FieldMark& mark, const QString& name, const QString& value)
{
    m_picture = picture;
    m_mark = mark;
    m_name = name;
    m_value = value;
    setAccessibleName(name);
    setAccessibleDescription(value);
    setToolTip(tr("%1: choose it as the image under view").arg(name));
    update();
}

void StrongestTile::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF frame = QRectF(rect()).adjusted(1, 1, -1, -1);
    painter.setPen(QPen(isChecked() || hasFocus() ? theme.accent : theme.line, isChecked() || hasFocus() ? 2 : 1));
    painter.setBrush(isChecked() ? theme.accentTint : underMouse() ? theme.sunken : theme.surface);
    painter.drawRoundedRect(frame, 8, 8);
    const int line = lineHeight(TextRole::Small);
    const QRect inner = rect().adjusted(scaled(8), scaled(8), -scaled(8), -scaled(6));
    const QRect texts(inner.left(), inner.bottom() + 1 - 2 * line, inner.width(), 2 * line);
    if (!m_picture.isNull()) {
        // Rows differ by a pixel; their pictures do not.
        const QSize room(inner.width(), (inner.height() - 2 * line - scaled(4)) / 4 * 4);
        QSize size = m_picture.size().scaled(room, Qt::KeepAspectRatio);
        if (const int times = size.width() / m_picture.width(); times > 0)
            size = m_picture.size() * times; // whole multiples: every pixel is a square of the same size
        const QRect place(inner.left() + (inner.width() - size.width()) / 2,
                          inner.top() + (room.height() - size.height()) / 2, size.width(), size.height());
        painter.drawImage(place, m_picture);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(theme.line2);
        painter.drawRect(QRectF(place).adjusted(-0.5, -0.5, 0.5, 0.5));
        paintFieldMark(&painter, place, m_mark, 2);
    }
    const auto text = [&](const QRect& where, TextRole role, const QColor& color, const QString& words) {
        painter.setFont(ui::font(role));
        painter.setPen(color);
        painter.drawText(where, Qt::AlignCenter,
                         painter.fontMetrics().elidedText(words, Qt::ElideRight, where.width()));
    };
    text(texts.adjusted(0, 0, 0, -line), TextRole::BodyMedium, theme.text, m_value);
    text(texts.adjusted(0, line, 0, 0), TextRole::Small, theme.text2, m_name);
}

StrongestPage::StrongestPage(MapService* maps, QWidget* parent)
    : QWidget(parent), m_maps(maps), m_controller(maps->controller()), m_title(new TextLabel({}, TextRole::Heading)),
      m_unitName(new TextLabel), m_unit(new QSpinBox), m_units(new TextLabel({}, TextRole::Body, ColorRole::Text2)),
      m_again(new QPushButton(tr("Look again"))), m_note(new TextLabel({}, TextRole::Body, ColorRole::Text2)),
      m_progress(new ProgressLine)
{
    setAccessibleName(tr("Strongest images"));
    setFocusPolicy(Qt::StrongFocus);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(scaled(16), scaled(12), scaled(16), scaled(12));
    column->setSpacing(scaled(8));
    auto* head = new QHBoxLayout;
    head->setSpacing(scaled(8));
    head->addWidget(m_title);
    head->addSpacing(scaled(16));
    m_unitName->setBuddy(m_unit);
    m_unit->setAccessibleName(tr("Unit"));
    m_unit->setKeyboardTracking(false);
    m_unit->setFixedWidth(scaled(72));
    head->addWidget(m_unitName);
    head->addWidget(m_unit);
    head->addWidget(m_units);
    head->addStretch(1);
    m_again->setAccessibleName(tr("Look again"));
    m_again->setToolTip(tr("With the weights as they are now"));
    head->addWidget(m_again);
    column->addLayout(head);
    m_note->setWordWrap(true);
    m_note->setAccessibleName(tr("About the strongest images"));
    column->addWidget(m_note);
    column->addWidget(m_progress);
    auto* grid = new QGridLayout;
    grid->setSpacing(scaled(8));
    for (int i = 0; i < kImages; ++i) {
        auto* tile = new StrongestTile;
        m_tiles.push_back(tile);
        grid->addWidget(tile, i / 3, i % 3);
        connect(tile, &QAbstractButton::clicked, this, [this, i] { choose(i); });
    }
    column->addLayout(grid, 1);
    connect(m_unit, &QSpinBox::valueChanged, this, &StrongestPage::look);
    connect(m_again, &QPushButton::clicked, this, &StrongestPage::look);
    connect(m_controller, &TrainingController::snapshotArrived, this, &StrongestPage::tellState);
    connect(m_controller, &TrainingController::networkChanged, this, [this] {
        if (isVisible())
            open(m_node, m_unit->value() - 1);
    });
    connect(m_controller, &TrainingController::dataReady, this, [this] {
        if (isVisible())
            look();
    });
    connect(m_maps, &MapService::imageChanged, this, &StrongestPage::tellState);
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, [this] {
        if (isVisible())
            look(); // pictures have the colours of the theme
    });
}

StrongestPage::~StrongestPage()
{
    *m_stop = true;
}

bool StrongestPage::hasUnits(const engine::GraphSpec& graph, engine::NodeId node)
{
    const engine::Node* n = graph.node(node);
    const engine::LayerDescriptor* layer = n ? engine::findLayer(n->type) : nullptr;
    return layer && !layer->isInput && !graph.edgesInto(node).empty();
}

void StrongestPage::open(engine::NodeId node, int unit)
{
    stop();
    m_node = node;
    m_found.clear();
    const engine::GraphSpec& graph = m_controller->graph();
    const engine::Node* n = graph.node(node);
    m_shape = {};
    if (n) {
        m_shown = dockedEnd(graph, node);
        const auto shapes = engine::inferShapes(graph).shapes;
        if (const auto found = shapes.find(m_shown); found != shapes.end())
            m_shape = found->second;
    }
    const bool maps = m_shape.isMaps();
    const int units = m_shape.rank() > 0 ? static_cast<int>(m_shape[0]) : 1;
    const QString name = n ? QString::fromStdString(n->name) : QString();
    m_title->setText(maps ? tr("Images that most activate a map of %1").arg(name)
                          : tr("Images that most activate a number of %1").arg(name));
    m_unitName->setText(maps ? tr("Map") : tr("Number"));
    const QSignalBlocker quiet(m_unit);
    m_unit->setRange(1, std::max(units, 1));
    m_unit->setValue(unit + 1);
    m_units->setText(tr("of %1").arg(QLocale().toString(units)));
    setWindowTitle(tr("%1 \u203a strongest images").arg(name));
    if (isVisible())
        look();
}

void StrongestPage::stop()
{
    *m_stop = true;
    ++m_id; // what is on its way comes too late
    m_looking = false;
}

void StrongestPage::look()
{
    stop();
    m_found.clear();
    m_fault.clear();
    m_done = 0;
    const engine::DatasetPtr images = m_controller->data().shown();
    m_total = images ? images->size() : 0;
    m_weights = m_controller->shownWeights();
    if (!m_controller->blockedReason().isEmpty())
        m_fault = m_controller->blockedReason();
    else if (!hasUnits(m_controller->graph(), m_node))
        m_fault = tr("This layer computes nothing from an image.");
    else if (!images)
        m_fault = tr("The images are not read yet.");
    if (m_fault.isEmpty()) {
        m_looking = true;
        m_stop = std::make_shared<std::atomic<bool>>(false);
        engine::StrongestQuestion question{m_controller->graph(), m_weights,           images, m_shown,
                                           m_unit->value() - 1,   std::size_t{kImages}};
        m_thread.post([this, id = m_id, stop = m_stop, question = std::move(question),
                       startWeights = m_controller->services().startWeights, seed = m_controller->config().seed,
                       dark = Theme::current().dark]() mutable {
            const Theme& theme = dark ? darkTheme() : lightTheme();
            const auto pictures = [&](Finding finding) {
                const engine::Dataset& set = *question.images;
                std::vector<std::uint8_t> pixels(static_cast<std::size_t>(set.imageShape().elements()));
                for (const engine::StrongestImage& one : finding.images)
                    finding.pictures.push_back(
                        set.image(one.image, pixels) ? inputPicture(pixels, set.imageShape(), theme) : QImage());
                m_mailbox.post([this, id, finding = std::move(finding)]() mutable { receive(id, std::move(finding)); });
            };
            QElapsedTimer since;
            since.start();
            Finding last;
            try {
                question.weights = startWeights(question.graph, seed, question.weights);
                auto found = engine::strongestImages(question, *stop, [&](std::int64_t done, const auto& best) {
                    if (since.elapsed() < kTellMs)
                        return;
                    since.restart();
                    pictures({best, {}, done, {}, false});
                });
                if (found)
                    last.images = *std::move(found);
                else
                    last.fault = QString::fromStdString(found.error().text());
            } catch (const std::exception&) {
                last.fault = tr("There is not enough memory to compute this network.");
            }
            last.done = question.images->size();
            last.finished = true;
            pictures(std::move(last));
        });
    }
    showTiles({});
    tellState();
}

void StrongestPage::receive(int id, Finding finding)
{
    if (id != m_id)
        return;
    m_found = std::move(finding.images);
    m_done = finding.done;
    m_fault = finding.fault;
    m_looking = !finding.finished;
    showTiles(finding.pictures);
    tellState();
}

void StrongestPage::showTiles(const std::vector<QImage>& pictures)
{
    const engine::GraphSpec& graph = m_controller->graph();
    const auto shapes = engine::inferShapes(graph);
    const auto& set = m_controller->data().shown();
    const int decimals = m_found.empty() ? 0 : decimalsFor(static_cast<double>(m_found.front().value), 4);
    for (std::size_t i = 0; i < m_tiles.size(); ++i) {
        StrongestTile* tile = m_tiles[i];
        tile->setEnabled(i < m_found.size());
        if (i >= m_found.size() || !set) {
            tile->show({}, {}, tr("No image yet"), {});
            continue;
        }
        const engine::StrongestImage& one = m_found[i];
        const engine::Shape image = set->imageShape();
        tile->show(pictures[i], fieldMark(engine::seenBox(graph, shapes, m_shown, one.element), image),
                   m_maps->imageText(one.image, set->label(one.image)),
                   numberText(static_cast<double>(one.value), decimals));
    }
}

void StrongestPage::tellState()
{
    m_progress->setVisible(m_looking);
    m_progress->setFraction(m_total > 0 ? static_cast<double>(m_done) / static_cast<double>(m_total) : 0);
    const QLocale locale;
    const auto count = [&](std::int64_t n) { return locale.toString(static_cast<qlonglong>(n)); };
    QString text = m_fault;
    if (m_fault.isEmpty() && m_looking)
        text = tr("%1 of %2 images looked at").arg(count(m_done), count(m_total));
    else if (m_fault.isEmpty() && m_total == 1)
        text = tr("The set has one image only.");
    else if (m_fault.isEmpty())
        text = tr("The largest of %1 images, each with its largest number; the frame holds what that number sees. "
                  "A press chooses the image.")
                   .arg(count(m_total));
    if (m_fault.isEmpty() && !m_looking && !m_found.empty() && m_found.front().value <= 0)
        text += u' ' + tr("None of them gives more than zero.");
    if (m_fault.isEmpty() && !m_weights)
        text += u' ' + tr("The weights are untrained: what this unit answers to is chance so far.");
    else if (m_fault.isEmpty() && !m_looking && m_weights != m_controller->shownWeights())
        text += u' ' + tr("The weights have changed since.");
    m_note->setText(text);
    m_again->setEnabled(!m_looking);
    for (std::size_t i = 0; i < m_tiles.size(); ++i)
        m_tiles[i]->setChecked(i < m_found.size() && m_maps->showsData() &&
                               m_maps->image() == static_cast<std::int64_t>(m_found[i].image));
}

void StrongestPage::choose(int tile)
{
    if (static_cast<std::size_t>(tile) < m_found.size())
        m_maps->setImage(m_found[static_cast<std::size_t>(tile)].image);
    tellState();
}

void StrongestPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    look();
}

void StrongestPage::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    stop();
}

void StrongestPage::paintEvent(QPaintEvent*)
{
    QPainter(this).fillRect(rect(), Theme::current().window);
}

} // namespace convarium::ui
