#include "ui/training/curve_texts.h"

#include "ui/training/curve_chart.h"

namespace convarium::ui
{

QString measureTitle(Measure measure)
{
    switch (measure) {
    case Measure::Loss: return CurveChart::tr("Loss");
    case Measure::Accuracy: return CurveChart::tr("Accuracy");
    case Measure::Rate: return CurveChart::tr("Rate");
    case Measure::Speed: return CurveChart::tr("Speed");
    }
    return {};
}

QString measureNote(Measure measure, const QString& loss)
{
    switch (measure) {
    case Measure::Loss: return loss;
    case Measure::Accuracy: return CurveChart::tr("share right");
    case Measure::Rate: return CurveChart::tr("learning rate");
    case Measure::Speed: return CurveChart::tr("images/s");
    }
    return {};
}

QString axisTitle(CurveAxis axis)
{
    switch (axis) {
    case CurveAxis::Epochs: return CurveChart::tr("epoch");
    case CurveAxis::Steps: return CurveChart::tr("step");
    case CurveAxis::Seconds: return CurveChart::tr("seconds");
    case CurveAxis::Macs: return CurveChart::tr("multiply-adds");
    }
    return {};
}

} // namespace convarium::ui
