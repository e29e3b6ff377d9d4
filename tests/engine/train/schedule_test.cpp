// Schedules of the learning rate: known values, PyTorch's schedulers step by step, and texts that are refused.
#include "engine/train/schedule.h"
#include "tests/support/pytorch.h"

#include <QJsonArray>
#include <QTest>

#include <cmath>

using namespace convarium::engine;
using namespace convarium::test;

namespace
{

constexpr std::int64_t kStepsPerEpoch = 7, kEpochs = 9, kSteps = kStepsPerEpoch * kEpochs;

const QByteArray kTorchSchedules = R"(
import json, torch
S = torch.optim.lr_scheduler
def rates(make, per_epoch):
    w = torch.nn.Parameter(torch.zeros(1))
    o = torch.optim.SGD([w], lr=0.1)
    s = make(o)
    out = []
    for step in range(63):
        out.append(o.param_groups[0]['lr'])
        o.step()
        if not per_epoch or (step + 1) % 7 == 0:
            s.step()
    return out
out = {
  'step:2,0.3': rates(lambda o: S.StepLR(o, 2, 0.3), True),
  'exp:0.8': rates(lambda o: S.ExponentialLR(o, 0.8), True),
  'cosine': rates(lambda o: S.CosineAnnealingLR(o, 63), False),
  'warmup:10': rates(lambda o: S.LinearLR(o, 0.1, total_iters=9), False),
}
o = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
s = S.OneCycleLR(o, 0.1, total_steps=63, cycle_momentum=False)
out['one-cycle'] = [o.param_groups[0]['lr']]
for step in range(62):
    o.step()
    s.step()
    out['one-cycle'].append(o.param_groups[0]['lr'])
losses = [1.0, 0.9, 0.9, 0.89995, 0.95, 0.9, 0.8, 0.85, 0.84, 0.83, 0.82, 0.81, 0.80, 0.7]
o = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
s = S.ReduceLROnPlateau(o, factor=0.5, patience=2, eps=0)
out['plateau'] = []
for loss in losses:
    s.step(loss)
    out['plateau'].append(o.param_groups[0]['lr'])
print(json.dumps(out))
)";

TrainConfig with(const std::string& schedule)
{
    TrainConfig c;
    c.rate = 0.1;
    c.schedule = schedule;
    return c;
}

} // namespace

class ScheduleTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void knownValues()
    {
        const auto rate = [](const char* schedule, std::int64_t step) {
            return scheduledRate(with(schedule), step, 10, 100);
        };
        QCOMPARE(rate("constant", 99), 0.1);
        QCOMPARE(rate("step:3,0.5", 29), 0.1);
        QCOMPARE(rate("step:3,0.5", 30), 0.05);
        QVERIFY(std::abs(rate("exp:0.9", 25) - 0.081) < 1e-12);
        QCOMPARE(rate("cosine", 0), 0.1);
        QVERIFY(std::abs(rate("cosine", 50) - 0.05) < 1e-12);
        QVERIFY(rate("cosine", 100) < 1e-12);
        QVERIFY(std::abs(rate("one-cycle", 0) - 0.004) < 1e-12);
        QVERIFY(std::abs(rate("one-cycle", 29) - 0.1) < 1e-12);
        QVERIFY(std::abs(rate("one-cycle", 99) - 4e-7) < 1e-12);
        QVERIFY(std::abs(rate("warmup:4", 0) - 0.025) < 1e-12);
        QCOMPARE(rate("warmup:4", 3), 0.1);
        QCOMPARE(rate("warmup:4", 90), 0.1);
        QCOMPARE(scheduledRate(with("plateau:2,0.1"), 50, 10, 100, 0), 0.1);
        QVERIFY(std::abs(scheduledRate(with("plateau:2,0.1"), 50, 10, 100, 2) - 0.001) < 1e-12);
    }

    void shortRunsStayFinite()
    {
        for (const ScheduleInfo& s : scheduleRegistry()) {
            const Schedule schedule = usualSchedule(s);
            for (std::int64_t total : {1, 2, 3, 4, 7})
                for (std::int64_t step = 0; step <= total + 2; ++step) {
                    const double rate = scheduledRate(with(scheduleText(schedule)), step, 1, total);
                    QVERIFY2(std::isfinite(rate) && rate >= 0 && rate <= 0.1 + 1e-12, s.id.c_str());
                }
        }
    }

    void everyStepEqualsPyTorchs()
    {
        const auto torch = runPyTorch(kTorchSchedules);
        if (!torch)
            QSKIP("PyTorch (python3-torch) is not installed: nothing to compare with.");
        QVERIFY2(!torch->contains("error"), qPrintable(torch->value("error").toString()));
        for (const char* schedule : {"step:2,0.3", "exp:0.8", "cosine", "one-cycle", "warmup:10"}) {
            const QJsonArray rates = torch->value(QLatin1String(schedule)).toArray();
            QCOMPARE(rates.size(), qsizetype(kSteps));
            for (std::int64_t step = 0; step < kSteps; ++step) {
                const double found = scheduledRate(with(schedule), step, kStepsPerEpoch, kSteps);
                const double want = rates[static_cast<qsizetype>(step)].toDouble();
                QVERIFY2(std::abs(found - want) < 1e-9 * 0.1 + 1e-9 * want,
                         qPrintable(QString("%1, step %2: %3, PyTorch %4")
                                        .arg(QLatin1String(schedule))
                                        .arg(step)
                                        .arg(found)
                                        .arg(want)));
            }
        }
        PlateauState state;
        const QJsonArray cuts = torch->value(QLatin1String("plateau")).toArray();
        const double losses[] = {1.0, 0.9, 0.9, 0.89995, 0.95, 0.9, 0.8, 0.85, 0.84, 0.83, 0.82, 0.81, 0.80, 0.7};
        QCOMPARE(cuts.size(), qsizetype(std::size(losses)));
        for (std::size_t i = 0; i < std::size(losses); ++i) {
            watchPlateau(state, losses[i], 2);
            QVERIFY(std::abs(scheduledRate(with("plateau:2,0.5"), 0, 1, 1, state.cuts) -
                             cuts[static_cast<qsizetype>(i)].toDouble()) < 1e-12);
        }
        QCOMPARE(state.cuts, 3);
    }

    void textsRoundTrip()
    {
        for (const char* text :
             {"constant", "step:10,0.1", "exp:0.95", "cosine", "one-cycle", "warmup:500", "plateau:3,0.25"}) {
            const auto schedule = parseSchedule(text);
            QVERIFY2(schedule.has_value(), text);
            QCOMPARE(scheduleText(*schedule), std::string(text));
        }
    }

    void wrongTextsAreRefusedWithTheForm_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("says");
        QTest::newRow("unknown") << "sometimes"
                                 << "step:EPOCHS,FACTOR";
        QTest::newRow("empty") << ""
                               << "constant";
        QTest::newRow("no numbers") << "step"
                                    << "step:EPOCHS,FACTOR";
        QTest::newRow("one number") << "step:3"
                                    << "1 numbers";
        QTest::newRow("three numbers") << "step:3,0.5,1"
                                       << "3 numbers";
        QTest::newRow("no number") << "exp:fast"
                                   << "'fast'";
        QTest::newRow("rest") << "exp:0.5x"
                              << "'0.5x'";
        QTest::newRow("half an epoch") << "step:2.5,0.5"
                                       << "whole number";
        QTest::newRow("factor above 1") << "exp:1.5"
                                        << "from 1e-06 to 1";
        QTest::newRow("not a number") << "exp:nan"
                                      << "factor";
        QTest::newRow("number too many") << "cosine:3"
                                         << "takes none";
        QTest::newRow("comma at the end") << "warmup:5,"
                                          << "''";
    }

    void wrongTextsAreRefusedWithTheForm()
    {
        QFETCH(QString, text);
        QFETCH(QString, says);
        TrainConfig c;
        c.schedule = text.toStdString();
        const auto valid = validate(c);
        QVERIFY(!valid.has_value());
        QVERIFY2(QString::fromStdString(valid.error().text()).contains(says), valid.error().text().c_str());
    }
};

QTEST_GUILESS_MAIN(ScheduleTest)
#include "schedule_test.moc"
