// From strokes to what the network says about them, away from the thread of the window.
#pragma once

#include "ui/drawing/what_if.h"
#include "ui/training/map_worker.h"
#include "ui/training/network_probe.h"

#include "ui/threads/task_thread.h"

#include <atomic>

namespace convarium::ui
{

/// What shall be read. A value; the pointers lead to immutable things.
struct DrawingRequest {
    int id = 0;
    std::shared_ptr<const engine::GraphSpec> graph; ///< the same object until the network changes; null: steps only
    engine::WeightsPtr weights;                     ///< null: the initial weights of `seed`
    std::uint64_t seed = 1;
    datasets::DrawnStrokes strokes;
    datasets::MnistSteps steps;
    WhatIf whatIf;
    bool dark = false;
};

/// Maps of one layer beside each other.
struct WayPicture {
    std::string layer;
    CardThumbnail maps;
};

struct DrawingResult {
    int id = 0;
    datasets::InkBox ink;                     ///< in pixels of the ink, kInkPerField a field; empty: nothing is drawn
    int right = 0, down = 0;                  ///< what centring did
    QImage strokes, cropped, scaled, centred; ///< the steps, one pixel per value
    QImage input;                             ///< what the network gets, after the what-ifs and in its size
    engine::Shape shape;                      ///< of the input; rank 0: it cannot be drawn for
    std::vector<std::uint8_t> pixels;         ///< the input, C H W
    bool converted = false;                   ///< the network reads something else than 28x28 of one channel
    QString trouble;                          ///< a sentence when there is no reading
    OutputReading reading;
    std::vector<WayPicture> way;
    double milliseconds = 0;
};

/// The same strokes without cropping, scaling and centring.
struct PlainReading {
    int id = 0;
    QImage input;
    OutputReading reading;
};

/// Computes the latest request only. Both functions are called on the worker's thread: result for each request that was
/// begun, plain after it unless there is a newer request or nothing to read.
class DrawingWorker final
{
public:
    DrawingWorker(const TrainingServices& services, std::function<void(DrawingResult)> result,
                  std::function<void(PlainReading)> plain);
    /// Waits for what is in hand, some milliseconds.
    ~DrawingWorker() = default;
    DrawingWorker(const DrawingWorker&) = delete;
    DrawingWorker& operator=(const DrawingWorker&) = delete;
    /// Any thread.
    void request(DrawingRequest request);

private:
    void work(const DrawingRequest& request);
    DrawingResult compute(const DrawingRequest& request);
    void drawSteps(const DrawingRequest& request);
    void computePlain(const DrawingRequest& request);

    // Worker thread only.
    NetworkProbe m_probe;
    datasets::MnistPainter m_painter;
    DrawingRequest m_seen;           ///< the last one
    DrawingResult m_drawn;           ///< its pictures: other weights need no new ones
    datasets::GreyPicture m_input28; ///< what goes to the network
    datasets::GreyPicture m_plain28; ///< the same without any step
    std::function<void(DrawingResult)> m_result;
    std::function<void(PlainReading)> m_plain;
    std::atomic<int> m_newest{0};
    TaskThread m_thread{Priority::Steady}; ///< last
};

} // namespace convarium::ui
