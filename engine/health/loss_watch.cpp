#include "engine/health/loss_watch.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <optional>

namespace convarium::engine
{

namespace
{

template <class Iterator>
double mean(Iterator from, Iterator to)
{
    const auto count = std::distance(from, to);
    return count > 0 ? std::accumulate(from, to, 0.0) / static_cast<double>(count) : 0;
}

void remember(std::deque<double>& list, double value, std::size_t most)
{
    list.push_back(value);
    if (list.size() > most)
        list.pop_front();
}

} // namespace

LossWatch::LossWatch(const Dataset& data, std::span<const std::uint32_t> images)
    : m_classes(data.targetKind() == TargetKind::Class && data.classNames().size() > 1)
{
    m_guess = m_classes ? commonest(data, images) : 0;
}

/// Share of the class most of these images have.
double LossWatch::commonest(const Dataset& data, std::span<const std::uint32_t> images)
{
    m_counts.assign(data.classNames().size(), 0);
    for (const std::uint32_t image : images)
        if (const auto label = static_cast<std::size_t>(data.label(image)); label < m_counts.size())
            ++m_counts[label];
    return images.empty() ? 0
                          : static_cast<double>(*std::max_element(m_counts.begin(), m_counts.end())) /
                                static_cast<double>(images.size());
}

void LossWatch::stepDone(double loss, double accuracy, std::span<const std::uint32_t> batch, const Dataset& data)
{
    ++m_steps;
    if (m_first.size() < kFirst)
        m_first.push_back(loss);
    remember(m_losses, loss, kRemembered);
    remember(m_accuracies, accuracy, kRemembered);
    if (m_classes)
        remember(m_purities, commonest(data, batch), kBatches);
}

double LossWatch::firstLoss() const
{
    return mean(m_first.begin(), m_first.end());
}

double LossWatch::newestLoss() const
{
    return mean(m_losses.end() - static_cast<std::ptrdiff_t>(std::min(kNewest, m_losses.size())), m_losses.end());
}

std::optional<double> LossWatch::fall() const
{
    if (m_losses.size() < kRemembered)
        return std::nullopt;
    const auto middle = m_losses.begin() + kRemembered / 2;
    const double before = mean(m_losses.begin(), middle), after = mean(middle, m_losses.end());
    return before > 0 ? (before - after) / before : 0;
}

double LossWatch::accuracy() const
{
    return mean(m_accuracies.begin(), m_accuracies.end());
}

double LossWatch::batchPurity() const
{
    return m_purities.size() < kBatches ? 0 : mean(m_purities.begin(), m_purities.end());
}

} // namespace convarium::engine
