// The number behind a pixel: how one value of a layer comes about, forwards, backwards, or how one weight is updated.
#pragma once

#include "ui/inside/number_model.h"
#include "ui/inside/number_text.h"

#include <QTimer>
#include <QWidget>

QT_BEGIN_NAMESPACE
class QLabel;
class QPushButton;
class QSpinBox;
class QStackedWidget;
class QVBoxLayout;
QT_END_NAMESPACE

namespace convarium::ui
{

class FieldPicture;
class FunctionCurve;
class LineBox;
class NumberMap;
class NumberService;
class OperandList;
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

    /// Shows this number of the layer's output (after what is docked to it), forwards.
    void open(engine::NodeId node, std::int64_t element);
    void setMode(NumberMode mode);
    [[nodiscard]] NumberMode mode() const { return m_mode; }
    /// Less room: narrower cards.
    void setCompact(bool compact);
    [[nodiscard]] const NumberResult& result() const { return m_result; }
    [[nodiscard]] OperandList* list() const { return m_list; }
    [[nodiscard]] NumberMap* map() const { return m_map; }
    [[nodiscard]] LineBox* lines() const { return m_lines; }

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    QWidget* makeGrids();
    QWidget* makeSum();
    QWidget* makeLine();
    QWidget* makeSide();
    void ask();
    void show(const NumberResult& result);
    void showNumber();
    void showUpdate();
    void showSide();
    void showGroup(int row);
    [[nodiscard]] QString kernelName() const;
    [[nodiscard]] QString where() const; ///< layer, map, place
    void chooseElement(std::int64_t element);
    void chooseMap(int map);
    void slide();
    void setSliding(bool on);
    [[nodiscard]] std::int64_t& element(); ///< of the mode

    NumberService* m_service;
    NumberMode m_mode = NumberMode::Forward;
    engine::NodeId m_node = engine::kNoNode;
    std::int64_t m_forward = 0, m_backward = -1, m_weight = -1, m_loss = -1; ///< chosen elements; -1: not yet
    std::string m_tensor = "weight";
    NumberResult m_result;
    NumberModel m_model;
    LineDigits m_digits;
    bool m_compact = false;

    TextLabel* m_title;
    SegmentedControl* m_modes;
    QPushButton* m_slide;
    QTimer m_slider;
    QStackedWidget* m_pages; ///< numbers, update, a sentence
    TextLabel* m_message;
    QWidget* m_left;
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
    TextLabel* m_line;  ///< in the box
    TextLabel* m_parts; ///< in the box
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
