#include "engine/io/history_json.h"

#include "engine/io/json_reader.h"
#include "engine/io/json_writer.h"

#include <QJsonArray>

#include <limits>

namespace convarium::engine
{

namespace
{

/// A loss that is not finite was written as null.
double numberOrNan(JsonFaults& faults, const QJsonValue& value, const std::string& path)
{
    return value.isNull() ? std::numeric_limits<double>::quiet_NaN() : readReal(faults, value, path);
}

} // namespace

std::string historyToJson(const History& history)
{
    JsonWriter json(JsonWriter::Style::Pretty);
    json.beginObject().key("steps").beginArray();
    for (const HistoryStep& s : thinned(history.steps, kSavedHistorySteps))
        json.beginArray(true).value(s.step).value(s.epochPosition).value(s.loss).value(s.accuracy).endArray();
    json.endArray().key("epochs").beginArray();
    for (const EpochEvent& e : history.epochs) {
        json.beginObject(true).field("epoch", e.epoch).field("step", e.step);
        json.field("train_loss", e.trainLoss).field("train_accuracy", e.trainAccuracy);
        json.field("validation_loss", e.validationLoss).field("validation_accuracy", e.validationAccuracy);
        json.field("seconds", e.seconds).field("images_per_second", e.imagesPerSecond).endObject();
    }
    json.endArray().endObject();
    return json.text() + "\n";
}

Result<History> historyFromJson(std::span<const std::uint8_t> bytes, const std::string& file)
{
    const auto parsed = parseJsonObject(bytes, file);
    if (!parsed)
        return parsed.error();
    JsonFaults faults(file);
    JsonFields f(faults, *parsed, {});
    History history;
    const auto number = [&faults](const QJsonValue& value, const std::string& path) {
        return numberOrNan(faults, value, path);
    };
    f.array("steps", [&](const QJsonValue& value, const std::string& path) {
        const QJsonArray row = value.toArray();
        if (row.size() != 4)
            return faults.report(path, "is no list of step, epoch, loss and accuracy");
        history.steps.push_back({readInteger(faults, row[0], path, 0, JsonFields::kMaxInteger), number(row[1], path),
                                 number(row[2], path), number(row[3], path)});
    });
    f.array("epochs", [&](const QJsonValue& value, const std::string& path) {
        JsonFields e(faults, value, path);
        EpochEvent epoch;
        e.integer("epoch", epoch.epoch);
        e.integer("step", epoch.step);
        epoch.trainLoss = number(e.take("train_loss"), path + ".train_loss");
        epoch.trainAccuracy = number(e.take("train_accuracy"), path + ".train_accuracy");
        e.maybeReal("validation_loss", epoch.validationLoss);
        e.maybeReal("validation_accuracy", epoch.validationAccuracy);
        epoch.seconds = number(e.take("seconds"), path + ".seconds");
        epoch.imagesPerSecond = number(e.take("images_per_second"), path + ".images_per_second");
        e.finish();
        history.epochs.push_back(epoch);
    });
    f.finish();
    if (faults.any())
        return *faults.error();
    return history;
}

namespace
{

/// What history_columns.json has of each step.
struct Column {
    const char* key;
    double HistoryStep::*value;
};
constexpr Column kColumns[] = {{"rate", &HistoryStep::rate}, {"images_per_second", &HistoryStep::imagesPerSecond}};

} // namespace

std::string historyColumnsToJson(const History& history)
{
    JsonWriter json(JsonWriter::Style::Pretty);
    const std::vector<HistoryStep> steps = thinned(history.steps, kSavedHistorySteps);
    json.beginObject();
    for (const Column& column : kColumns) {
        json.key(column.key).beginArray(true);
        for (const HistoryStep& s : steps)
            json.value(s.*column.value);
        json.endArray();
    }
    json.key("marks").beginArray();
    for (const HistoryMark& m : history.marks)
        json.beginObject(true).field("step", m.step).field("epoch", m.epoch).field("words", m.words).endObject();
    json.endArray().endObject();
    return json.text() + "\n";
}

Result<void> readHistoryColumns(std::span<const std::uint8_t> bytes, const std::string& file, History& history)
{
    const auto parsed = parseJsonObject(bytes, file);
    if (!parsed)
        return parsed.error();
    JsonFaults faults(file);
    JsonFields f(faults, *parsed, {});
    for (const Column& column : kColumns) {
        std::vector<double> values;
        f.array(
            column.key,
            [&](const QJsonValue& v, const std::string& path) { values.push_back(numberOrNan(faults, v, path)); },
            JsonFields::Optional);
        if (values.empty())
            continue;
        if (values.size() != history.steps.size()) {
            faults.report(column.key, "has " + std::to_string(values.size()) + " values; one for each of the " +
                                          std::to_string(history.steps.size()) + " steps is needed");
            continue;
        }
        for (std::size_t i = 0; i < values.size(); ++i)
            history.steps[i].*column.value = values[i];
    }
    f.array(
        "marks",
        [&](const QJsonValue& value, const std::string& path) {
            JsonFields m(faults, value, path);
            HistoryMark mark;
            m.integer("step", mark.step);
            mark.epoch = numberOrNan(faults, m.take("epoch"), path + ".epoch");
            m.text("words", mark.words);
            history.marks.push_back(mark);
        },
        JsonFields::Optional);
    if (faults.any())
        return *faults.error();
    return {};
}

} // namespace convarium::engine
