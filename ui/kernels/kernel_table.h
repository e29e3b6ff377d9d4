// The table in which a kernel is written.
#pragma once

#include <QTableView>

namespace convarium::ui
{

class KernelModel;

/// Coloured squares. Arrow keys walk; typing, Enter, F2 or a double click edit; Enter takes the number, Tab takes it
/// and goes on to the next, Delete writes zero.
class KernelTable final : public QTableView
{
    Q_OBJECT
public:
    explicit KernelTable(KernelModel* model, QWidget* parent = nullptr);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void fit();
    KernelModel* m_model;
};

} // namespace convarium::ui
