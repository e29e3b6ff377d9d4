// What is drawn, and what the network makes of it: decides when it is computed. UI thread.
#pragma once

#include "ui/drawing/drawing_worker.h"
#include "ui/drawing/neighbour_search.h"
#include "ui/threads/mailbox.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

namespace convarium::ui
{

class MapService;
class TrainingController;

/// Follows strokes, steps, what-ifs, network and weights while somebody watches; the maps of the canvas follow the
/// drawing while they show it.
class DrawingReader final : public QObject
{
    Q_OBJECT
public:
    static constexpr std::size_t kNeighbours = 6;

    DrawingReader(TrainingController* controller, MapService* maps, QObject* parent = nullptr);
    ~DrawingReader() override;

    void setWatched(bool watched);
    void setStrokes(const datasets::DrawnStrokes& strokes);
    void setSteps(const datasets::MnistSteps& steps);
    void setWhatIf(const WhatIf& whatIf);
    [[nodiscard]] const datasets::MnistSteps& steps() const { return m_steps; }
    [[nodiscard]] const WhatIf& whatIf() const { return m_whatIf; }
    [[nodiscard]] TrainingController* controller() const { return m_controller; }
    /// Name of a class of the network's answer; its number where the data have other classes.
    [[nodiscard]] QString className(int index, std::size_t classes) const;

Q_SIGNALS:
    void read(const convarium::ui::DrawingResult& result);
    void readPlain(const convarium::ui::PlainReading& plain);
    void neighboursFound(const convarium::ui::NeighbourResult& result);

private:
    void schedule();
    void send();
    void receive(const DrawingResult& result);
    void findNeighbours();
    void followTraining();
    void networkChanged();

    TrainingController* m_controller;
    MapService* m_maps;
    std::shared_ptr<const engine::GraphSpec> m_graph; ///< as the worker knows it; null: none that works
    datasets::DrawnStrokes m_strokes;
    datasets::MnistSteps m_steps;
    WhatIf m_whatIf;
    bool m_watched = false;
    int m_requestId = 0, m_searchId = 0;
    bool m_inHand = false, m_again = false; ///< a request is on its way; another one has to follow it
    double m_milliseconds = 0;              ///< what the last one took
    std::vector<std::uint8_t> m_pixels;     ///< of the last result
    QTimer m_neighbourTimer;
    QTimer m_sendTimer;     ///< while training runs: not more often than the eye follows
    QTimer m_snapshotTimer; ///< asks for weights while training runs and somebody watches
    QElapsedTimer m_sinceSnapshot, m_sinceSend;
    Mailbox m_mailbox;
    std::unique_ptr<NeighbourSearch> m_search;
    std::unique_ptr<DrawingWorker> m_worker;
};

} // namespace convarium::ui
