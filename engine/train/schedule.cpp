#include "engine/train/schedule.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>

namespace convarium::engine
{

namespace
{

using Values = std::vector<double>;

double done(const ScheduleCall& c)
{
    return c.totalSteps > 0 ? std::min(1.0, static_cast<double>(c.step) / static_cast<double>(c.totalSteps)) : 0;
}

double epochOf(const ScheduleCall& c)
{
    return static_cast<double>(c.step / std::max<std::int64_t>(1, c.stepsPerEpoch));
}

/// Half a cosine from `from` to `to`.
double along(double from, double to, double share)
{
    return to + (from - to) / 2 * (1 + std::cos(std::numbers::pi * share));
}

/// PyTorch's OneCycleLR with its defaults: 30 % of the steps up from rate / 25, the rest down to rate / 250,000.
double oneCycle(const ScheduleCall& c, const Values&)
{
    const double low = c.rate / 25, lowest = low / 1e4;
    const double last = static_cast<double>(c.totalSteps) - 1;
    const double top = 0.3 * static_cast<double>(c.totalSteps) - 1;
    const double at = std::min(static_cast<double>(c.step), last);
    if (at <= top)
        return along(low, c.rate, top > 0 ? at / top : 1);
    return along(c.rate, lowest, last > top ? (at - top) / (last - top) : 1);
}

std::string plainNumber(double value)
{
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

/// "step:EPOCHS,FACTOR" as people write it.
std::string form(const ScheduleInfo& info)
{
    std::string text = info.id;
    for (std::size_t i = 0; i < info.params.size(); ++i) {
        text += i == 0 ? ":" : ",";
        for (char c : info.params[i].title)
            text += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    }
    return text;
}

Error wrong(const std::string& text, const ScheduleInfo& info, const std::string& what)
{
    return {ErrorCode::InvalidArgument,
            "The schedule '" + text + "' " + what + "; its form is " + form(info) + ".",
            "Write for example " + scheduleText(usualSchedule(info)) + ".",
            {-1, "schedule", {}, -1}};
}

} // namespace

const std::vector<ScheduleInfo>& scheduleRegistry()
{
    const ScheduleParam factor{"factor", "What the rate is multiplied by.", false, 1e-6, 1, 0.5};
    static const std::vector<ScheduleInfo> all{
        {"constant",
         "Constant",
         "The rate stays as it is.",
         {},
         [](const ScheduleCall& c, const Values&) { return c.rate; }},
        {"step",
         "Steps",
         "The rate is multiplied by a factor every so many epochs.",
         {{"epochs", "Epochs between two cuts of the rate.", true, 1, 100000, 2}, factor},
         [](const ScheduleCall& c, const Values& v) { return c.rate * std::pow(v[1], std::floor(epochOf(c) / v[0])); }},
        {"exp",
         "Exponential",
         "The rate is multiplied by a factor after every epoch.",
         {{factor.title, factor.help, false, 1e-6, 1, 0.9}},
         [](const ScheduleCall& c, const Values& v) { return c.rate * std::pow(v[0], epochOf(c)); }},
        {"cosine",
         "Cosine",
         "The rate falls along half a cosine to zero at the end (Loshchilov and Hutter, arXiv 1608.03983).",
         {},
         [](const ScheduleCall& c, const Values&) {
             return c.rate * 0.5 * (1 + std::cos(std::numbers::pi * done(c)));
         }},
        {"one-cycle",
         "One cycle",
         "The rate rises from a 25th to its peak during the first 30 % of the steps, then falls to almost nothing. "
         "Only "
         "the rate is cycled, momentum and betas stay (Smith, arXiv 1708.07120).",
         {},
         oneCycle},
        {"warmup",
         "Warm-up",
         "The rate rises in a straight line during the first steps, then stays (Goyal et al., arXiv 1706.02677).",
         {{"steps", "Steps until the full rate is reached.", true, 1, 1e9, 100}},
         [](const ScheduleCall& c, const Values& v) {
             return c.rate * std::min(1.0, static_cast<double>(c.step + 1) / v[0]);
         }},
        {"plateau",
         "Plateau",
         "The rate is cut when the validation loss (without one, the training loss) has not become better for more "
         "than "
         "so many epochs.",
         {{"patience", "Epochs without a better loss that are put up with.", true, 0, 100000, 2}, factor},
         [](const ScheduleCall& c, const Values& v) { return c.rate * std::pow(v[1], c.cuts); },
         true},
    };
    return all;
}

Schedule usualSchedule(const ScheduleInfo& info)
{
    Schedule usual{&info, {}};
    for (const ScheduleParam& p : info.params)
        usual.values.push_back(p.usual);
    return usual;
}

Result<Schedule> parseSchedule(const std::string& text)
{
    const auto colon = text.find(':');
    Schedule out;
    for (const ScheduleInfo& s : scheduleRegistry())
        if (s.id == text.substr(0, colon))
            out.info = &s;
    if (!out.info) {
        std::string list;
        for (const ScheduleInfo& s : scheduleRegistry())
            list += (list.empty() ? "" : ", ") + form(s);
        return Error{ErrorCode::UnknownName,
                     "There is no schedule called '" + text + "'.",
                     "Use one of " + list + ".",
                     {-1, "schedule", {}, -1}};
    }
    if (out.info->params.empty() && colon != std::string::npos)
        return wrong(text, *out.info, "has a number, but " + out.info->id + " takes none");
    for (std::size_t from = colon; from != std::string::npos;) {
        const std::size_t comma = text.find(',', from + 1);
        const std::string part = text.substr(from + 1, comma == std::string::npos ? comma : comma - from - 1);
        double value = 0;
        const auto [end, code] = std::from_chars(part.data(), part.data() + part.size(), value);
        if (code != std::errc() || end != part.data() + part.size())
            return wrong(text, *out.info, "has '" + part + "' where a number is needed");
        out.values.push_back(value);
        from = comma;
    }
    if (out.values.size() != out.info->params.size())
        return wrong(text, *out.info, "has " + std::to_string(out.values.size()) + " numbers");
    for (std::size_t i = 0; i < out.values.size(); ++i) {
        const ScheduleParam& p = out.info->params[i];
        const double v = out.values[i];
        if (!(v >= p.minimum && v <= p.maximum) || (p.whole && std::floor(v) != v))
            return wrong(text, *out.info,
                         "has " + plainNumber(v) + " as its " + p.title + ", which must be " +
                             (p.whole ? "a whole number " : "") + "from " + plainNumber(p.minimum) + " to " +
                             plainNumber(p.maximum));
    }
    return out;
}

std::string scheduleText(const Schedule& schedule)
{
    std::string text = schedule.info->id;
    for (std::size_t i = 0; i < schedule.values.size(); ++i)
        text += (i == 0 ? ":" : ",") + plainNumber(schedule.values[i]);
    return text;
}

double scheduledRate(const TrainConfig& config, std::int64_t step, std::int64_t stepsPerEpoch, std::int64_t totalSteps,
                     int cuts)
{
    const auto schedule = parseSchedule(config.schedule);
    return schedule ? schedule->info->rate({config.rate, step, stepsPerEpoch, totalSteps, cuts}, schedule->values)
                    : config.rate;
}

void watchPlateau(PlateauState& state, double loss, std::int64_t patience)
{
    constexpr double kThreshold = 1e-4;
    if (!state.any || loss < state.best * (1 - kThreshold)) {
        state.best = loss;
        state.any = true;
        state.bad = 0;
        return;
    }
    if (++state.bad > patience) {
        ++state.cuts;
        state.bad = 0;
    }
}

} // namespace convarium::engine
