#include "engine/io/json_writer.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <limits>
#include <random>

using namespace convarium::engine;

class JsonWriterTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fieldsKeepTheirOrder()
    {
        JsonWriter json;
        json.beginObject().field("zebra", 1).field("apple", "x").key("list").beginArray().value(true).null().value(2.5);
        json.endArray().endObject();
        QCOMPARE(json.text(), std::string(R"({"zebra":1,"apple":"x","list":[true,null,2.5]})"));
    }

    void prettyTextIsIndentedAndShortListsStayOnOneLine()
    {
        JsonWriter json(JsonWriter::Style::Pretty);
        json.beginObject().key("a").beginArray().beginObject(true).field("x", 1).field("y", 2).endObject().endArray();
        json.key("e").beginArray().endArray().endObject();
        QCOMPARE(json.text(), std::string("{\n  \"a\": [\n    {\"x\": 1, \"y\": 2}\n  ],\n  \"e\": []\n}"));
    }

    void numbersThatAreNotFiniteBecomeNull()
    {
        JsonWriter json;
        json.beginArray()
            .value(std::numeric_limits<double>::infinity())
            .value(std::numeric_limits<double>::quiet_NaN());
        json.value(std::optional<double>()).endArray();
        QCOMPARE(json.text(), std::string("[null,null,null]"));
    }

    void doublesReadBackToTheSameBits()
    {
        std::mt19937_64 random(1);
        for (int i = 0; i < 2000; ++i) {
            const auto bits = random();
            double value = 0;
            std::memcpy(&value, &bits, sizeof value);
            if (!std::isfinite(value))
                continue;
            JsonWriter json;
            json.beginArray().value(value).endArray();
            QCOMPARE(QJsonDocument::fromJson(QByteArray::fromStdString(json.text())).array()[0].toDouble(), value);
        }
    }

    void anyTextReadsBack()
    {
        QString text;
        for (int c = 0; c < 0x180; ++c)
            text += QChar(c);
        JsonWriter json;
        json.beginObject().field(text.toStdString(), text.toStdString()).endObject();
        const QJsonObject read = QJsonDocument::fromJson(QByteArray::fromStdString(json.text())).object();
        QCOMPARE(read.value(text).toString(), text);
    }
};

QTEST_APPLESS_MAIN(JsonWriterTest)
#include "json_writer_test.moc"
