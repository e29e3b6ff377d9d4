// One architecture as a card: silhouette, name, year, authors, the one idea, sizes.
#pragma once

#include "ui/gallery/gallery_data.h"

#include <QAbstractButton>

class QToolButton;

namespace convarium::ui
{

/// A click or Enter opens the first size; the buttons in its corner, or keys, offer all of them and tell its story.
class GalleryCard final : public QAbstractButton
{
    Q_OBJECT
public:
    static constexpr int kWidth = 270, kHeight = 262, kGap = 18; ///< of the design

    explicit GalleryCard(GalleryEntry entry, QWidget* parent = nullptr);
    [[nodiscard]] const GalleryEntry& entry() const { return m_entry; }
    [[nodiscard]] QToolButton* aboutButton() const { return m_about; }
    [[nodiscard]] QSize sizeHint() const override;
    /// Where the sizes stand, a line for each: beside the buttons.
    [[nodiscard]] QRect sizesRect() const;

Q_SIGNALS:
    void chosen(const QString& preset);
    void arrowPressed(int key);
    /// Its story and its paper.
    void detailsRequested();

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    void offerSizes(QPoint global);

    GalleryEntry m_entry;
    QToolButton* m_about;
    QToolButton* m_more = nullptr;
};

} // namespace convarium::ui
