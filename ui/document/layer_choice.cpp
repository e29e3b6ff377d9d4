#include "ui/document/layer_choice.h"

#include <QRegularExpression>
#include <algorithm>

namespace convarium::ui
{

namespace
{

using engine::ParamInfo;
using engine::ParamType;

/// Takes one word after the other.
class Reader
{
public:
    explicit Reader(const engine::LayerDescriptor& layer) : m_layer(layer) {}
    [[nodiscard]] const LayerSettings& settings() const { return m_settings; }

    bool take(const QString& word)
    {
        static const QRegularExpression sizes(QStringLiteral("^\\d+([x\u00D7*]\\d+){1,2}$"));
        if (sizes.match(word).hasMatch())
            return takeSizes(word.split(QRegularExpression(QStringLiteral("[x\u00D7*]"))));
        if (word.startsWith(u'/'))
            return takeNumber(word.mid(1), [](const ParamInfo& info) { return info.key.starts_with("stride"); });
        return takeNumber(word, [](const ParamInfo&) { return true; }) || takeChoice(word);
    }

private:
    [[nodiscard]] bool isSet(const std::string& key) const
    {
        return std::any_of(m_settings.begin(), m_settings.end(), [&](const auto& s) { return s.first == key; });
    }
    template <class Wanted>
    const ParamInfo* free(const Wanted& wanted) const
    {
        const auto at = std::find_if(m_layer.parameters.begin(), m_layer.parameters.end(),
                                     [&](const ParamInfo& info) { return !isSet(info.key) && wanted(info); });
        return at == m_layer.parameters.end() ? nullptr : &*at;
    }
    const ParamInfo* freeEnding(const char* end) const
    {
        return free([&](const ParamInfo& info) { return info.type == ParamType::Integer && info.key.ends_with(end); });
    }
    bool takeSizes(const QStringList& numbers)
    {
        const ParamInfo *height = freeEnding("eight"), *width = freeEnding("idth");
        if (!height || !width)
            return false;
        m_settings.emplace_back(height->key, std::int64_t(numbers[0].toLongLong()));
        m_settings.emplace_back(width->key, std::int64_t(numbers[1].toLongLong()));
        return numbers.size() == 2 || takeNumber(numbers[2], [](const ParamInfo&) { return true; });
    }
    template <class Wanted>
    bool takeNumber(const QString& word, const Wanted& wanted)
    {
        bool whole = false, number = false;
        const qlonglong integer = word.toLongLong(&whole);
        const double real = word.toDouble(&number);
        const auto kind = [&](ParamType type) {
            return free([&](const ParamInfo& info) { return info.type == type && wanted(info); });
        };
        if (const ParamInfo* info = whole ? kind(ParamType::Integer) : nullptr) {
            m_settings.emplace_back(info->key, std::int64_t(integer));
            if (!info->pairedWith.empty())
                m_settings.emplace_back(info->pairedWith, std::int64_t(integer));
            return true;
        }
        if (const ParamInfo* info = number ? kind(ParamType::Real) : nullptr) {
            m_settings.emplace_back(info->key, real);
            return true;
        }
        return false;
    }
    bool takeChoice(const QString& word)
    {
        const std::string start = word.toLower().toStdString();
        for (const ParamInfo& info : m_layer.parameters)
            for (const std::string& choice : info.choices)
                if (info.type == ParamType::Choice && !isSet(info.key) && choice.starts_with(start)) {
                    m_settings.emplace_back(info.key, choice);
                    return true;
                }
        return false;
    }

    const engine::LayerDescriptor& m_layer;
    LayerSettings m_settings;
};

} // namespace

std::optional<LayerSettings> settingsFrom(const engine::LayerDescriptor& layer, const QStringList& words)
{
    Reader reader(layer);
    for (const QString& word : words)
        if (!reader.take(word))
            return std::nullopt;
    engine::Params params;
    for (const auto& [key, value] : reader.settings())
        params.set(key, value);
    return engine::completeParams(layer, params) ? std::optional(reader.settings()) : std::nullopt;
}

} // namespace convarium::ui
