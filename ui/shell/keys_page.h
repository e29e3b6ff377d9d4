// Every key of the window on one page, by the place it belongs to. Nothing of it is written by hand: it reads the
// actions of the menus and views, and what widgets tell of the keys they handle themselves.
#pragma once

#include <QList>
#include <QScrollArea>

namespace convarium::ui
{

struct KeyEntry {
    QString does;
    QStringList keys; ///< any of them does it
    friend bool operator==(const KeyEntry&, const KeyEntry&) = default;
};

struct KeyArea {
    QString title;
    QList<KeyEntry> entries;
};

/// Of the menus in their order, then of the parts of the window. What a menu has is not told again.
[[nodiscard]] QList<KeyArea> keyAreas(const QWidget* window);

/// Read anew whenever it is shown. Its window title is its place in the breadcrumb.
class KeysPage final : public QScrollArea
{
    Q_OBJECT
public:
    explicit KeysPage(QWidget* parent = nullptr);

protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void fill();
    [[nodiscard]] int columns() const;
    int m_columns = 0;
};

} // namespace convarium::ui
