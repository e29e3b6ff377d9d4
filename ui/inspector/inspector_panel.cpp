#include "ui/inspector/inspector_panel.h"

#include "engine/analysis/derivation.h"
#include "engine/analysis/textbook_memory.h"
#include "engine/graph/unfinished.h"
#include "engine/layers/layer.h"
#include "ui/document/blocks.h"
#include "ui/document/edit_builder.h"
#include "ui/document/edit_texts.h"
#include "ui/inspector/block_settings.h"
#include "ui/inspector/health_list.h"
#include "ui/inspector/param_form.h"
#include "ui/inspector/shape_label.h"
#include "ui/inspector/why_list.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLocale>
#include <QMetaObject>
#include <QPainter>
#include <QVBoxLayout>
#include <QWhatsThis>
#include <algorithm>

namespace convarium::ui
{

using engine::NodeId;

namespace
{

constexpr int kIconBox = 30, kIconSize = 20;
constexpr int kNarrow = 300; ///< below it, labels and the name field are smaller

/// Family tint with the icon in the family's ink.
QPixmap familyPicture(Family family, const QString& icon, qreal dpr)
{
    const auto& theme = Theme::current();
    const int side = scaled(kIconBox);
    QPixmap picture(QSize(side, side) * dpr);
    picture.setDevicePixelRatio(dpr);
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.familyTint(family));
    painter.drawRoundedRect(QRectF(0, 0, side, side), 6, 6);
    const int size = scaled(kIconSize);
    paintIcon(&painter, QRectF((side - size) / 2.0, (side - size) / 2.0, size, size), icon, theme.familyInk(family));
    return picture;
}

/// The totals as rows like those of a layer.
std::vector<engine::Derivation> networkRows(const ProjectDocument& document)
{
    const bool whole = document.isWhole();
    const auto totals = whole ? document.totals() : document.lastGoodTotals().value_or(engine::Counts());
    const auto batch = document.trainConfig().batch;
    const auto memory = engine::textbookMemory(document.graph(), document.shaped(), batch);
    const auto text = [](qint64 value) { return numberText(value).toStdString(); };
    std::vector<engine::Derivation> rows;
    rows.push_back({"Layers", text(static_cast<qint64>(document.graph().nodes.size())), {}, {}});
    if (!whole) {
        const std::string words = lastGoodWords().toStdString();
        if (document.lastGoodTotals()) {
            rows.push_back({"Parameters", text(totals.parameters()), words, {}});
            rows.push_back({"MACs per image", text(totals.macs), words, {}});
        }
        return rows;
    }
    rows.push_back({"Parameters", text(totals.parameters()), "trainable + frozen",
                    text(totals.trainable) + " + " + text(totals.frozen) + " = " + text(totals.parameters())});
    if (totals.statistics > 0)
        rows.push_back({"Statistics", text(totals.statistics), "running means and variances", {}});
    rows.push_back({"MACs per image", text(totals.macs), "multiplications and additions of all weights", {}});
    rows.push_back({"Training, by the textbook",
                    engine::bytesText(memory.training),
                    "weights + batch · all numbers kept for backward, 4 bytes each",
                    {}});
    rows.push_back({"Inference, by the textbook",
                    engine::bytesText(memory.inference),
                    "weights + batch · the most numbers that exist at once",
                    {}});
    return rows;
}

} // namespace

InspectorPanel::InspectorPanel(ProjectDocument* document, QWidget* parent)
    : QScrollArea(parent), m_document(document), m_icon(new QLabel), m_type(new ElidedLabel({}, TextRole::Section)),
      m_name(new QLineEdit), m_info(new IconButton(QStringLiteral("info"), tr("What this layer does"))),
      m_shape(new ShapeLabel), m_faultBox(new QWidget), m_fault(new TextLabel({}, TextRole::Body)),
      m_settingsHeader(new SectionHeader(tr("Settings"))), m_form(new ParamForm(document)),
      m_block(new BlockSettings(document)),
      m_noSettings(new TextLabel(tr("There is nothing to set."), TextRole::Body, ColorRole::Text3)),
      m_kernels(new QPushButton(tr("Kernels\u2026"))), m_whyHeader(new SectionHeader(tr("Why this number"))),
      m_why(new WhyList), m_healthHeader(new SectionHeader(tr("Health"))), m_health(new HealthList(document))
{
    setAccessibleName(QStringLiteral("Inspector"));
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* page = new ui::Panel(ui::Panel::Fill::Surface);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(scaled(16), scaled(14), scaled(16), scaled(16));
    layout->setSpacing(0);
    layout->addWidget(makeHead());
    layout->addSpacing(scaled(6));
    layout->addWidget(m_shape);
    auto* fault = new QHBoxLayout(m_faultBox);
    fault->setContentsMargins(0, scaled(8), 0, 0);
    fault->setSpacing(scaled(8));
    fault->addWidget(new Sign(SignKind::Error, 22), 0, Qt::AlignTop);
    m_fault->setWordWrap(true);
    fault->addWidget(m_fault, 1);
    layout->addWidget(m_faultBox);
    layout->addSpacing(scaled(8));
    layout->addWidget(m_settingsHeader);
    layout->addSpacing(scaled(4));
    layout->addWidget(m_form);
    layout->addWidget(m_block);
    layout->addWidget(m_noSettings);
    m_kernels->setToolTip(tr("Write the weights by hand: blur, edges, your own (K)"));
    layout->addSpacing(scaled(6));
    layout->addWidget(m_kernels, 0, Qt::AlignLeft);
    layout->addSpacing(scaled(14));
    layout->addWidget(m_whyHeader);
    layout->addSpacing(scaled(4));
    layout->addWidget(m_why);
    layout->addSpacing(scaled(14));
    layout->addWidget(m_healthHeader);
    layout->addSpacing(scaled(4));
    layout->addWidget(m_health);
    layout->addStretch(1);
    setWidget(page);

    connect(m_name, &QLineEdit::editingFinished, this, &InspectorPanel::commitName);
    connect(m_info, &QToolButton::clicked, this, &InspectorPanel::showHelp);
    connect(m_kernels, &QPushButton::clicked, this, [this] { Q_EMIT kernelsRequested(m_nodes.front()); });
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, &InspectorPanel::refresh);
    connect(document, &ProjectDocument::changed, this, [this](const DocumentChange& change) {
        if (change.what == DocumentChange::What::Reset)
            m_nodes.clear();
        else if (change.what == DocumentChange::What::NodeAboutToBeRemoved)
            std::erase(m_nodes, change.node);
        else if (change.what == DocumentChange::What::NodesMoved || change.what == DocumentChange::What::FileChanged)
            return;
        refreshSoon();
    });
    refresh();
}

QWidget* InspectorPanel::makeHead()
{
    auto* head = new QWidget;
    auto* row = rowIn(head, scaled(10));
    row->addWidget(m_icon);
    row->addWidget(m_type);
    row->addWidget(m_name);
    row->addStretch(1);
    row->addWidget(m_info);
    m_name->setAccessibleName(tr("Name"));
    m_name->setToolTip(tr("Name of this layer (F2)"));
    return head;
}

QSize InspectorPanel::sizeHint() const
{
    return {scaled(320), scaled(600)};
}

/// The window system takes the focus from the name field while the base class closes the window: too late to commit.
InspectorPanel::~InspectorPanel()
{
    m_name->disconnect(this);
}

void InspectorPanel::resizeEvent(QResizeEvent* event)
{
    m_form->setNarrow(width() < scaled(kNarrow));
    m_block->setNarrow(width() < scaled(kNarrow));
    fitName();
    QScrollArea::resizeEvent(event);
}

/// Beside the layer's title, which needs its room more.
void InspectorPanel::fitName()
{
    const bool narrow = width() < scaled(kNarrow);
    const bool wide = m_nodes.size() != 1; // the titles of networks and blocks are short, their names are not
    m_name->setFixedWidth(scaled(wide ? (narrow ? 150 : 190) : narrow ? 80 : 96));
}

void InspectorPanel::setSelection(const std::vector<NodeId>& nodes)
{
    if (nodes == m_nodes)
        return;
    commitName();
    m_nodes = nodes;
    refresh();
}

void InspectorPanel::setHealth(const engine::HealthPtr& report)
{
    m_health->setReport(report);
}

void InspectorPanel::startRename()
{
    m_name->setFocus();
    m_name->selectAll();
}

void InspectorPanel::startEditing()
{
    QWidget* first = m_form->isVisible() ? m_form->firstField()
                     : m_block->field(0) ? m_block->field(0)->focusTarget()
                                         : nullptr;
    if (!first)
        return startRename();
    first->setFocus(Qt::TabFocusReason); // selects what is in it, to be written over
    ensureWidgetVisible(first);
}

void InspectorPanel::keyPressEvent(QKeyEvent* event)
{
    if (event->key() != Qt::Key_Escape)
        return QScrollArea::keyPressEvent(event);
    commitName();
    Q_EMIT left();
}

/// An edit reports many small changes; one repaint answers them all.
void InspectorPanel::refreshSoon()
{
    if (m_pending)
        return;
    m_pending = true;
    QMetaObject::invokeMethod(this, &InspectorPanel::refresh, Qt::QueuedConnection);
}

bool InspectorPanel::hasKernels(NodeId id) const
{
    const engine::LayerDescriptor* layer = engine::findLayer(m_document->graph().node(id)->type);
    return layer && layer->hasKernels;
}

void InspectorPanel::refresh()
{
    m_pending = false;
    std::erase_if(m_nodes, [this](NodeId id) { return !m_document->graph().node(id); });
    const bool one = m_nodes.size() == 1, none = m_nodes.empty();
    const std::int64_t group = block();
    const bool whole = group != -1;
    m_icon->setVisible(one || whole);
    m_info->setVisible(one);
    m_shape->setVisible(one);
    m_name->setVisible(one || none || whole);
    m_name->setToolTip(whole ? tr("Name of this block (F2)") : tr("Name of this layer (F2)"));
    fitName();
    m_settingsHeader->setVisible(!none);
    m_settingsHeader->setText(whole ? tr("Parameters") : tr("Settings"));
    m_form->setVisible(!none && !whole);
    m_form->setNodes(whole ? std::vector<NodeId>() : m_nodes);
    m_block->setVisible(whole);
    m_block->setBlock(group);
    m_noSettings->setVisible(!none && (whole ? m_block->isEmpty() : m_form->isEmpty()));
    m_noSettings->setText(one     ? tr("There is nothing to set.")
                          : whole ? tr("No setting of its layers is a parameter yet: Ctrl+Shift+E chooses some.")
                                  : tr("These layers share no setting."));
    m_noSettings->setWordWrap(true);
    m_kernels->setVisible(one && hasKernels(m_nodes.front()));
    m_whyHeader->setVisible(one || none);
    m_whyHeader->setNote(
        tr("batch %1").arg(QLocale().toString(static_cast<qlonglong>(m_document->trainConfig().batch))));
    m_why->setVisible(one || none);
    m_healthHeader->setVisible(one || none);
    m_health->setVisible(one || none);
    m_health->setNode(one ? m_nodes.front() : engine::kNoNode);
    if (whole)
        showBlock(group);
    else if (one)
        showLayer(m_nodes.front());
    else if (none)
        showNetwork();
    else
        showSeveral();
    showFault();
}

void InspectorPanel::showLayer(NodeId id)
{
    const auto* node = m_document->graph().node(id);
    const auto* layer = engine::findLayer(node->type);
    m_type->setText(layer ? QString::fromStdString(layer->title) : QString::fromStdString(node->type));
    m_icon->setVisible(layer != nullptr);
    m_info->setVisible(layer != nullptr);
    if (layer) {
        m_icon->setPixmap(familyPicture(familyFromName(QString::fromStdString(layer->family)),
                                        QString::fromStdString(layer->icon), devicePixelRatioF()));
        m_info->setToolTip(QString::fromStdString(layer->help));
    }
    if (!m_name->hasFocus() || !m_name->isModified())
        m_name->setText(QString::fromStdString(node->name));
    const auto shape = m_document->shape(id);
    const auto problems = m_document->problemsOf(id);
    const bool faulty = std::any_of(problems.begin(), problems.end(), [this](const engine::Problem& p) {
        return !engine::isUnfinished(m_document->graph(), m_document->shaped(), p);
    });
    m_shape->setShape(shape ? shape : m_document->lastGoodShape(id), !shape, faulty);
    m_whyHeader->setText(tr("Why this number"));
    m_why->setDerivations(
        engine::deriveNode(m_document->graph(), m_document->shaped(), id, m_document->trainConfig().batch));
}

std::int64_t InspectorPanel::block() const
{
    return m_nodes.size() < 2 ? -1 : blockOf(m_document->graph(), {m_nodes.begin(), m_nodes.end()});
}

void InspectorPanel::showBlock(std::int64_t group)
{
    m_type->setText(tr("Block"));
    m_icon->setPixmap(familyPicture(Family::Block, QStringLiteral("block"), devicePixelRatioF()));
    if (!m_name->hasFocus() || !m_name->isModified())
        m_name->setText(blockName(m_document->graph(), group));
    m_why->setDerivations({});
}

void InspectorPanel::showSeveral()
{
    m_type->setText(tr("%1 layers").arg(QLocale().toString(static_cast<int>(m_nodes.size()))));
    m_why->setDerivations({});
}

void InspectorPanel::showNetwork()
{
    m_type->setText(tr("Network"));
    if (!m_name->hasFocus() || !m_name->isModified())
        m_name->setText(m_document->title());
    m_whyHeader->setText(tr("In all"));
    m_why->setDerivations(networkRows(*m_document));
}

void InspectorPanel::showFault()
{
    bool calm = false;
    QString text;
    const bool whole = block() != -1;
    if (m_nodes.size() == 1 || whole)
        for (const NodeId id : m_nodes)
            for (const auto& problem : m_document->problemsOf(id))
                if (text.isEmpty() && (whole || !m_form->field(problem.error.place.port))) { // else it stands below it
                    text = QString::fromStdString(problem.error.text());
                    calm = engine::isUnfinished(m_document->graph(), m_document->shaped(), problem);
                }
    m_faultBox->findChild<Sign*>()->setKind(calm ? SignKind::Warning : SignKind::Error);
    m_fault->setText(text);
    m_faultBox->setVisible(!text.isEmpty());
}

QString InspectorPanel::faultText() const
{
    return m_faultBox->isHidden() ? QString() : m_fault->text();
}

void InspectorPanel::commitName()
{
    if (!m_name->isModified())
        return;
    m_name->setModified(false);
    const QString name = m_name->text().trimmed();
    if (const std::int64_t group = block(); group != -1) {
        const QString old = blockName(m_document->graph(), group);
        if (name != old && faultOfBlockName(m_document->graph(), name, group).isEmpty())
            m_document->edit(tr("Rename %1 to %2").arg(old, name),
                             [&](EditBuilder& b) { b.renameBlock(group, name.toStdString()); });
        else
            m_name->setText(old);
    } else if (m_nodes.size() == 1) {
        const auto* node = m_document->graph().node(m_nodes.front());
        if (node && QString::fromStdString(node->name) != name)
            m_document->renameNode(m_nodes.front(), name);
    } else if (m_nodes.empty() && name != m_document->title()) {
        m_document->renameNetwork(name);
    }
}

void InspectorPanel::showHelp()
{
    const auto* node = m_nodes.size() == 1 ? m_document->graph().node(m_nodes.front()) : nullptr;
    const auto* layer = node ? engine::findLayer(node->type) : nullptr;
    if (!layer)
        return;
    QString text = QString::fromStdString(layer->help).toHtmlEscaped();
    if (!layer->paper.empty())
        text += QStringLiteral("<br><br>") + QString::fromStdString(layer->paper).toHtmlEscaped();
    QWhatsThis::showText(m_info->mapToGlobal(QPoint(0, m_info->height())), text, this);
    Q_EMIT helpRequested(QString::fromStdString(layer->id));
}

} // namespace convarium::ui
