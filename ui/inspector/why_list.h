// "Why this number": each number with its formula and the values filled in.
#pragma once

#include "engine/analysis/derivation.h"
#include "ui/theme/widgets.h"

#include <QWidget>
#include <vector>

namespace convarium::ui
{

/// A line above, title and result in one row, then the symbols and the numbers.
class WhyRow final : public QWidget
{
    Q_OBJECT
public:
    explicit WhyRow(QWidget* parent = nullptr);
    void setDerivation(const engine::Derivation& derivation);
    [[nodiscard]] QString result() const { return m_result->text(); }
    [[nodiscard]] QString title() const { return m_title->text(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    TextLabel* m_title;
    TextLabel* m_result;
    TextLabel* m_symbols;
    TextLabel* m_numbers;
};

/// Rows are reused, so that a changing number does not rebuild the panel.
class WhyList final : public QWidget
{
    Q_OBJECT
public:
    explicit WhyList(QWidget* parent = nullptr);
    void setDerivations(const std::vector<engine::Derivation>& derivations);
    [[nodiscard]] const std::vector<WhyRow*>& rows() const { return m_rows; }

private:
    std::vector<WhyRow*> m_rows;
};

} // namespace convarium::ui
