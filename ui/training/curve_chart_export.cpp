// Curves in files: as a table, and as a picture that tells by itself what it shows.
#include "ui/theme/dialogs.h"
#include "ui/training/curve_chart.h"
#include "ui/training/curve_texts.h"
#include "ui/training/curve_view.h"

#include <QBuffer>
#include <QChart>
#include <QGraphicsLayout>
#include <QLineSeries>
#include <QLogValueAxis>
#include <QPainter>
#include <QSaveFile>
#include <QScatterSeries>
#include <QSvgGenerator>
#include <QValueAxis>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

namespace
{

constexpr QSize kPaper{960, 600}; ///< of the chart, at 100 %
constexpr int kSharp = 2;         ///< pixels of a PNG for each of them: sharp on paper too
constexpr double kMargin = 16, kSwatch = 26;

/// A curve's name with the line or the ring it is drawn with.
struct CurveName {
    QString words;
    QPen pen;
    QBrush ring = Qt::NoBrush; ///< none: a line
};

void paintSwatch(QPainter* painter, const QPointF& left, const CurveName& name)
{
    painter->setPen(name.pen);
    painter->setBrush(name.ring);
    if (name.ring == Qt::NoBrush)
        painter->drawLine(left, left + QPointF(scaled(kSwatch), 0));
    else
        painter->drawEllipse(left + QPointF(scaled(kSwatch) / 2.0, 0), scaled(4), scaled(4));
}

/// In rows; returns the height they take. painter: null where only that is asked for.
double paintNames(QPainter* painter, const QRectF& area, const QList<CurveName>& names)
{
    const QFont font = ui::font(TextRole::Body);
    const QFontMetricsF metrics(font);
    const double line = metrics.height() + scaled(4), swatch = scaled(kSwatch) + scaled(6);
    QPointF at = area.topLeft();
    for (const CurveName& name : names) {
        const double width = swatch + metrics.horizontalAdvance(name.words);
        if (at.x() > area.left() && at.x() + width > area.right())
            at = {area.left(), at.y() + line};
        if (painter) {
            paintSwatch(painter, at + QPointF(0, line / 2), name);
            painter->setFont(font);
            painter->setPen(Theme::current().text);
            painter->drawText(QRectF(at.x() + swatch, at.y(), width, line), Qt::AlignVCenter | Qt::AlignLeft,
                              name.words);
        }
        at.rx() += width + scaled(18);
    }
    return names.isEmpty() ? 0 : at.y() + line - area.top();
}

/// The parts of a line within an area; where it leaves it and comes back they are joined along its border.
QList<QPointF> within(const QList<QPointF>& points, const QRectF& area)
{
    QList<QPointF> out;
    for (qsizetype i = 1; i < points.size(); ++i) {
        const QPointF from = points[i - 1], way = points[i] - from;
        double begin = 0, end = 1;
        const auto cut = [&](double at, double move, double least, double most) {
            if (move == 0 && (at < least || at > most))
                end = -1;
            if (move != 0) {
                const auto [near, far] = std::minmax({(least - at) / move, (most - at) / move});
                begin = std::max(begin, near);
                end = std::min(end, far);
            }
        };
        cut(from.x(), way.x(), area.left(), area.right());
        cut(from.y(), way.y(), area.top(), area.bottom());
        if (begin > end)
            continue;
        if (out.isEmpty() || out.last() != from + begin * way)
            out.append(from + begin * way);
        out.append(from + end * way);
    }
    return out;
}

} // namespace

/// SVG knows no clipping as painters do it: what lies outside the axes must not be there.
void CurveChart::cutToAxes()
{
    const auto height = [this](double y) { return m_log ? std::log10(y) : y; };
    const QRectF area(QPointF(m_xRange.first, height(m_range.minimum)),
                      QPointF(m_xRange.second, height(m_range.maximum)));
    std::vector<QXYSeries*> lines{m_training, m_low, m_validation};
    lines.insert(lines.end(), m_runSeries.begin(), m_runSeries.end());
    for (QXYSeries* line : lines) {
        QList<QPointF> points = line->points();
        for (QPointF& p : points)
            p.setY(height(p.y()));
        points = within(points, area);
        for (QPointF& p : points)
            p.setY(m_log ? std::pow(10.0, p.y()) : p.y());
        line->replace(points);
    }
    for (QXYSeries* rings : {m_rings, m_best}) {
        QList<QPointF> points = rings->points();
        points.removeIf([&](const QPointF& p) { return !area.contains({p.x(), height(p.y())}); });
        rings->replace(points);
    }
}

/// Writes on a thread of its own; a message follows where that fails.
void CurveChart::write(const QString& path, std::function<QByteArray()> content, const QString& failed)
{
    if (!m_writer)
        m_writer = std::make_unique<TaskThread>();
    m_writer->post([this, path, content = std::move(content), failed] {
        QSaveFile file(path);
        if (file.open(QIODevice::WriteOnly) && file.write(content()) >= 0 && file.commit())
            return;
        m_mailbox.post([this, path, failed, fault = file.errorString()] {
            dialogs::inform(this, SignKind::Error, failed, tr("%1: %2. Choose another folder.").arg(path, fault));
        });
    });
}

/// A million steps take seconds to write.
void CurveChart::exportCsv()
{
    if (!m_history)
        return;
    const QString path = dialogs::saveFile(this, tr("Export the curves"), QStringLiteral("training.csv"),
                                           {tr("Table (*.csv)")}, QStringLiteral("csv"));
    if (!path.isEmpty())
        write(
            path, [history = *m_history] { return historyCsv(history); }, tr("The curves could not be written."));
}

void CurveChart::exportPicture()
{
    const QString path = dialogs::saveFile(this, tr("Export the chart"), QStringLiteral("training.png"),
                                           {tr("Picture (*.png)"), tr("Drawing (*.svg)")}, QStringLiteral("png"));
    if (path.isEmpty())
        return;
    const QString failed = tr("The chart could not be written.");
    if (path.endsWith(QStringLiteral(".svg"), Qt::CaseInsensitive)) {
        QByteArray bytes;
        QBuffer buffer(&bytes);
        QSvgGenerator svg;
        svg.setOutputDevice(&buffer);
        svg.setTitle(pictureTitle());
        paintPicture([&](const QSize& size) {
            svg.setSize(size);
            svg.setViewBox(QRect(QPoint(), size));
            return &svg;
        });
        return write(
            path, [bytes] { return bytes; }, failed);
    }
    QImage image;
    paintPicture([&](const QSize& size) {
        image = QImage(kSharp * size, QImage::Format_RGB32);
        image.setDevicePixelRatio(kSharp);
        return &image;
    });
    write(
        path,
        [image] {
            QByteArray png;
            QBuffer out(&png);
            out.open(QIODevice::WriteOnly);
            image.save(&out, "PNG");
            return png;
        },
        failed);
}

QString CurveChart::pictureTitle() const
{
    const QString title = measureTitle(m_measure);
    return m_runName.isEmpty() ? title : tr("%1: %2").arg(m_runName, title.toLower());
}

/// The same curves in a chart of their own: light, of a size that does not depend on the window, with all that the
/// window tells around it. device: makes one of that size.
void CurveChart::paintPicture(const std::function<QPaintDevice*(const QSize&)>& device) const
{
    const ScopedTheme light(lightTheme());
    CurveChart paper(m_measure);
    paper.m_lossName = m_lossName;
    paper.m_axis = m_axis;
    paper.m_smoothing = m_smoothing;
    paper.m_history = m_history;
    paper.m_xMax = m_xMax;
    paper.m_zoomed = m_zoomed;
    paper.m_batches = m_batches;
    paper.m_low->setVisible(m_batches);
    paper.setLogScale(m_log);
    paper.setRuns(m_runs);
    for (QAbstractSeries* each : paper.chart()->series()) { // lines grow with the pixels
        auto* series = static_cast<QXYSeries*>(each);
        QPen pen = series->pen();
        pen.setCosmetic(false);
        series->setPen(pen);
    }
    paper.m_x->setTitleText(axisTitle(m_axis));
    QAbstractAxis* y = m_log ? static_cast<QAbstractAxis*>(paper.m_logY) : paper.m_y;
    const QString unit = measureNote(m_measure, m_lossName);
    y->setTitleText(m_measure == Measure::Accuracy ? tr("%1 (%)").arg(unit) : unit);
    paper.resize(scaled(kPaper.width()), scaled(kPaper.height()));
    paper.grab(); // gives everything its place, though it is never shown
    paper.refresh();
    paper.cutToAxes();
    paper.chart()->layout()->activate();

    const QString run = m_runName.isEmpty() || m_runs.empty() ? QString() : tr("%1, ").arg(m_runName);
    QList<CurveName> names;
    const auto name = [&](const QXYSeries* series, const QString& words, const QBrush& ring = Qt::NoBrush) {
        if (series->count() > 0 && series->isVisible())
            names.append({words, series->pen(), ring});
    };
    name(paper.m_training, run + tr("training"));
    name(paper.m_low, run + tr("smallest and largest batches"));
    name(paper.m_rings, run + tr("validation"), paper.m_rings->brush());
    name(paper.m_best, run + tr("best epoch"), paper.m_best->brush());
    for (std::size_t i = 0; i < m_runs.size(); ++i)
        name(paper.m_runSeries[i], m_runs[i].label);

    const Theme& theme = Theme::current();
    const double margin = scaled(kMargin), width = paper.m_view->width();
    const double note = margin + lineHeight(TextRole::Heading) + scaled(2);
    const QRectF legend(margin, note + lineHeight(TextRole::Body) + scaled(8), width, 0);
    const double top = legend.top() + paintNames(nullptr, legend, names) + scaled(8);
    const QSize size(qRound(width + 2 * margin), qRound(top + paper.m_view->height() + margin / 2));
    QPainter painter(device(size));
    const auto words = [&](double at, const QString& text, TextRole role, const QColor& color) {
        painter.setFont(ui::font(role));
        painter.setPen(color);
        painter.drawText(QRectF(margin, at, width, lineHeight(role)), Qt::AlignVCenter | Qt::AlignLeft, text);
    };
    painter.fillRect(QRect(QPoint(), size), theme.surface);
    painter.setRenderHint(QPainter::Antialiasing);
    words(margin, pictureTitle(), TextRole::Heading, theme.text);
    words(note, noteText(), TextRole::Body, theme.text2);
    paintNames(&painter, legend, names);
    paper.m_view->render(&painter, QRectF(QPointF(margin, top), QSizeF(paper.m_view->size())));
}

} // namespace convarium::ui
