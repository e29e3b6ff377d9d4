// The help in the window: its topics, a search through all of them, and the text.
#pragma once

#include <QWidget>

class QListWidget;

namespace convarium::ui
{

class HelpText;
class SearchField;
class TextLabel;

class HelpPage final : public QWidget
{
    Q_OBJECT
public:
    explicit HelpPage(QWidget* parent = nullptr);
    /// name: as HelpText::open() takes it; empty: the page that was read last.
    void read(const QString& name);
    [[nodiscard]] HelpText* text() const { return m_text; }

Q_SIGNALS:
    void closed(); ///< by Esc

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void search();
    void findNext();
    void markCurrent();

    SearchField* m_search;
    TextLabel* m_nothing;
    QListWidget* m_topics;
    HelpText* m_text;
};

} // namespace convarium::ui
