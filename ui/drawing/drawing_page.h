// "Draw a digit": a field to draw on, the steps to an input, and what the network reads in it, live.
#pragma once

#include "datasets/mnist_steps.h"
#include "engine/data/dataset.h"
#include "ui/drawing/neighbour_search.h"

#include <QUndoStack>
#include <QWidget>
#include <vector>

class QVBoxLayout;
class QPushButton;

namespace convarium::ui
{

class ClassBars;
class DrawingField;
class DrawingReader;
class ElidedLabel;
class MapService;
class Panel;
class PictureStrip;
class SegmentedControl;
class SliderRow;
class StepRow;
class TextLabel;
class TrainingController;
class ValuePicture;
struct DrawingResult;
struct PlainReading;

/// Its window title is its name in the breadcrumb. Strokes have an undo stack of their own. The keys 0 to 9 write an
/// example, Delete clears.
class DrawingPage final : public QWidget
{
    Q_OBJECT
public:
    DrawingPage(TrainingController* controller, MapService* maps, QWidget* parent = nullptr);

    [[nodiscard]] QUndoStack* undoStack() { return &m_undo; }
    [[nodiscard]] DrawingField* field() const { return m_field; }
    /// What the network reads; empty while it reads nothing.
    [[nodiscard]] QString reading() const;
    /// Replaces the drawing by an example of the digit, in another hand each time.
    void writeExample(int digit);
    void clear();
    [[nodiscard]] QPushButton* whyButton() const { return m_why; }

Q_SIGNALS:
    /// What the network has got, and the class it says; null: nothing is drawn, or nothing can be said about it.
    void drawn(const convarium::engine::DatasetPtr& image, int said);
    /// What in it speaks for the answer?
    void whyRequested();

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    [[nodiscard]] QWidget* makePanel(QVBoxLayout*& column);
    QWidget* makeDrawing();
    QWidget* makeSteps();
    QWidget* makeReading();
    void edit(const QString& text, datasets::DrawnStrokes strokes);
    void setStrokes(const datasets::DrawnStrokes& strokes);
    void setCompact(bool compact);
    void showResult(const DrawingResult& result);
    void showReading(const DrawingResult& result);
    void showPlain(const PlainReading& plain);
    void showNeighbours();

    QUndoStack m_undo;
    datasets::DrawnStrokes m_strokes; ///< finished ones
    std::vector<Neighbour> m_nearest;
    std::vector<QVBoxLayout*> m_columns;
    DrawingReader* m_reader;
    DrawingField* m_field;
    StepRow* m_stepStrokes;
    StepRow* m_stepCrop;
    StepRow* m_stepScale;
    StepRow* m_stepCentre;
    TextLabel* m_stepsHint;
    TextLabel* m_inputText;
    ValuePicture* m_input;
    SliderRow* m_rotate;
    SliderRow* m_right;
    SliderRow* m_down;
    SliderRow* m_noise;
    SliderRow* m_hide;
    ElidedLabel* m_answer;
    TextLabel* m_second;
    QPushButton* m_why;
    TextLabel* m_trouble;
    ClassBars* m_bars;
    ui::Panel* m_note;
    ValuePicture* m_plainPicture;
    TextLabel* m_plainText;
    PictureStrip* m_neighbours;
    PictureStrip* m_way;
    int m_examples = 0; ///< written so far: another hand for each
};

} // namespace convarium::ui
