// The table of the confusion matrix, painted with the ink map.
#pragma once

#include <QTableView>

QT_BEGIN_NAMESPACE
class QAbstractButton;
QT_END_NAMESPACE

namespace convarium::ui
{

class ConfusionModel;

/// Columns share the width there is. A click or the arrow keys choose a cell.
class ConfusionView final : public QTableView
{
    Q_OBJECT
public:
    explicit ConfusionView(ConfusionModel* model, QWidget* parent = nullptr);

Q_SIGNALS:
    /// Classes of the chosen cell; both -1: none of the matrix.
    void cellChosen(int truth, int said);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;

private:
    void fit();
    ConfusionModel* m_model;
    QAbstractButton* m_corner = nullptr; ///< between the headers; QTableView's own
    bool m_entering = false;             ///< the focus, not the user, makes a cell the current one
};

} // namespace convarium::ui
