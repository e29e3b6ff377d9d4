// A text of the documentation: Markdown from resources/help with the look of the window.
#pragma once

#include <QTextBrowser>

namespace convarium::ui
{

/// Pictures are as wide as the column at most, links lead on, Alt+Left back. Follows theme and text size.
class HelpText final : public QTextBrowser
{
    Q_OBJECT
public:
    explicit HelpText(QWidget* parent = nullptr);
    /// The pages there are, as they are to be read; each is a file `NAME.md`.
    [[nodiscard]] static QStringList names();
    /// name: "build", or "look-inside#draw-a-digit" for a place on a page.
    void open(const QString& name);
    [[nodiscard]] QString name() const; ///< of the page shown
    /// A page's Markdown; empty for a name that is none.
    [[nodiscard]] QString markdown(const QString& name) const;
    [[nodiscard]] QString title(const QString& name) const; ///< its first line

    [[nodiscard]] QVariant loadResource(int type, const QUrl& url) override;

protected:
    void doSetSource(const QUrl& url, QTextDocument::ResourceType type) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    [[nodiscard]] int columnWidth() const;
    void prepare();
    void again();
    void dress();
    void dressFragments(const QTextBlock& block);
    void dressTables();
    void showPlace(const QString& place);
    void bringToTop(const QTextBlock& block);

    QTextDocument* m_document = nullptr;
    int m_width = 0; ///< that the pictures were scaled for
};

} // namespace convarium::ui
