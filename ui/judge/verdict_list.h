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

/// Images of one judgement that were chosen for being shown, the surest first; of masks those with the smallest
/// overlap, which then is their certainty.
class VerdictModel final : public QAbstractListModel
{
    Q_OBJECT
public:
    explicit VerdictModel(JudgeService* service, QObject* parent = nullptr);
    /// Those of one cell; truth -1: all that are wrong. Of masks: the worst that show this class and have pixels taken
    /// for that one.
    void show(const engine::JudgementPtr& judgement, int truth, int said);
    [[nodiscard]] bool ofMasks() const { return m_judgement && m_judgement->masks; }
    [[nodiscard]] std::uint32_t image(int row) const { return m_rows[static_cast<std::size_t>(row)].image; }
    [[nodiscard]] const engine::ImageVerdict& verdict(int row) const
    {
        return m_rows[static_cast<std::size_t>(row)].verdict;
    }
    /// Null while it is on its way; then dataChanged() follows.
    [[nodiscard]] QImage picture(int row) const;
    [[nodiscard]] int rowOf(std::uint32_t image) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

private:
    struct Row {
        std::uint32_t image = 0;
        engine::ImageVerdict verdict;
        const engine::MaskVerdict* mask = nullptr; ///< of m_judgement
    };
    void showMasks(int truth, int said);
    void forgetPictures();

    JudgeService* m_service;
    engine::JudgementPtr m_judgement;
    int m_question = 0; ///< another one where the pictures of before are no longer right
    std::vector<Row> m_rows;
    mutable QCache<std::uint32_t, QImage> m_pictures{2000};
    mutable QSet<std::uint32_t> m_asked;
};

class VerdictList final : public QListView
{
    Q_OBJECT
public:
    explicit VerdictList(VerdictModel* model, QWidget* parent = nullptr);
    /// Smaller pictures, so that a low window shows two rows of them.
    void setLow(bool low);
    [[nodiscard]] bool isLow() const { return m_low; }

Q_SIGNALS:
    void imageChosen(quint32 image);
    /// A double-click on the chosen one, or Enter.
    void imageOpened();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;

private:
    VerdictModel* m_model;
    bool m_low = false;
};

} // namespace convarium::ui
