// The page "Judge": confusion matrix over the epochs, the errors, one image.
#pragma once

#include "engine/train/judgement.h"
#include "ui/theme/widgets.h"

#include <QWidget>

QT_BEGIN_NAMESPACE
class QComboBox;
class QSlider;
QT_END_NAMESPACE

namespace convarium::ui
{

class ConfusionModel;
class ConfusionView;
class ExplanationView;
class JudgeService;
class MapService;
class TrainingController;
class VerdictList;
class VerdictModel;

/// Its window title is its place in the breadcrumb.
class JudgeView final : public QWidget
{
    Q_OBJECT
public:
    JudgeView(TrainingController* controller, MapService* maps, QWidget* parent = nullptr);
    ~JudgeView() override;

    [[nodiscard]] JudgeService* service() const { return m_service; }
    [[nodiscard]] ConfusionModel* matrix() const { return m_matrix; }
    [[nodiscard]] ConfusionView* matrixView() const { return m_matrixView; }
    [[nodiscard]] VerdictModel* images() const { return m_images; }
    [[nodiscard]] VerdictList* imageList() const { return m_list; }
    [[nodiscard]] ExplanationView* explanation() const { return m_why; }
    [[nodiscard]] QSlider* epochSlider() const { return m_epoch; }
    /// The class that is explained: what the network says, the true one, or any.
    [[nodiscard]] QComboBox* classChoice() const { return m_class; }
    [[nodiscard]] QPushButton* networkButton() const { return m_network; }
    [[nodiscard]] QPushButton* drawingButton() const { return m_ownDrawing; }
    /// What has been drawn by hand and what the network says about it; null: nothing.
    void setDrawing(engine::DatasetPtr drawing, int said);
    void explainDrawing();

Q_SIGNALS:
    /// Show the way of the chosen image through the network; the maps have it already.
    void networkRequested();

protected:
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    /// An image that is looked at.
    struct Subject {
        engine::DatasetPtr images; ///< null: none
        std::uint32_t image = 0;
        int said = -1, truth = -1; ///< classes; truth -1: nobody knows
    };
    QWidget* makeMatrix();
    QWidget* makeImages();
    QWidget* makeExplanation();
    void look(const Subject& subject);
    void explain();
    void fillClasses();
    void updateExplanation();
    void showInNetwork();
    void refresh();
    void showJudgement();
    void showImages();
    void chooseImage(std::uint32_t image);
    [[nodiscard]] engine::JudgementPtr shown() const;

    MapService* m_maps;
    JudgeService* m_service;
    ConfusionModel* m_matrix;
    ConfusionView* m_matrixView;
    VerdictModel* m_images;
    VerdictList* m_list;
    TextLabel* m_accuracy;
    TextLabel* m_epochText;
    QSlider* m_epoch;
    TextLabel* m_reason;
    TextLabel* m_listTitle;
    TextLabel* m_listNote;
    QPushButton* m_allErrors;
    QPushButton* m_network;
    QWidget* m_explanation;
    QWidget* m_choice; ///< of the class
    QComboBox* m_class;
    QPushButton* m_ownDrawing;
    TextLabel* m_hint;
    ExplanationView* m_why;
    Subject m_subject;
    Subject m_drawing;
    int m_truth = -1, m_said = -1;
    bool m_newest = true; ///< the slider stands at its end and follows
};

} // namespace convarium::ui
