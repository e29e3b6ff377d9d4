// Who reads a number, and what each of them sends back to it. One is chosen: its arithmetic is shown.
#pragma once

#include "ui/inside/number_values.h"

#include <QTreeWidget>

namespace convarium::ui
{

class ReaderList final : public QTreeWidget
{
    Q_OBJECT
public:
    explicit ReaderList(QWidget* parent = nullptr);
    void setGradient(const NumberGradient& gradient);

Q_SIGNALS:
    /// By the user; in the order of the shares.
    void readerChosen(int reader);
};

} // namespace convarium::ui
