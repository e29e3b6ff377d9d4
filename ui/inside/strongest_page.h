// The page "Strongest images": the test images that most activate one unit, each with the place that does it.
#pragma once

#include "engine/train/strongest_images.h"
#include "ui/theme/field_mark.h"
#include "ui/theme/widgets.h"
#include "ui/threads/mailbox.h"
#include "ui/threads/task_thread.h"

#include <QAbstractButton>
#include <QImage>

QT_BEGIN_NAMESPACE
class QSpinBox;
QT_END_NAMESPACE

namespace convarium::ui
{

class MapService;
class ProgressLine;
class TrainingController;

/// One of the images: a press chooses it as the image under view.
class StrongestTile final : public QAbstractButton
{
    Q_OBJECT
public:
    explicit StrongestTile(QWidget* parent = nullptr);
    void show(const QImage& picture, const FieldMark& mark, const QString& name, const QString& value);
    [[nodiscard]] const FieldMark& mark() const { return m_mark; }
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QImage m_picture;
    FieldMark m_mark;
    QString m_name, m_value;
};

/// Looks through all test images on a thread of its own when it is opened, for the weights there are then; the best so
/// far are shown at once. Leaving the page stops it. Its window title is its place in the breadcrumb.
class StrongestPage final : public QWidget
{
    Q_OBJECT
public:
    static constexpr int kImages = 9;

    explicit StrongestPage(MapService* maps, QWidget* parent = nullptr);
    ~StrongestPage() override;

    /// Whether a layer has units that images can drive.
    [[nodiscard]] static bool hasUnits(const engine::GraphSpec& graph, engine::NodeId node);
    /// unit: a map of the layer (after what is docked to it), or a number of a list.
    void open(engine::NodeId node, int unit);
    [[nodiscard]] StrongestTile* tile(int i) const { return m_tiles[static_cast<std::size_t>(i)]; }
    [[nodiscard]] const std::vector<engine::StrongestImage>& found() const { return m_found; }
    [[nodiscard]] bool isLooking() const { return m_looking; }
    /// What is said about them.
    [[nodiscard]] QString note() const { return m_note->text(); }
    [[nodiscard]] QSpinBox* unit() const { return m_unit; }

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    struct Finding {
        std::vector<engine::StrongestImage> images;
        std::vector<QImage> pictures;
        std::int64_t done = 0;
        QString fault;
        bool finished = false;
    };
    void look();
    void stop();
    void receive(int id, Finding finding);
    void showTiles(const std::vector<QImage>& pictures);
    void tellState();
    void choose(int tile);

    MapService* m_maps;
    TrainingController* m_controller;
    engine::NodeId m_node = engine::kNoNode;
    engine::NodeId m_shown = engine::kNoNode; ///< m_node, or the last layer docked to it
    engine::Shape m_shape;
    engine::WeightsPtr m_weights; ///< that were looked at; null: the initial ones
    std::vector<engine::StrongestImage> m_found;
    std::int64_t m_done = 0, m_total = 0;
    QString m_fault;
    bool m_looking = false;
    int m_id = 0;
    TextLabel* m_title;
    TextLabel* m_unitName;
    QSpinBox* m_unit;
    TextLabel* m_units;
    QPushButton* m_again;
    TextLabel* m_note;
    ProgressLine* m_progress;
    std::vector<StrongestTile*> m_tiles;
    std::shared_ptr<std::atomic<bool>> m_stop = std::make_shared<std::atomic<bool>>(false);
    Mailbox m_mailbox;
    TaskThread m_thread{Priority::Spare}; ///< last: joined before anything above goes away
};

} // namespace convarium::ui
