// Small widgets shared by all parts of the window. All of them follow theme and text size by themselves.
#pragma once

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/theme/type.h"

#include <QFrame>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QToolButton>
#include <QVector>
#include <QWidget>

class QHBoxLayout;
class QRadioButton;
class QVBoxLayout;

namespace convarium::ui
{

/// A layout for a widget that has no margins of its own; spacing < 0: that of the style.
QHBoxLayout* rowIn(QWidget* widget, int spacing = -1);
QVBoxLayout* columnIn(QWidget* widget, int spacing = -1);

/// Marks a button as the one main action of its place: filled with the accent.
void setPrimary(QPushButton* button, bool primary = true);
/// Marks a push or tool button as large (38 high instead of 32).
void setLarge(QWidget* button, bool large = true);
/// Gives a tool button (also those of a QToolBar) the border of a control; the default is flat.
void setOutlined(QToolButton* button, bool outlined = true);
/// Marks a field whose content cannot be used: error border. Say why in words beside it.
void setInvalid(QWidget* field, bool invalid = true);

/// A label with a text role and a colour role.
class TextLabel : public QLabel
{
    Q_OBJECT
public:
    explicit TextLabel(const QString& text = {}, TextRole role = TextRole::Body, ColorRole color = ColorRole::Text,
                       QWidget* parent = nullptr);
    void setRole(TextRole role);
    void setColorRole(ColorRole color);

private:
    void refresh();
    TextRole m_role;
    ColorRole m_color;
};

/// One line, or a few, that shortens itself in the middle when it does not fit; the full text is then its tooltip.
/// text() and the accessible name always are the full text. Never use it for numbers.
class ElidedLabel final : public TextLabel
{
    Q_OBJECT
public:
    explicit ElidedLabel(const QString& text = {}, TextRole role = TextRole::Body, ColorRole color = ColorRole::Text,
                         QWidget* parent = nullptr);
    /// Qt::ElideNone: whole or not at all.
    void setElideMode(Qt::TextElideMode mode);
    /// As many as the text needs, at most that many.
    void setMostLines(int lines);
    [[nodiscard]] bool isElided() const; ///< there is no room for all of it
    [[nodiscard]] QSize minimumSizeHint() const override;
    [[nodiscard]] bool hasHeightForWidth() const override { return m_mostLines > 1; } // QLabel forgets its policy
    [[nodiscard]] int heightForWidth(int width) const override;

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    /// Broken between words; the last one may be too long.
    [[nodiscard]] QStringList lines(int width) const;

    Qt::TextElideMode m_mode = Qt::ElideMiddle;
    int m_mostLines = 1;
};

/// One choice of a few, side by side: same | valid | by hand. Tab enters it, the arrow keys choose.
/// Every segment is a radio button to assistive technology; call setAccessibleName on the control itself.
class SegmentedControl final : public QWidget
{
    Q_OBJECT
public:
    explicit SegmentedControl(QWidget* parent = nullptr);
    explicit SegmentedControl(const QStringList& labels, QWidget* parent = nullptr);
    /// Appends a segment and returns its index; the first one becomes the current one.
    int addSegment(const QString& text, const QString& iconName = {}, const QString& toolTip = {});
    [[nodiscard]] int count() const { return static_cast<int>(m_segments.size()); }
    [[nodiscard]] int currentIndex() const;
    /// Does nothing when the index is out of range. Emits currentChanged when the choice changes.
    void setCurrentIndex(int index);
    [[nodiscard]] QString segmentText(int index) const;
    /// A disabled segment keeps its place; give the reason as tooltip.
    void setSegmentEnabled(int index, bool enabled, const QString& reason = {});

Q_SIGNALS:
    void currentChanged(int index);

private:
    void updateEnds();
    QVector<QRadioButton*> m_segments;
};

/// Line edit with a magnifier at the left and a key cap at the right while it is empty and without focus.
/// Escape clears it; a second Escape is passed on.
class SearchField final : public QLineEdit
{
    Q_OBJECT
public:
    explicit SearchField(const QString& placeholder, QWidget* parent = nullptr);
    /// The key that leads here, "/"; shown only.
    void setKeyHint(const QString& key);

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QString m_keyHint;
};

/// Title of a section. With setContent() it folds that widget away and shows a chevron.
class SectionHeader final : public QPushButton
{
    Q_OBJECT
public:
    explicit SectionHeader(const QString& title, QWidget* parent = nullptr);
    /// The widget to show and hide (not owned); makes the header collapsible.
    void setContent(QWidget* content);
    /// Small text at the right: "batch 64".
    void setNote(const QString& note);
    void setTextRole(TextRole role, ColorRole color = ColorRole::Text);
    [[nodiscard]] bool isExpanded() const { return m_expanded; }
    void setExpanded(bool expanded);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

Q_SIGNALS:
    void expandedChanged(bool expanded);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QWidget* m_content = nullptr;
    QString m_note;
    TextRole m_role = TextRole::Section;
    ColorRole m_color = ColorRole::Text;
    bool m_expanded = true;
};

/// Flat square button with an icon; the text is its tooltip and accessible name.
class IconButton final : public QToolButton
{
    Q_OBJECT
public:
    IconButton(const QString& iconName, const QString& text, QWidget* parent = nullptr,
               ColorRole role = ColorRole::Text);
    void setIconName(const QString& iconName, ColorRole role = ColorRole::Text);
    [[nodiscard]] QString iconName() const { return m_iconName; }

private:
    QString m_iconName;
};

/// A line of one pixel in the colour `line`.
class Hairline final : public QWidget
{
    Q_OBJECT
public:
    explicit Hairline(Qt::Orientation orientation = Qt::Horizontal, QWidget* parent = nullptr);
    [[nodiscard]] QSize sizeHint() const override { return {1, 1}; }

protected:
    void paintEvent(QPaintEvent* event) override;
};

enum class SignKind { Ok, Info, Warning, Error };

/// Paints the round sign of a state about `centre`. filled: solid colour with the symbol cut out (faults on cards);
/// otherwise the tint with the symbol in colour.
void paintSign(QPainter* painter, const QPointF& centre, double diameter, SignKind kind, bool filled = false);

/// The round sign as a widget; always beside words.
class Sign final : public QWidget
{
    Q_OBJECT
public:
    explicit Sign(SignKind kind, int diameter = 24, QWidget* parent = nullptr);
    void setKind(SignKind kind);
    void setFilled(bool filled);
    [[nodiscard]] SignKind kind() const { return m_kind; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    SignKind m_kind;
    int m_diameter;
    bool m_filled = false;
};

/// The name of a key in a small frame: [Esc].
class KeyCap final : public QLabel
{
    Q_OBJECT
public:
    explicit KeyCap(const QString& key, QWidget* parent = nullptr);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;
};

/// Paints a key cap into the rectangle.
void paintKeyCap(QPainter* painter, const QRectF& rect, const QString& key);

/// A panel: surface or another colour behind its children, with an optional 1 px border and radius 8.
class Panel final : public QFrame
{
    Q_OBJECT
public:
    enum class Fill { Surface, Sunken, Canvas, AccentTint, SuccessTint, WarningTint, ErrorTint };
    explicit Panel(Fill fill = Fill::Surface, bool bordered = false, QWidget* parent = nullptr);
    void setFill(Fill fill);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Fill m_fill;
    bool m_bordered;
};

} // namespace convarium::ui
