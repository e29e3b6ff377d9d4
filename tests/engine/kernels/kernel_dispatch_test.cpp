// The choice of a level: by the CPU, and by CONVARIUM_KERNELS in a process of its own.
#include "engine/kernels/dispatch.h"
#include "engine/kernels/peak.h"

#include <QCoreApplication>
#include <QProcess>
#include <QTest>

#include <cstdio>

using namespace convarium::engine::kernels;

class KernelDispatchTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyLevelIsCompleteAndFindable();
    void withoutAWishTheBestSupportedLevelIsChosen();
    void aWishIsMetOrExplained();
    void theEnvironmentForcesALevel();
    void peakIsPositive();
};

void KernelDispatchTest::everyLevelIsCompleteAndFindable()
{
    int count = 0;
    const Level* all = levels(&count);
    QVERIFY(count >= 1);
    QCOMPARE(QByteArray(all[count - 1].table->name), QByteArray("scalar"));
    QVERIFY(all[count - 1].supported);
    for (int i = 0; i < count; ++i) {
        const KernelTable& t = *all[i].table;
        QVERIFY2(t.width > 0 && t.block % t.width == 0, t.name);
        QVERIFY2(t.product && t.weightGradient && t.listPooledGradient && t.sparseGradient && t.addTransposed &&
                     t.transpose && t.padCopy && t.spreadPixels && t.maxPool && t.maxPoolBackward && t.averagePool &&
                     t.averagePoolBackward && t.activate && t.activateBackward && t.add && t.scaleAdd && t.maskScale,
                 t.name);
        QVERIFY2(t.channelSums && t.channelAffine && t.channelGradientSums && t.channelGradient && t.softmax &&
                     t.softmaxBackward && t.softmaxCrossEntropy && t.sigmoidCrossEntropy && t.squaredError &&
                     t.loadImage && t.updateSgd && t.updateMomentum && t.updateNesterov && t.updateAdam &&
                     t.multiplyAddLoop,
                 t.name);
        QCOMPARE(find(t.name), all[i].supported ? &t : nullptr);
    }
    QVERIFY(!find("pentium"));
}

void KernelDispatchTest::withoutAWishTheBestSupportedLevelIsChosen()
{
    KernelTable best{}, middle{}, worst{};
    best.name = "best";
    middle.name = "middle";
    worst.name = "worst";
    const Level all[] = {{&best, false}, {&middle, true}, {&worst, true}};
    for (const char* wish : {static_cast<const char*>(nullptr), ""}) {
        const Choice choice = choose(wish, all, 3);
        QCOMPARE(choice.table, &middle);
        QVERIFY(choice.error.empty());
    }
}

void KernelDispatchTest::aWishIsMetOrExplained()
{
    KernelTable best{}, middle{}, worst{};
    best.name = "best";
    middle.name = "middle";
    worst.name = "worst";
    const Level all[] = {{&best, false}, {&middle, true}, {&worst, true}};
    const Choice met = choose("worst", all, 3);
    QCOMPARE(met.table, &worst);
    QVERIFY(met.error.empty());
    const Choice unsupported = choose("best", all, 3);
    QCOMPARE(unsupported.table, &middle);
    QCOMPARE(
        QByteArray(unsupported.error.c_str()),
        QByteArray("CONVARIUM_KERNELS asks for \"best\", a level that this CPU does not support; unset it or use one "
                   "of: middle, worst."));
    const Choice unknown = choose("fastest", all, 3);
    QCOMPARE(unknown.table, &middle);
    QCOMPARE(
        QByteArray(unknown.error.c_str()),
        QByteArray("CONVARIUM_KERNELS asks for \"fastest\", a level that this build does not contain; unset it or use "
                   "one of: middle, worst."));
}

void KernelDispatchTest::theEnvironmentForcesALevel()
{
    const auto levelIn = [](const QString& wish) {
        QProcess child;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("CONVARIUM_KERNELS"), wish);
        child.setProcessEnvironment(environment);
        child.start(QCoreApplication::applicationFilePath(), {QStringLiteral("--print-level")});
        child.waitForFinished();
        return child.readAllStandardOutput();
    };
    QCOMPARE(levelIn(QStringLiteral("scalar")), QByteArray("scalar|"));
    int count = 0;
    const Level* all = levels(&count);
    for (int i = 0; i < count; ++i) {
        const QByteArray text = levelIn(QString::fromLatin1(all[i].table->name));
        if (all[i].supported)
            QCOMPARE(text, QByteArray(all[i].table->name) + "|");
        else
            QVERIFY2(text.contains("does not support"), text);
    }
    QVERIFY(levelIn(QStringLiteral("unheard-of")).contains("|CONVARIUM_KERNELS asks for \"unheard-of\""));
}

void KernelDispatchTest::peakIsPositive()
{
    int count = 0;
    const Level* all = levels(&count);
    for (int i = 0; i < count; ++i)
        if (all[i].supported)
            QVERIFY2(peakGflops(*all[i].table, 0.01) > 0.0, all[i].table->name);
}

int main(int argc, char* argv[])
{
    const QCoreApplication application(argc, argv);
    if (argc == 2 && QByteArray(argv[1]) == "--print-level") {
        std::printf("%s|%s", active().name, environmentError());
        return 0;
    }
    KernelDispatchTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "kernel_dispatch_test.moc"
