// The update of one weight: what each image of the batch adds to its gradient, and the optimizer's calculation.
#pragma once

#include "ui/inside/number_values.h"

#include <QWidget>

QT_BEGIN_NAMESPACE
class QComboBox;
class QGridLayout;
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

/// One bar for each image of the batch.
class ImageSums final : public QWidget
{
    Q_OBJECT
public:
    explicit ImageSums(QWidget* parent = nullptr);
    void setSums(const std::vector<double>& sums);
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<double> m_sums;
};

} // namespace convarium::ui
