// Parts of the drawing page.
#pragma once

#include "ui/theme/widgets.h"
#include "ui/training/network_probe.h"

#include <QCheckBox>
#include <QImage>
#include <QSlider>
#include <functional>

namespace convarium::ui
{

/// A picture of values in a frame: square pixels where it grows, smooth where it shrinks. May show the box of 20 fields
/// and the middle of a picture of 28.
class ValuePicture final : public QWidget
{
    Q_OBJECT
public:
    explicit ValuePicture(int side, QWidget* parent = nullptr);
    void setImage(const QImage& image);
    [[nodiscard]] const QImage& image() const { return m_image; }
    void setSide(int side);
    void setGuides(bool guides) { m_guides = guides; }
    [[nodiscard]] QSize sizeHint() const override { return {scaled(m_side), scaled(m_side)}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    int m_side;
    bool m_guides = false;
    QImage m_image;
};

/// One step of the preprocessing: its picture, its name (a check box when it can be left out) and what it did.
class StepRow final : public QWidget
{
    Q_OBJECT
public:
    StepRow(const QString& title, bool optional, QWidget* parent = nullptr);
    void setText(const QString& text) { m_text->setText(text); }
    [[nodiscard]] ValuePicture* picture() const { return m_picture; }
    [[nodiscard]] bool isOn() const { return !m_box || m_box->isChecked(); }
    void setSide(int side) { m_picture->setSide(side); }

Q_SIGNALS:
    void toggled();

private:
    ValuePicture* m_picture;
    QCheckBox* m_box = nullptr;
    ElidedLabel* m_text;
};

/// "Rotate [slider] 10°".
class SliderRow final : public QWidget
{
    Q_OBJECT
public:
    SliderRow(const QString& name, int low, int high, int value, std::function<QString(int)> text,
              QWidget* parent = nullptr);
    [[nodiscard]] int value() const { return m_slider->value(); }
    void setValue(int value) { m_slider->setValue(value); }

Q_SIGNALS:
    void valueChanged(int value);

private:
    QSlider* m_slider;
    TextLabel* m_value;
    std::function<QString(int)> m_text;
};

/// Classes with their certainty as bars; more than ten: the ten most certain ones.
class ClassBars final : public QWidget
{
    Q_OBJECT
public:
    explicit ClassBars(QWidget* parent = nullptr);
    void setReading(const OutputReading& reading, const std::function<QString(int)>& name);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    struct Bar {
        QString name;
        double share = 0;
        bool best = false;
    };
    QList<Bar> m_bars;
};

/// Pictures beside each other, each with a line of text below it; shows as many as there is room for.
class PictureStrip final : public QWidget
{
    Q_OBJECT
public:
    explicit PictureStrip(int height, QWidget* parent = nullptr);
    void setPictureHeight(int height);
    void setPictures(const QList<std::pair<QImage, QString>>& pictures);
    [[nodiscard]] int count() const { return static_cast<int>(m_pictures.size()); }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    int m_height;
    QList<std::pair<QImage, QString>> m_pictures;
};

/// "99.9 %".
[[nodiscard]] QString percentText(double share, int decimals = 1);

} // namespace convarium::ui
