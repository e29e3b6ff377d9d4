// Test images with what the network makes of them, as a grid of pictures.
#pragma once

#include "engine/train/judgement.h"

#include <QAbstractListModel>
#include <QCache>
#include <QImage>
#include <QListView>
#include <QSet>

namespace convarium::ui
{

class JudgeService;

/// Images of one judgement that were chosen for being shown, the surest first.
class VerdictModel final : public QAbstractListModel
{
    Q_OBJECT
public:
    explicit VerdictModel(JudgeService* service, QObject* parent = nullptr);
    /// Those of one cell; truth -1: all that are wrong.
    void show(const engine::JudgementPtr& judgement, int truth, int said);
    [[nodiscard]] std::uint32_t image(int row) const { return m_rows[static_cast<std::size_t>(row)].first; }
    [[nodiscard]] const engine::ImageVerdict& verdict(int row) const
    {
        return m_rows[static_cast<std::size_t>(row)].second;
    }
    /// Null while it is on its way; then dataChanged() follows.
    [[nodiscard]] QImage picture(int row) const;
    [[nodiscard]] int rowOf(std::uint32_t image) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

private:
    JudgeService* m_service;
    std::vector<std::pair<std::uint32_t, engine::ImageVerdict>> m_rows;
    mutable QCache<std::uint32_t, QImage> m_pictures{2000};
    mutable QSet<std::uint32_t> m_asked;
};

class VerdictList final : public QListView
{
    Q_OBJECT
public:
    explicit VerdictList(VerdictModel* model, QWidget* parent = nullptr);

Q_SIGNALS:
    void imageChosen(quint32 image);

protected:
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;

private:
    VerdictModel* m_model;
};

} // namespace convarium::ui
