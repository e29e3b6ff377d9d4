// The small list that finds a layer by its name, at the place where it is wanted.
#pragma once

#include "ui/document/layer_catalogue.h"

#include <QFrame>

class QListWidget;

namespace convarium::ui
{

class SearchField;
class TextLabel;

/// A child of the canvas. Filters while one types, a name and perhaps settings; arrows choose, Enter or a click takes,
/// Esc or a click elsewhere closes. Accessible name "Quick search".
class LayerSearch final : public QFrame
{
    Q_OBJECT
public:
    explicit LayerSearch(QWidget* parent);
    /// Offers these at a point of the parent, moved so that all of it can be seen. text: what has been typed already;
    /// prompt: what stands in the empty field.
    void open(std::vector<LayerEntry> entries, QPoint at, const QString& text, const QString& prompt = {});
    [[nodiscard]] SearchField* field() const { return m_field; }
    [[nodiscard]] QListWidget* list() const { return m_list; }

Q_SIGNALS:
    /// A layer with its settings, or a block; the list is closed already.
    void chosen(const convarium::ui::LayerChoice& choice);
    /// Closed without a choice. byKey: the focus is to go back to where it came from.
    void cancelled(bool byKey);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void filter(const QString& text);
    void take();
    void cancel();
    void step(int by);

    SearchField* m_field;
    QListWidget* m_list;
    TextLabel* m_help;
    std::vector<LayerEntry> m_entries;
    std::vector<FoundLayer> m_found; ///< rows of the list
};

} // namespace convarium::ui
