// "Feature maps": what the chosen layer makes of a test image, live.
#pragma once

#include "ui/theme/widgets.h"
#include "ui/training/map_grid.h"

#include <QWidget>
#include <optional>

QT_BEGIN_NAMESPACE
class QAction;
class QBoxLayout;
class QComboBox;
class QMenu;
class QSpinBox;
QT_END_NAMESPACE

namespace convarium::ui
{

class ImageActions;
class ImageSearch;
class MapService;
class ScaleBar;

/// Maps in a grid, the kernels of the chosen map, the image and the scale. Asks for pictures only while it is visible.
class FeatureMapPanel final : public QWidget
{
    Q_OBJECT
public:
    explicit FeatureMapPanel(MapService* service, QWidget* parent = nullptr);
    ~FeatureMapPanel() override;

    /// Shows another layer; label as people read it ("C3"). kNoNode: says that one may be chosen.
    void setNode(engine::NodeId node, const QString& label);
    [[nodiscard]] MapGrid* grid() const { return m_grid; }
    [[nodiscard]] PixelPicture* picture() const { return m_picture; }
    [[nodiscard]] ImageActions* images() const { return m_images; }
    /// How far a search for an image is, "The middle sees 14×14 of 28×28 pixels", or what the number under the pointer
    /// is and sees; empty without a layer.
    [[nodiscard]] QString seenText() const { return m_seen->text(); }
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    /// The user wants to draw the image.
    void drawingRequested();
    /// The kernels of the shown layer are to be written by hand.
    void kernelsRequested(qint64 node);
    /// The test images that most activate a map of the shown layer are wanted.
    void strongestRequested(qint64 node, int map);
    /// A number of the shown layer (after what is docked to it) was clicked; element in logical order.
    void numberChosen(qint64 node, qint64 element);
    /// What the number under the pointer sees of the image, else the one in the middle of the layer's maps.
    void seenChanged(const convarium::ui::FieldMark& mark);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QBoxLayout* makeTitle();
    void makeMenu();
    QWidget* makeFoot();
    void showResult(const MapResult& result);
    void showNothing(const QString& reason);
    void updateImageText();
    void updateStages();
    void updateSeen();
    void showSeen();
    void say(const QString& text);

    MapService* m_service;
    QString m_label;
    std::optional<engine::ShapedGraph> m_shapes; ///< of the network as it is; worked out when it is wanted
    bool m_single = false;                       ///< a map is one number
    QString m_sees, m_padding;                   ///< "sees 14×14 of 28×28 pixels", ", 16×16 with the padding"
    QBoxLayout* m_body;
    TextLabel* m_title;
    ElidedLabel* m_size;
    QComboBox* m_stage; ///< of the card; hidden where there is one
    QSpinBox* m_index;
    ImageActions* m_images;
    QMenu* m_menu;
    QAction* m_nextStage;
    MapGrid* m_grid;
    QWidget* m_kernelRow;
    TextLabel* m_kernelTitle;
    TextLabel* m_kernelSize;
    KernelStrip* m_kernels;
    IconButton* m_editKernels;
    IconButton* m_strongest;
    PixelPicture* m_picture;
    ElidedLabel* m_imageText;
    TextLabel* m_seen;
    ElidedLabel* m_caption;
    ScaleBar* m_scale;
};

} // namespace convarium::ui
