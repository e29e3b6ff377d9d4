// The number behind a pixel: how one value of a layer comes about, forwards, backwards, or how one weight is updated.
#pragma once

#include "ui/inside/number_model.h"
#include "ui/inside/number_text.h"

#include <QTimer>
#include <QWidget>

QT_BEGIN_NAMESPACE
class QComboBox;
class QPushButton;
class QSpinBox;
class QStackedWidget;
class QVBoxLayout;
QT_END_NAMESPACE

namespace convarium::ui
{

class FieldPicture;
class FunctionCurve;
class IconButton;
class LineBox;
class NumberMap;
class NumberService;
class OperandList;
class ReaderList;
class ScaleBar;
class SegmentedControl;
class SumChart;
class TextLabel;
class UpdatePanel;
class ValueGrid;
class ElidedLabel;

/// A page of the window's centre; its window title says where one is.
class NumberView final : public QWidget
{
    Q_OBJECT
public:
    explicit NumberView(NumberService* service, QWidget* parent = nullptr);

    /// Shows this number of the layer's output (after what is docked to it), forwards. From there one number leads to
    /// the next, and Back to the one before.
    void open(engine::NodeId node, std::int64_t element);
    void setMode(NumberMode mode);
    [[nodiscard]] NumberMode mode() const { return m_at.mode; }
    /// Less room: narrower cards.
    void setCompact(bool compact);
    [[nodiscard]] const NumberResult& result() const { return m_result; }
    [[nodiscard]] OperandList* list() const { return m_list; }
    [[nodiscard]] ReaderList* readers() const { return m_readers; }
    [[nodiscard]] QComboBox* inputs() const { return m_inputs; }
    /// What an image without a class is taken for: as it is read, then every class.
    [[nodiscard]] QComboBox* assumedClass() const { return m_class; }
    /// As in evaluation, as in training.
    [[nodiscard]] SegmentedControl* training() const { return m_training; }
    [[nodiscard]] QSpinBox* batchImage() const { return m_image; }
    [[nodiscard]] NumberMap* map() const { return m_map; }
    [[nodiscard]] LineBox* lines() const { return m_lines; }

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    /// What is looked at.
    struct Place {
        NumberMode mode = NumberMode::Forward;
        engine::NodeId node = engine::kNoNode;
        std::int64_t forward = 0, backward = -1, weight = -1, loss = -1; ///< chosen elements; -1: not yet
        std::size_t input = 0;                                           ///< Backward: of the layer
        int reader = -1; ///< Backward: whose share; -1: that of the layer
        std::string tensor = "weight";
        int row = -1; ///< of the list, to be chosen when there is a result; -1: as it is
    };

    QWidget* makeOptions();
    QWidget* makeReaders();
    QWidget* makeGrids();
    QWidget* makeSum();
    QWidget* makeLine();
    QWidget* makeSide();
    void go(const Place& place);
    void openOperand(const NumberGroup& group, const NumberCell& cell);
    void back();
    void ask();
    void show(const NumberResult& result);
    void showNumber();
    void showUpdate();
    void showOptions();
    void showClasses();
    void showReaders();
    void showLoss();
    void showSide();
    void showGroup(int row);
    [[nodiscard]] QString kernelName() const;
    [[nodiscard]] QString shareName() const;
    [[nodiscard]] QString circumstances() const; ///< whose statistics, which dropout
    [[nodiscard]] QString assumption() const;    ///< which class, where the image has none
    [[nodiscard]] QString where() const;         ///< layer, map, place
    void chooseElement(std::int64_t element);
    void chooseMap(int map);
    void slide();
    void setSliding(bool on);
    [[nodiscard]] static std::int64_t& elementOf(Place& place); ///< of its mode
    [[nodiscard]] const NumberMaps& mapsOf(const NumberGroup& group) const;

    NumberService* m_service;
    Place m_at;
    std::vector<Place> m_way; ///< the places before, from each of which one number was opened
    NumberResult m_result;
    NumberModel m_model;
    LineDigits m_digits;
    int m_assumedClass = -1; ///< of an image without one; -1: as it is read
    bool m_compact = false;

    IconButton* m_back;
    TextLabel* m_title;
    SegmentedControl* m_modes;
    QPushButton* m_slide;
    QTimer m_slider;
    QWidget* m_options; ///< what else to choose; only where there is something
    QWidget* m_inputBox;
    QComboBox* m_inputs;
    QWidget* m_classBox;
    QComboBox* m_class;
    SegmentedControl* m_training;
    QWidget* m_imageBox;
    QSpinBox* m_image;       ///< of the batch
    QStackedWidget* m_pages; ///< numbers, update, a sentence
    TextLabel* m_message;
    QWidget* m_left;
    QWidget* m_readersBox;
    TextLabel* m_readersTitle;
    ReaderList* m_readers;
    ElidedLabel* m_listTitle;
    ElidedLabel* m_listLine;
    OperandList* m_list;
    ValueGrid* m_values;
    ValueGrid* m_factors;
    ValueGrid* m_products;
    TextLabel* m_times;
    TextLabel* m_equals;
    TextLabel* m_sumTitle;
    SumChart* m_sum;
    QWidget* m_curveBox;
    TextLabel* m_curveTitle;
    FunctionCurve* m_curve;
    LineBox* m_lines;
    TextLabel* m_lossLine;  ///< in the box
    TextLabel* m_lossParts; ///< in the box
    TextLabel* m_shares;    ///< in the box
    TextLabel* m_line;      ///< in the box
    TextLabel* m_parts;     ///< in the box
    TextLabel* m_note;
    UpdatePanel* m_update;
    QWidget* m_side;
    ElidedLabel* m_mapTitle;
    ElidedLabel* m_mapLine;
    QSpinBox* m_mapNumber;
    NumberMap* m_map;
    ScaleBar* m_scale;
    TextLabel* m_value;
    TextLabel* m_place;
    QWidget* m_fieldBox;
    FieldPicture* m_field;
    TextLabel* m_fieldText;
};

} // namespace convarium::ui
