// How a sum grows from its parts, and what an activation makes of it.
#pragma once

#include "ui/inside/number_text.h"

#include <QWidget>

namespace convarium::ui
{

/// Bars that stand on one another: what each map adds, the bias, the sum. Of a choice they stand beside one another:
/// the numbers it was made from, and the one that was taken.
class SumChart final : public QWidget
{
    Q_OBJECT
public:
    struct Bar {
        QString name;
        double value = 0;
        bool current = false; ///< of the chosen map, or taken
    };

    explicit SumChart(QWidget* parent = nullptr);
    void setModel(const NumberModel& model, int current);
    /// All of them, whatever there is room for.
    [[nodiscard]] const std::vector<Bar>& bars() const { return m_bars; }
    /// Those that are painted beside the sum.
    [[nodiscard]] std::vector<Bar> shownBars() const;
    /// In which its numbers are written.
    [[nodiscard]] const NumberUnit& unit() const { return m_unit; }
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<Bar> m_bars;
    double m_sum = 0;
    bool m_isChoice = false;
    NumberUnit m_unit;
};

/// The curve of a function of one number with the point that was met.
class FunctionCurve final : public QWidget
{
    Q_OBJECT
public:
    explicit FunctionCurve(QWidget* parent = nullptr);
    void setFunction(std::function<double(double)> function, double x);
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::function<double(double)> m_function;
    double m_x = 0;
};

} // namespace convarium::ui
