// A small data set in MNIST's files.
#pragma once

#include <QDir>
#include <QFile>
#include <QTest>

#include <random>

namespace convarium::test
{

/// Four IDX files: class c has a bright bar at a place of its own, in noise.
inline void writeTinyData(const QString& folder, int train = 320, int test = 100)
{
    QDir().mkpath(folder);
    std::mt19937 random(3);
    for (const auto& [part, count] :
         {std::pair{QStringLiteral("train"), train}, std::pair{QStringLiteral("t10k"), test}}) {
        const auto number = [](QByteArray& bytes, int n) {
            for (int shift = 24; shift >= 0; shift -= 8)
                bytes.append(static_cast<char>(n >> shift));
        };
        QByteArray images, labels;
        for (const int n : {0x803, count, 28, 28})
            number(images, n);
        for (const int n : {0x801, count})
            number(labels, n);
        for (int i = 0; i < count; ++i) {
            const int label = static_cast<int>(random() % 10);
            labels.append(static_cast<char>(label));
            for (int y = 0; y < 28; ++y)
                for (int x = 0; x < 28; ++x)
                    images.append(
                        static_cast<char>((y / 14 == label / 5 && x / 5 == label % 5 ? 150 : 0) + random() % 100));
        }
        for (const auto& [kind, content] : {std::pair{QStringLiteral("-images-idx3-ubyte"), images},
                                            std::pair{QStringLiteral("-labels-idx1-ubyte"), labels}}) {
            QFile file(QDir(folder).filePath(part + kind));
            QVERIFY(file.open(QIODevice::WriteOnly));
            QCOMPARE(file.write(content), content.size());
        }
    }
}

} // namespace convarium::test
