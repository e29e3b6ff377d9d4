// The start page: first steps, new and recent files at the left, the built-in networks at the right.
#pragma once

#include "ui/gallery/gallery_data.h"
#include "ui/threads/mailbox.h"
#include "ui/threads/task_thread.h"

#include <QPointer>
#include <QWidget>
#include <memory>

class QScrollArea;
class QVBoxLayout;

namespace convarium::ui
{

class GalleryCard;
class Popover;
class RecentRow;
class SearchField;
class TextLabel;

/// Lives in the UI thread; networks and files are read by a thread of its own when the page is first shown.
class GalleryPage final : public QWidget
{
    Q_OBJECT
public:
    explicit GalleryPage(QWidget* parent = nullptr);
    ~GalleryPage() override;

    [[nodiscard]] const std::vector<GalleryCard*>& cards() const { return m_cards; }
    /// Story and paper of one network, over the page; null while none is shown.
    [[nodiscard]] Popover* details() const;

Q_SIGNALS:
    void presetChosen(const QString& preset);
    void fileChosen(const QString& path);
    void newRequested();
    void openRequested();
    void beginRequested();
    void backRequested();

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    QWidget* makeLeft();
    QWidget* makeRight();
    void read();
    void showNetworks(const std::vector<GallerySection>& sections);
    void showRecent(const std::vector<RecentFile>& files);
    void arrange();
    void search(const QString& words);
    void walk(GalleryCard* from, int key);
    void showDetails(GalleryCard* card);
    [[nodiscard]] std::vector<GalleryCard*> visibleCards() const;

    struct Section {
        TextLabel* title;
        std::vector<GalleryCard*> cards;
    };

    QWidget* m_left = nullptr;
    QWidget* m_recent = nullptr;
    QVBoxLayout* m_recentRows = nullptr;
    SearchField* m_search = nullptr;
    QScrollArea* m_scroll = nullptr;
    QWidget* m_grid = nullptr; ///< holds titles and cards, placed by arrange()
    TextLabel* m_nothing = nullptr;
    std::vector<Section> m_sections;
    std::vector<GalleryCard*> m_cards;
    QPointer<Popover> m_details;
    Mailbox m_mailbox;
    std::unique_ptr<TaskThread> m_thread;
};

} // namespace convarium::ui
