#include "ui/inside/update_panel.h"

#include "ui/inside/calculation_lines.h"
#include "ui/inside/number_text.h"
#include "ui/theme/colormap.h"
#include "ui/theme/widgets.h"

#include <QComboBox>
#include <QGridLayout>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

/// One bar for each image of the batch.
class ImageSums final : public QWidget
{
public:
    ImageSums();
    void setSums(const std::vector<double>& sums);
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<double> m_sums;
};

UpdatePanel::UpdatePanel(QWidget* parent)
    : QWidget(parent), m_tensor(new QComboBox), m_title(new TextLabel({}, TextRole::SectionBold)),
      m_line(new TextLabel({}, TextRole::Small, ColorRole::Text2)), m_images(new ImageSums), m_lines(nullptr),
      m_note(new TextLabel({}, TextRole::Small, ColorRole::Text2))
{
    setAccessibleName(QStringLiteral("Update of a weight"));
    auto* column = columnIn(this, scaled(12));
    auto* gradient = new Panel(Panel::Fill::Surface, true);
    auto* box = new QVBoxLayout(gradient);
    box->setContentsMargins(scaled(16), scaled(12), scaled(16), scaled(12));
    auto* head = new QHBoxLayout;
    head->addWidget(m_title);
    head->addStretch(1);
    m_tensor->setAccessibleName(QStringLiteral("Weights of the layer"));
    head->addWidget(m_tensor);
    box->addLayout(head);
    box->addWidget(m_line);
    box->addWidget(m_images, 1);
    column->addWidget(gradient, 1);

    auto* calculation = new Panel(Panel::Fill::Surface, true);
    auto* inner = new QVBoxLayout(calculation);
    inner->setContentsMargins(scaled(16), scaled(12), scaled(16), scaled(12));
    inner->addWidget(new TextLabel(tr("From the gradient to the new weight"), TextRole::SectionBold));
    m_lines = new QWidget;
    m_lines->setAccessibleName(QStringLiteral("Calculation of the update"));
    auto* grid = new QGridLayout(m_lines);
    grid->setContentsMargins(0, scaled(4), 0, scaled(4));
    grid->setHorizontalSpacing(scaled(16));
    grid->setColumnStretch(1, 1);
    inner->addWidget(m_lines);
    m_note->setWordWrap(true);
    inner->addWidget(m_note);
    column->addWidget(calculation);
    connect(m_tensor, &QComboBox::textActivated, this, &UpdatePanel::tensorChosen);
}

void UpdatePanel::setResult(const NumberResult& r)
{
    const QSignalBlocker blocker(m_tensor);
    m_tensor->clear();
    for (const QString& key : r.tensorKeys)
        m_tensor->addItem(key);
    m_tensor->setCurrentText(QString::fromStdString(r.request.tensor));
    m_title->setText(tr("Gradient: %1").arg(numberText(r.before.gradient, decimalsFor(r.before.gradient, 4))));
    const QLocale locale;
    m_line->setText(tr("%1 images of step %2 bring %3 products: a bar for each image")
                        .arg(locale.toString(static_cast<int>(r.imageSums.size())))
                        .arg(locale.toString(static_cast<qlonglong>(r.step)))
                        .arg(locale.toString(
                            static_cast<qulonglong>(r.steps.empty() ? 0 : r.steps.front().explanation.terms.size()))));
    m_images->setSums(r.imageSums);
    auto* grid = static_cast<QGridLayout*>(m_lines->layout());
    while (QLayoutItem* item = grid->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    const auto lines = updateLines(r.update.weight);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const bool last = i + 1 == lines.size();
        const int row = static_cast<int>(i);
        grid->addWidget(new TextLabel(lines[i].name, last ? TextRole::BodyBold : TextRole::Body), row, 0, Qt::AlignTop);
        auto* calculation = new TextLabel(lines[i].calculation, TextRole::Body, ColorRole::Text2);
        calculation->setWordWrap(true);
        grid->addWidget(calculation, row, 1, Qt::AlignTop);
        grid->addWidget(new TextLabel(lines[i].result, last ? TextRole::Result : TextRole::BodyBold), row, 2,
                        Qt::AlignTop | Qt::AlignRight);
    }
    m_note->setText(tr("%1, rate %2. This is what the next step does: the batch it reads, its statistics and its "
                       "dropout. g is the gradient of the mean loss of the batch.")
                        .arg(r.optimizer, numberText(r.rate)));
}

ImageSums::ImageSums()
{
    setAccessibleName(QStringLiteral("Gradient by image"));
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, qOverload<>(&QWidget::update));
}

QSize ImageSums::minimumSizeHint() const
{
    return {scaled(200), scaled(70)};
}

void ImageSums::setSums(const std::vector<double>& sums)
{
    m_sums = sums;
    double sum = 0;
    for (const double s : sums)
        sum += s;
    setAccessibleDescription(
        UpdatePanel::tr("%1 images, sum %2").arg(sums.size()).arg(numberText(sum, decimalsFor(sum, 4))));
    update();
}

void ImageSums::paintEvent(QPaintEvent*)
{
    if (m_sums.empty())
        return;
    const Theme& theme = Theme::current();
    QPainter painter(this);
    double low = 0, high = 0;
    for (const double s : m_sums) {
        low = std::min(low, s);
        high = std::max(high, s);
    }
    if (low == high)
        high = 1;
    const auto y = [&](double v) { return 2 + (high - v) / (high - low) * (height() - 4); };
    const double pitch = static_cast<double>(width()) / static_cast<double>(m_sums.size());
    for (std::size_t i = 0; i < m_sums.size(); ++i) {
        const double v = m_sums[i];
        const QRectF bar(static_cast<double>(i) * pitch + pitch * 0.1, std::min(y(0), y(v)), std::max(1.0, pitch * 0.8),
                         std::max(1.0, std::abs(y(0) - y(v))));
        painter.fillRect(bar, QColor::fromRgb(mapColor(ColorMap::Signed, v >= 0 ? 0.6 : -0.6, 1, theme)));
    }
    painter.setPen(QPen(theme.line2, 1));
    painter.drawLine(QPointF(0, y(0)), QPointF(width(), y(0)));
}

bool ImageSums::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip || m_sums.empty())
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const int i = std::clamp(help->pos().x() * static_cast<int>(m_sums.size()) / std::max(1, width()), 0,
                             static_cast<int>(m_sums.size()) - 1);
    const double v = m_sums[static_cast<std::size_t>(i)];
    QToolTip::showText(help->globalPos(),
                       UpdatePanel::tr("Image %1 of the batch: %2").arg(i + 1).arg(numberText(v, decimalsFor(v, 4))),
                       this);
    return true;
}

} // namespace convarium::ui
