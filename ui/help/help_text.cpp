#include "ui/help/help_text.h"

#include "ui/theme/theme.h"
#include "ui/theme/type.h"

#include <QAbstractTextDocumentLayout>
#include <QFile>
#include <QPixmap>
#include <QResizeEvent>
#include <QScrollBar>
#include <QTextBlock>
#include <QTextList>
#include <QTextTable>
#include <utility>

namespace convarium::ui
{

namespace
{

constexpr int kMargin = 32;

QUrl address(const QString& name)
{
    const QString page = name.section(QLatin1Char('#'), 0, 0), place = name.section(QLatin1Char('#'), 1);
    QUrl url(QStringLiteral("qrc:/convarium/help/%1.md").arg(page));
    if (!place.isEmpty())
        url.setFragment(place);
    return url;
}

QString nameOf(const QUrl& url)
{
    return url.fileName().section(QLatin1Char('.'), 0, 0);
}

/// What a link to a heading is called where these pages are read elsewhere: "Draw a digit" is draw-a-digit.
QString placeOf(const QString& heading)
{
    QString place;
    for (const QChar c : heading.toLower())
        if (c.isLetterOrNumber() || c == QLatin1Char('-'))
            place += c;
        else if (c == QLatin1Char(' '))
            place += QLatin1Char('-');
    return place;
}

bool isCode(const QTextBlock& block)
{
    return block.isValid() && block.blockFormat().hasProperty(QTextFormat::BlockCodeFence);
}

TextRole headingRole(int level)
{
    return level == 1 ? TextRole::Title : level == 2 ? TextRole::Heading : TextRole::SectionBold;
}

} // namespace

HelpText::HelpText(QWidget* parent) : QTextBrowser(parent)
{
    setAccessibleName(tr("Help text"));
    setFrameShape(QFrame::NoFrame);
    setOpenExternalLinks(true);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn); // one that comes and goes would change the width of the text
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, &HelpText::again);
}

QStringList HelpText::names()
{
    return {QStringLiteral("first-steps"), QStringLiteral("build"), QStringLiteral("train"),
            QStringLiteral("look-inside"), QStringLiteral("data"),  QStringLiteral("files"),
            QStringLiteral("numbers"),     QStringLiteral("tour"),  QStringLiteral("built-by-hand"),
            QStringLiteral("speed")};
}

void HelpText::open(const QString& name)
{
    setSource(address(name));
}

QString HelpText::name() const
{
    return nameOf(source());
}

QString HelpText::markdown(const QString& name) const
{
    QFile file(QLatin1Char(':') + address(name).path());
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return QString::fromUtf8(file.readAll());
}

QString HelpText::title(const QString& name) const
{
    return markdown(name).section(QLatin1Char('\n'), 0, 0).mid(2);
}

QVariant HelpText::loadResource(int type, const QUrl& url)
{
    const QUrl whole = source().resolved(url);
    if (type == QTextDocument::MarkdownResource)
        return markdown(nameOf(whole));
    if (type != QTextDocument::ImageResource)
        return QTextBrowser::loadResource(type, url);
    QPixmap picture(QLatin1Char(':') + whole.path());
    const int width = qRound(columnWidth() * devicePixelRatioF());
    if (picture.width() > width)
        picture = picture.scaledToWidth(width, Qt::SmoothTransformation);
    picture.setDevicePixelRatio(devicePixelRatioF());
    return picture;
}

void HelpText::doSetSource(const QUrl& url, QTextDocument::ResourceType type)
{
    prepare();
    QTextBrowser::doSetSource(url, type);
    dress();
    showPlace(url.fragment());
}

void HelpText::prepare()
{
    m_width = columnWidth();
    // In the same document a new text would begin in the format of the old one.
    auto* fresh = new QTextDocument(this);
    fresh->setDefaultFont(ui::font(TextRole::Reading));
    fresh->setIndentWidth(scaled(24));
    fresh->setUndoRedoEnabled(false);
    setDocument(fresh);
    if (auto* old = std::exchange(m_document, fresh))
        old->deleteLater(); // Qt may be walking the children
}

void HelpText::resizeEvent(QResizeEvent* event)
{
    QTextBrowser::resizeEvent(event);
    if (columnWidth() != m_width)
        again();
}

int HelpText::columnWidth() const
{
    return std::max(scaled(200), viewport()->width() - 2 * scaled(kMargin));
}

/// The same page at the same place, for another width, theme or text size.
void HelpText::again()
{
    if (source().isEmpty())
        return;
    const int topmost = cursorForPosition(QPoint(scaled(kMargin), 1)).blockNumber();
    prepare();
    reload();
    dress();
    if (topmost > 0)
        bringToTop(document()->findBlockByNumber(topmost));
}

/// Markdown knows headings, code and tables, but not how they look here.
void HelpText::dress()
{
    document()->setDocumentMargin(scaled(kMargin));
    for (QTextBlock block = document()->begin(); block.isValid(); block = block.next()) {
        QTextCursor cursor(block);
        QTextBlockFormat format = block.blockFormat();
        const int level = format.headingLevel();
        if (isCode(block)) {
            format.setBackground(Theme::current().sunken);
            format.setNonBreakableLines(false);
            format.setBottomMargin(isCode(block.next()) ? 0 : scaled(10));
        } else if (!cursor.currentTable()) {
            format.setLineHeight(128, QTextBlockFormat::ProportionalHeight);
            format.setBottomMargin(scaled(block.textList() ? 4 : 10));
            if (QTextList* list = block.textList(); list && list->format().style() == QTextListFormat::ListCircle) {
                QTextListFormat marks = list->format();
                marks.setStyle(QTextListFormat::ListDisc);
                list->setFormat(marks);
            }
        }
        if (level > 0) {
            format.setTopMargin(level == 1 ? 0 : scaled(24));
            format.setBottomMargin(scaled(8));
            QTextCharFormat heading;
            heading.setFont(ui::font(headingRole(level)));
            cursor.movePosition(QTextCursor::EndOfBlock, QTextCursor::KeepAnchor);
            cursor.setCharFormat(heading);
        } else {
            dressFragments(block);
        }
        QTextCursor(block).setBlockFormat(format);
    }
    dressTables();
}

void HelpText::dressFragments(const QTextBlock& block)
{
    struct Part {
        int from, to;
        QTextCharFormat format;
    };
    QList<Part> parts; // a block must not change while it is walked
    for (auto it = block.begin(); !it.atEnd(); ++it) {
        const QTextFragment fragment = it.fragment();
        QTextCharFormat format;
        if (fragment.charFormat().fontFixedPitch() || isCode(block))
            format.setFont(monoFont(isCode(block) ? 12 : 13));
        if (fragment.charFormat().isAnchor())
            format.setForeground(Theme::current().accent);
        if (!format.isEmpty())
            parts.append({fragment.position(), fragment.position() + fragment.length(), format});
    }
    for (const Part& part : parts) {
        QTextCursor cursor(document());
        cursor.setPosition(part.from);
        cursor.setPosition(part.to, QTextCursor::KeepAnchor);
        cursor.mergeCharFormat(part.format);
    }
}

void HelpText::dressTables()
{
    for (QTextFrame* frame : document()->rootFrame()->childFrames()) {
        auto* table = qobject_cast<QTextTable*>(frame);
        if (!table)
            continue;
        QTextTableFormat format = table->format();
        format.setBorder(1);
        format.setBorderCollapse(true);
        format.setBorderStyle(QTextFrameFormat::BorderStyle_Solid);
        format.setBorderBrush(Theme::current().line);
        format.setCellPadding(scaled(6));
        format.setCellSpacing(0);
        format.setTopMargin(scaled(8));
        format.setBottomMargin(scaled(8));
        table->setFormat(format);
    }
}

void HelpText::showPlace(const QString& place)
{
    if (place.isEmpty())
        return;
    for (QTextBlock block = document()->begin(); block.isValid(); block = block.next())
        if (block.blockFormat().headingLevel() > 0 && placeOf(block.text()) == place) {
            setTextCursor(QTextCursor(block));
            bringToTop(block);
            return;
        }
}

void HelpText::bringToTop(const QTextBlock& block)
{
    const int top = qRound(document()->documentLayout()->blockBoundingRect(block).top());
    verticalScrollBar()->setValue(top - scaled(8));
}

} // namespace convarium::ui
