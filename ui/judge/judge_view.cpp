#include "ui/judge/judge_view.h"

#include "ui/judge/confusion_model.h"
#include "ui/judge/confusion_view.h"
#include "ui/judge/explanation_view.h"
#include "ui/judge/judge_service.h"
#include "ui/judge/verdict_list.h"
#include "ui/theme/own_keys.h"
#include "ui/training/map_service.h"
#include "ui/training/training_controller.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLocale>
#include <QPainter>
#include <QSlider>
#include <QStandardItemModel>
#include <QVBoxLayout>
#include <algorithm>

namespace convarium::ui
{

namespace
{
constexpr int kRoomyHeight = 600;
}

JudgeView::JudgeView(TrainingController* controller, MapService* maps, QWidget* parent)
    : QWidget(parent), m_maps(maps), m_service(new JudgeService(controller, this)), m_matrix(new ConfusionModel(this)),
      m_matrixView(new ConfusionView(m_matrix)), m_images(new VerdictModel(m_service, this)),
      m_list(new VerdictList(m_images)), m_accuracy(new TextLabel({}, TextRole::Heading)),
      m_epochText(new TextLabel({}, TextRole::BodyMedium)), m_epoch(new QSlider(Qt::Horizontal)),
      m_reason(new TextLabel({}, TextRole::Body, ColorRole::Text3)),
      m_listTitle(new TextLabel({}, TextRole::SectionBold)),
      m_listNote(new TextLabel({}, TextRole::Body, ColorRole::Text2)), m_allErrors(new QPushButton(tr("All errors"))),
      m_network(new QPushButton(tr("Show in the network"))), m_choice(new QWidget), m_class(new QComboBox),
      m_ownDrawing(new QPushButton(icon(QStringLiteral("pen")), tr("Own drawing"))),
      m_hint(new TextLabel(tr("Choose an image: what speaks for its class appears here."), TextRole::Body,
                           ColorRole::Text2)),
      m_why(new ExplanationView)
{
    setAccessibleName(tr("Judge"));
    setWindowTitle(tr("Judge"));
    setFocusProxy(m_matrixView);
    auto* row = rowIn(this, 0);
    row->addWidget(makeMatrix(), 3);
    row->addWidget(new Hairline(Qt::Vertical));
    row->addWidget(makeImages(), 2);

    connect(m_service, &JudgeService::judgementsChanged, this, &JudgeView::refresh);
    connect(m_epoch, &QSlider::valueChanged, this, [this](int value) {
        m_newest = value == m_epoch->maximum();
        showJudgement();
    });
    connect(m_matrixView, &ConfusionView::cellChosen, this, [this](int truth, int said) {
        m_truth = truth;
        m_said = said;
        showImages();
    });
    connect(m_allErrors, &QPushButton::clicked, this, [this] {
        m_matrixView->setCurrentIndex({});
        m_truth = m_said = -1;
        showImages();
    });
    connect(m_list, &VerdictList::imageChosen, this, [this](quint32 image) { chooseImage(image); });
    connect(m_list, &VerdictList::imageOpened, this, &JudgeView::showInNetwork);
    tellOwnKeys(m_list, {{keyName(Qt::Key_Return), tr("Show the image in the network")}});
    connect(m_network, &QPushButton::clicked, this, &JudgeView::showInNetwork);
    connect(m_ownDrawing, &QPushButton::clicked, this, &JudgeView::explainDrawing);
    connect(m_class, &QComboBox::activated, this, &JudgeView::explain);
    connect(m_service, &JudgeService::explained, this, [this](const ExplanationPtr& explanation) {
        m_why->setExplanation(explanation, m_service->className(explanation->learnt.classIndex));
    });
    refresh();
}

JudgeView::~JudgeView()
{
    m_service->disconnect(this);
}

QWidget* JudgeView::makeMatrix()
{
    auto* panel = new Panel;
    auto* column = new QVBoxLayout(panel);
    column->setContentsMargins(scaled(16), scaled(14), scaled(16), scaled(12));
    column->setSpacing(scaled(8));
    auto* head = new QHBoxLayout;
    head->setSpacing(scaled(12));
    head->addWidget(m_accuracy);
    head->addStretch(1);
    head->addWidget(m_epochText);
    m_epoch->setAccessibleName(tr("Epoch"));
    m_epoch->setToolTip(tr("The matrix after each epoch"));
    m_epoch->setFixedWidth(scaled(200));
    m_epoch->setPageStep(1);
    head->addWidget(m_epoch);
    column->addLayout(head);
    column->addWidget(
        new ElidedLabel(tr("Rows: the true class. Columns: what the network says. Click a cell to see its images."),
                        TextRole::Body, ColorRole::Text2));
    m_reason->setAlignment(Qt::AlignCenter);
    m_reason->setWordWrap(true);
    column->addWidget(m_reason);
    column->addWidget(m_matrixView, 1);
    return panel;
}

QWidget* JudgeView::makeImages()
{
    auto* panel = new Panel;
    auto* column = new QVBoxLayout(panel);
    column->setContentsMargins(scaled(16), scaled(14), scaled(8), scaled(12));
    column->setSpacing(scaled(8));
    auto* head = new QHBoxLayout;
    head->setSpacing(scaled(8));
    head->addWidget(m_listTitle);
    head->addStretch(1);
    head->addWidget(m_allErrors);
    m_network->setToolTip(tr("Its way through the network: on the canvas and in the feature maps (Enter)"));
    head->addWidget(m_network);
    column->addLayout(head);
    m_listNote->setWordWrap(true);
    column->addWidget(m_listNote);
    column->addWidget(m_list, 1);
    column->addWidget(new Hairline);
    column->addWidget(m_explanation = makeExplanation());
    return panel;
}

QWidget* JudgeView::makeExplanation()
{
    auto* box = new QWidget;
    auto* column = columnIn(box, scaled(4));
    auto* head = new QHBoxLayout;
    head->setSpacing(scaled(8));
    m_hint->setWordWrap(true);
    head->addWidget(m_hint, 1);
    auto* choice = rowIn(m_choice, scaled(8));
    choice->addWidget(new TextLabel(tr("What speaks for"), TextRole::BodyMedium));
    m_class->setAccessibleName(tr("Class to explain"));
    m_class->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_class->setMinimumContentsLength(18); // names of classes may be long
    m_class->setToolTip(tr("The class that the three maps explain"));
    choice->addWidget(m_class);
    choice->addStretch(1);
    head->addWidget(m_choice, 1);
    head->addWidget(m_ownDrawing);
    column->addLayout(head);
    column->addWidget(m_why);
    updateExplanation();
    return box;
}

void JudgeView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_service->setWanted(true);
}

void JudgeView::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    m_service->setWanted(false);
}

/// In a low window pictures are smaller, so that images, matrix and explanation are still whole.
void JudgeView::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    const bool low = height() < scaled(kRoomyHeight);
    m_listNote->setVisible(!low);
    m_list->setToolTip(low ? m_listNote->text() : QString());
    m_list->setLow(low);
    m_why->setLow(low);
}

void JudgeView::paintEvent(QPaintEvent*)
{
    QPainter(this).fillRect(rect(), Theme::current().surface);
}

engine::JudgementPtr JudgeView::shown() const
{
    const auto& all = m_service->judgements();
    const auto at = static_cast<std::size_t>(m_epoch->value());
    return at < all.size() ? all[at] : nullptr;
}

void JudgeView::refresh()
{
    const auto count = static_cast<int>(m_service->judgements().size());
    const bool newest = m_newest;
    {
        const QSignalBlocker quiet(m_epoch);
        m_epoch->setRange(0, std::max(0, count - 1));
        if (newest)
            m_epoch->setValue(m_epoch->maximum());
    }
    m_newest = newest;
    m_epoch->setEnabled(count > 1);
    showJudgement();
}

void JudgeView::showJudgement()
{
    const auto judgement = shown();
    QStringList names;
    if (m_service->images())
        for (const auto& name : m_service->images()->classNames())
            names << QString::fromStdString(name);
    m_matrix->setJudgement(judgement, names, m_service->judgesMasks());
    m_reason->setText(m_service->reason());
    m_reason->setVisible(!judgement);
    const QLocale locale;
    const auto percent = [&](double share) { return locale.toString(100 * share, 'f', 1); };
    m_accuracy->setText(!judgement         ? tr("Confusion matrix")
                        : judgement->masks ? tr("%1 % of the pixels right, overlap %2 %")
                                                 .arg(percent(judgement->summary.accuracy),
                                                      percent(judgement->summary.meanIntersectionOverUnion.value_or(0)))
                                           : tr("%1 % right").arg(percent(judgement->summary.accuracy)));
    m_epochText->setText(judgement ? tr("%1 images, epoch %2, step %3")
                                         .arg(locale.toString(static_cast<qlonglong>(judgement->images.size())),
                                              locale.toString(static_cast<qlonglong>(judgement->epoch)),
                                              locale.toString(static_cast<qlonglong>(judgement->step)))
                                   : QString());
    m_matrixView->setAccessibleDescription(judgement ? m_accuracy->text() + QStringLiteral(", ") + m_epochText->text()
                                                     : m_service->reason());
    showImages();
}

/// It becomes the test image everywhere, and is explained.
void JudgeView::chooseImage(std::uint32_t image)
{
    m_maps->setImage(image);
    if (const int row = m_images->rowOf(image); row >= 0)
        look({m_service->images(), image, m_images->verdict(row).predicted, m_images->verdict(row).label});
}

void JudgeView::setDrawing(engine::DatasetPtr drawing, int said)
{
    const bool shown = m_drawing.images && m_subject.images == m_drawing.images;
    m_drawing = {std::move(drawing), 0, said, -1};
    if (shown && !m_drawing.images) {
        look({});
    } else if (shown) { // the same strokes, read with other weights
        const bool other = m_subject.said != said;
        m_subject = m_drawing;
        if (other)
            fillClasses();
    }
    updateExplanation();
}

void JudgeView::explainDrawing()
{
    if (!m_drawing.images)
        return;
    m_list->setCurrentIndex({});
    m_maps->setDrawing(m_drawing.images);
    look(m_drawing);
}

void JudgeView::look(const Subject& subject)
{
    m_subject = subject;
    if (!subject.images)
        m_why->setExplanation({}, {});
    fillClasses();
    updateExplanation();
    explain();
}

/// Whoever has chosen the true class sees that of the next image too; so it is with what the network says.
void JudgeView::fillClasses()
{
    const int before = std::max(0, m_class->currentIndex());
    m_class->clear();
    const auto add = [&](const QString& text, int value) { m_class->addItem(text, value); };
    const bool known = m_subject.truth >= 0;
    add(tr("what it says: %1").arg(m_service->className(m_subject.said)), m_subject.said);
    add(known ? tr("the true class: %1").arg(m_service->className(m_subject.truth)) : tr("the true class: not known"),
        m_subject.truth);
    qobject_cast<QStandardItemModel*>(m_class->model())->item(1)->setEnabled(known);
    const auto classes = m_service->images() ? m_service->images()->classNames().size() : 0;
    for (int i = 0; i < static_cast<int>(classes); ++i)
        add(tr("class %1").arg(m_service->className(i)), i);
    m_class->setCurrentIndex(before >= m_class->count() || (before == 1 && !known) ? 0 : before);
}

void JudgeView::explain()
{
    if (m_subject.images && !m_service->judgesMasks())
        m_service->explain(m_subject.images, m_subject.image, m_class->currentData().toInt());
}

/// The room belongs to the images until one is chosen.
void JudgeView::updateExplanation()
{
    const bool any = m_subject.images != nullptr;
    m_hint->setVisible(!any);
    m_choice->setVisible(any);
    m_why->setVisible(any);
    m_network->setEnabled(any);
    m_ownDrawing->setEnabled(m_drawing.images != nullptr);
    m_ownDrawing->setToolTip(m_drawing.images ? tr("What in your drawing speaks for a class")
                                              : tr("Nothing is drawn yet: Draw a digit, at the top or with D"));
}

void JudgeView::showInNetwork()
{
    if (!m_subject.images)
        return;
    if (m_subject.images == m_drawing.images)
        m_maps->setDrawing(m_drawing.images);
    else
        m_maps->setImage(m_subject.image);
    Q_EMIT networkRequested();
}

void JudgeView::showImages()
{
    m_images->show(shown(), m_truth, m_said);
    const QString count = QLocale().toString(m_images->rowCount());
    const bool masks = m_service->judgesMasks();
    m_explanation->setVisible(!masks); // its methods explain one class for the whole image
    const bool drawing = m_subject.images == m_drawing.images;
    if (m_subject.images && !drawing && (!shown() || m_subject.images != m_service->images()))
        look({}); // of other weights or other data
    m_allErrors->setText(masks ? tr("All of the worst") : tr("All errors"));
    if (m_truth < 0)
        m_listTitle->setText(masks ? tr("Worst images: %1").arg(count) : tr("Errors: %1").arg(count));
    else if (m_truth == m_said)
        m_listTitle->setText(tr("%1, right: %2").arg(m_matrix->className(m_truth), count));
    else
        m_listTitle->setText(
            tr("%1 taken for %2: %3").arg(m_matrix->className(m_truth), m_matrix->className(m_said), count));
    m_listNote->setText(
        masks ? tr("The image, its true and its predicted mask, the smallest overlap first. A click makes "
                   "an image the test image of all feature maps, a double-click leads there.")
              : tr("The surest first. A click makes an image the test image of all feature maps, a double-click leads "
                   "there."));
    m_list->setToolTip(m_listNote->isHidden() ? m_listNote->text() : QString());
    m_allErrors->setVisible(m_truth >= 0);
}

} // namespace convarium::ui
