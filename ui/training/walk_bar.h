// The row under the training bar while a batch is walked through.
#pragma once

#include "ui/theme/widgets.h"

class QSlider;
class QSpinBox;

namespace convarium::ui
{

class WalkController;

/// What happens now, back, slow motion, forward, and the two ways out. Hidden while nobody walks.
class WalkBar final : public QWidget
{
    Q_OBJECT
public:
    explicit WalkBar(WalkController* walk, QWidget* parent = nullptr);
    [[nodiscard]] QString text() const { return m_text->text(); }

Q_SIGNALS:
    void shownChanged();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QPushButton* addButton(const QString& text);
    void refresh();

    WalkController* m_walk;
    TextLabel* m_text;
    TextLabel* m_place;
    QWidget* m_motion; ///< all that makes sense while walking only
    QSpinBox* m_image;
    TextLabel* m_images;
    IconButton* m_nextImage;
    IconButton* m_back;
    IconButton* m_play;
    IconButton* m_forward;
    QSlider* m_speed;
    TextLabel* m_speedText;
    QPushButton* m_finish;
    QPushButton* m_next;
    QPushButton* m_leave;
};

} // namespace convarium::ui
