// One editor per kind of setting: number, pair of numbers, real number with slider, choice, check box.
#pragma once

#include "engine/layers/layer.h"
#include "ui/theme/widgets.h"

#include <QSpinBox>
#include <QWidget>
#include <functional>

QT_BEGIN_NAMESPACE
class QCheckBox;
class QSlider;
QT_END_NAMESPACE

namespace convarium::ui
{

/// "1 to 4,096".
[[nodiscard]] QString rangeText(const engine::ParamInfo& info);

/// Spin box that lets one type a value out of range, so that it can say what is wrong instead of swallowing keys.
/// Values out of range never leave it: they are taken back when the field is left.
class NumberBox final : public QSpinBox
{
    Q_OBJECT
public:
    explicit NumberBox(const engine::ParamInfo& info, QWidget* parent = nullptr);
    /// Shows a value without reporting it.
    void showValue(std::int64_t value);
    /// Several layers with different values: an empty field.
    void showMixed();
    void stepBy(int steps) override;

Q_SIGNALS:
    void numberEdited(qint64 value);
    /// What is wrong with the text as it stands; empty: nothing.
    void faultChanged(const QString& fault);

protected:
    /// Nothing while several layers differ.
    [[nodiscard]] QString textFromValue(int value) const override;
    QValidator::State validate(QString& text, int& position) const override;
    void focusOutEvent(QFocusEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;

private:
    [[nodiscard]] bool readText(qint64& value) const;
    void check();
    /// always: reports the value even if it is the one shown last.
    void commit(bool always = false);

    const engine::ParamInfo m_info;
    std::int64_t m_shown = 0;
    bool m_mixed = false;
};

/// Editor of one setting (or of a pair of settings). values are those of the selected layers, in the same order.
class ParamField : public QWidget
{
    Q_OBJECT
public:
    using QWidget::QWidget;
    /// Shows the values; different ones are shown as "several".
    virtual void setValues(const std::vector<engine::ParamValue>& values) = 0;
    /// Second half of a pair.
    virtual void setSecondValues(const std::vector<engine::ParamValue>&) {}
    [[nodiscard]] virtual QWidget* focusTarget() = 0;
    /// Leaves the range out; it stays in the tooltip.
    void setNarrow(bool narrow);

Q_SIGNALS:
    /// changes: key and new value, all of one edit. dragging: more of the same may follow before gestureEnded().
    void edited(const std::vector<std::pair<std::string, convarium::engine::ParamValue>>& changes, bool dragging);
    void gestureEnded();
    void faultChanged(const QString& fault);

protected:
    TextLabel* m_range = nullptr; ///< may stay null
};

/// Makes the editor for a setting; `second` is what it is paired with, or null.
[[nodiscard]] ParamField* makeParamField(const engine::ParamInfo& info, const engine::ParamInfo* second);

} // namespace convarium::ui
