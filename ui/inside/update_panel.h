// The update of one weight: what each image of the batch adds to its gradient, and the optimizer's calculation.
#pragma once

#include "ui/inside/number_values.h"

#include <QWidget>

QT_BEGIN_NAMESPACE
class QComboBox;
QT_END_NAMESPACE

namespace convarium::ui
{

class TextLabel;
class ImageSums;

class UpdatePanel final : public QWidget
{
    Q_OBJECT
public:
    explicit UpdatePanel(QWidget* parent = nullptr);
    void setResult(const NumberResult& result);

Q_SIGNALS:
    void tensorChosen(const QString& key);

private:
    QComboBox* m_tensor;
    TextLabel* m_title;
    TextLabel* m_line;
    ImageSums* m_images;
    QWidget* m_lines;
    TextLabel* m_note;
};

} // namespace convarium::ui
