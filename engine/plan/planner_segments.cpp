// Where all images must meet, how many go through together, and which instructions take turns row by row.
#include "engine/plan/planner.h"

#include <algorithm>
#include <set>

namespace convarium::engine
{

namespace
{

/// Images of a chunk share the second-level cache. A constant per kernel level, not a property of the machine: the
/// order of sums depends on it.
std::int64_t cacheBudget(const kernels::KernelTable& k)
{
    return k.width >= 16 ? 1'000'000 : 384'000;
}

} // namespace

void Planner::buildSegments()
{
    const bool apart = options().execution == ExecutionMode::Layerwise;
    m_plan.slots = static_cast<int>(std::min<std::int64_t>(options().batch, options().threads));
    const int cut = options().training || largestShare() == 1 ? -1 : firstWithLargeWeights();
    bool lastFirst = true;
    for (std::size_t i = 0; i < m_plan.tape.size(); ++i) {
        const Instruction& in = m_plan.tape[i];
        const bool join = !m_plan.segments.empty() && in.scope != PhaseScope::Once &&
                          m_plan.segments.back().scope == in.scope && !apart && static_cast<int>(i) != cut;
        if (join) {
            ++m_plan.segments.back().count;
            continue;
        }
        m_plan.segments.push_back({static_cast<int>(i), 1, in.scope, {}});
        // To and fro: what a segment wrote last is still in the cache when the next one reads it first.
        if (in.scope == PhaseScope::Chunk)
            m_plan.segments.back().lastFirst = lastFirst = !lastFirst;
    }
}

void Planner::numberSegments()
{
    m_segmentOf.resize(m_plan.tape.size());
    for (std::size_t s = 0; s < m_plan.segments.size(); ++s)
        for (int i = 0; i < m_plan.segments[s].count; ++i)
            m_segmentOf[static_cast<std::size_t>(m_plan.segments[s].first + i)] = static_cast<int>(s);
    for (std::size_t i = 0; i < m_plan.tape.size(); ++i)
        m_passOf.emplace_back(static_cast<int>(i), static_cast<int>(i));
    for (const Segment& s : m_plan.segments)
        for (const Piece& piece : s.pieces)
            for (int i = piece.first; piece.rows > 0 && i < piece.first + piece.count; ++i)
                m_passOf[static_cast<std::size_t>(i)] = {piece.first, piece.first + piece.count - 1};
}

void Planner::setScopes()
{
    const int end = static_cast<int>(m_plan.tape.size()) - 1;
    if (!options().training || options().keepAll)
        m_readOutside.insert(m_plan.valueBuffer[static_cast<std::size_t>(m_graph.logits)]);
    if (!options().training)
        m_readOutside.insert(m_plan.valueBuffer[static_cast<std::size_t>(m_graph.result)]);
    if (options().keepAll)
        for (const auto* list : {&m_plan.valueBuffer, &m_plan.gradientBuffer})
            m_readOutside.insert(list->begin(), list->end());
    m_readOutside.erase(-1); // no buffer
    for (const int b : m_readOutside)
        m_plan.buffers[static_cast<std::size_t>(b)].last = end;
    for (std::size_t i = 0; i < m_plan.buffers.size(); ++i) {
        Buffer& b = m_plan.buffers[i];
        if (b.scope != BufferScope::Batch || b.first < 0 || options().execution != ExecutionMode::Fused ||
            options().keepAll)
            continue;
        const int segment = m_segmentOf[static_cast<std::size_t>(b.first)];
        const bool seenBehind =
            m_readOutside.contains(static_cast<int>(i)) && m_plan.segments[static_cast<std::size_t>(segment)].parts > 1;
        if (segment == m_segmentOf[static_cast<std::size_t>(b.last)] && !seenBehind) {
            b.scope = BufferScope::Chunk;
            b.arena = Arena::Thread;
        }
    }
    for (const auto& [norm, reader] : m_remadeBy) {
        Buffer& b = m_plan.buffers[static_cast<std::size_t>(m_plan.bindings[norm].outputGradient)];
        b.scope = BufferScope::Chunk;
        b.arena = Arena::Thread;
    }
}

void Planner::countImages()
{
    for (Buffer& b : m_plan.buffers)
        if (b.scope == BufferScope::Batch)
            b.images = options().batch;
        else if (b.scope == BufferScope::Chunk)
            b.images = chunkOf(b.first, b.last);
}

std::vector<int> Planner::touched(int first, int count) const
{
    std::vector<int> all;
    for (int i = first; i < first + count; ++i)
        for (const auto* list :
             {&m_plan.tape[static_cast<std::size_t>(i)].reads, &m_plan.tape[static_cast<std::size_t>(i)].writes})
            all.insert(all.end(), list->begin(), list->end());
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

std::int64_t Planner::imageBytes(int first, int count) const
{
    std::int64_t bytes = 0;
    for (const int b : touched(first, count)) {
        const Buffer& buffer = m_plan.buffers[static_cast<std::size_t>(b)];
        if (buffer.scope == BufferScope::Batch || buffer.scope == BufferScope::Chunk)
            bytes += buffer.bytes;
    }
    return bytes;
}

std::int64_t Planner::weightBytes(int first, int count) const
{
    std::set<int> read;
    for (int i = first; i < first + count; ++i) {
        const auto& params = m_graph.ops[static_cast<std::size_t>(m_plan.tape[static_cast<std::size_t>(i)].op)]->params;
        read.insert(params.begin(), params.end());
    }
    std::int64_t floats = 0;
    for (const int p : read)
        floats += m_graph.parameters[static_cast<std::size_t>(p)].info.shape.elements();
    return floats * static_cast<std::int64_t>(sizeof(float));
}

int Planner::firstWithLargeWeights() const
{
    for (int i = 0; i < static_cast<int>(m_plan.tape.size()); ++i) {
        const std::int64_t weights = weightBytes(i, 1);
        if (2 * weights > cacheBudget(m_graph.kernels()) && weights > imageBytes(i, 1))
            return i;
    }
    return -1;
}

std::int64_t Planner::largestShare() const
{
    return (options().batch + m_plan.slots - 1) / m_plan.slots;
}

void Planner::chooseChunks()
{
    const std::int64_t budget = cacheBudget(m_graph.kernels()), share = largestShare();
    for (Segment& s : m_plan.segments) {
        if (s.scope == PhaseScope::WholeBatch) {
            s.chunk = options().batch;
            continue;
        }
        const std::int64_t images = std::max<std::int64_t>(1, imageBytes(s.first, s.count));
        std::int64_t fit = budget / images;
        // Weights that do not stay in the cache are read for every chunk: then it holds as much as they do.
        if (const std::int64_t weights = weightBytes(s.first, s.count); weights > 2 * budget)
            fit = std::max(fit, weights / images);
        s.chunk = evenly(share, std::clamp<std::int64_t>(fit, 1, share));
    }
}

std::int64_t Planner::chunkOf(int first, int last) const
{
    const bool everywhere = first < 0;
    const auto from = everywhere ? 0 : static_cast<std::size_t>(m_segmentOf[static_cast<std::size_t>(first)]);
    const auto to =
        everywhere ? m_plan.segments.size() - 1 : static_cast<std::size_t>(m_segmentOf[static_cast<std::size_t>(last)]);
    std::int64_t most = 1;
    for (std::size_t s = from; s <= to; ++s)
        most = std::max(most, m_plan.segments[s].chunk);
    return most;
}

void Planner::prepareOps()
{
    std::vector<std::int64_t> chunk(m_graph.ops.size(), 1);
    for (const Segment& s : m_plan.segments)
        for (int i = s.first; i < s.first + s.count; ++i) {
            std::int64_t& most = chunk[static_cast<std::size_t>(m_plan.tape[static_cast<std::size_t>(i)].op)];
            most = std::max(most, s.chunk);
        }
    for (std::size_t i = 0; i < m_graph.ops.size(); ++i) {
        Op& op = *m_graph.ops[i];
        op.wantsInputGradient = wantsInputGradient(i);
        op.inspected = options().keepAll;
        op.imagesPerUpdate = options().training ? options().batch : 0;
        op.prepare(m_graph, m_graph.kernels(), chunk[i]);
    }
}

void Planner::cutPieces()
{
    setRowBytes();
    for (Segment& s : m_plan.segments) {
        if (s.scope == PhaseScope::WholeBatch)
            cutWholeBatch(s);
        if (s.scope != PhaseScope::Chunk)
            continue;
        std::int64_t height = 0;
        for (int i = s.first; i < s.first + s.count; ++i) {
            const Instruction& in = m_plan.tape[static_cast<std::size_t>(i)];
            const std::int64_t own = s.chunk == 1 ? rowsOf(in) : 0;
            if (own > 0 && own == height && rowUse(in) == RowUse::Rows)
                ++s.pieces.back().count;
            else
                s.pieces.push_back({.first = i, .count = 1, .height = own});
            height = own;
        }
        for (Piece& piece : s.pieces)
            if (piece.height > 0 && piece.count > 1)
                chooseRows(piece);
    }
}

void Planner::cutWholeBatch(Segment& segment) const
{
    constexpr std::int64_t kPerThread = 2; // who is late finds less to do
    segment.parts = 0;
    for (int i = segment.first; i < segment.first + segment.count; ++i) {
        const Op& op = *m_graph.ops[static_cast<std::size_t>(m_plan.tape[static_cast<std::size_t>(i)].op)];
        Piece piece{.first = i, .count = 1};
        piece.parts =
            static_cast<int>(std::clamp<std::int64_t>(op.weightGradientParts(), 1, kPerThread * options().threads));
        segment.parts += piece.parts;
        segment.pieces.push_back(piece);
    }
}

void Planner::shrinkToRows()
{
    std::map<int, std::int64_t> rows; // per first instruction of a piece
    for (const Segment& s : m_plan.segments)
        for (const Piece& piece : s.pieces)
            if (piece.rows > 0)
                rows[piece.first] = piece.rows;
    const auto shrink = [](Buffer& b, std::int64_t count) {
        b.bytes = count * b.rowBytes;
        b.rowBytes = 0;
    };
    for (std::size_t i = 0; i < m_plan.buffers.size(); ++i) {
        Buffer& b = m_plan.buffers[i];
        if (b.scope != BufferScope::Chunk || b.first < 0 || b.rowBytes == 0 ||
            m_readOutside.contains(static_cast<int>(i)))
            continue;
        const auto pass = m_passOf[static_cast<std::size_t>(b.first)];
        if (const auto found = rows.find(pass.first);
            found != rows.end() && pass == m_passOf[static_cast<std::size_t>(b.last)])
            shrink(b, found->second);
    }
    for (const auto& [norm, reader] : m_remadeBy) {
        Buffer& b = m_plan.buffers[static_cast<std::size_t>(m_plan.bindings[norm].outputGradient)];
        std::int64_t most = 0;
        for (std::size_t i = 0; i < m_plan.tape.size(); ++i) {
            if (m_plan.tape[i].op != reader || m_plan.tape[i].pass != Pass::Backward)
                continue;
            const auto cut = rows.find(m_passOf[i].first);
            most = std::max(most, cut == rows.end() ? m_graph.layoutOf(m_graph.ops[norm]->output).height : cut->second);
        }
        if (b.rowBytes > 0)
            shrink(b, most);
    }
}

void Planner::setRowBytes()
{
    const auto set = [this](int buffer, int value) {
        if (buffer < 0)
            return;
        const Layout& l = m_graph.layoutOf(value);
        const std::int64_t bytes =
            l.kind == Layout::Kind::Pixels ? l.width * l.lanes * static_cast<std::int64_t>(sizeof(float)) : 0;
        std::int64_t& known = m_plan.buffers[static_cast<std::size_t>(buffer)].rowBytes;
        known = known == 0 || known == bytes ? bytes : -1;
    };
    for (std::size_t v = 0; v < m_graph.values.size(); ++v) {
        set(m_plan.valueBuffer[v], static_cast<int>(v));
        set(m_gradientBuffer[v], static_cast<int>(v));
    }
    for (Buffer& b : m_plan.buffers)
        b.rowBytes = std::max<std::int64_t>(b.rowBytes, 0);
}

std::int64_t Planner::rowsOf(const Instruction& in) const
{
    const Op& op = *m_graph.ops[static_cast<std::size_t>(in.op)];
    const RowUse use = rowUse(in);
    if (use == RowUse::Whole || op.output < 0)
        return 0;
    const bool ofInput = use == RowUse::OwnRows && in.pass == Pass::Backward;
    const std::int64_t height = m_graph.layoutOf(ofInput ? op.inputs[0] : op.output).height;
    for (const auto* list : {&in.reads, &in.writes})
        for (const int b : *list) {
            if (list == &in.reads && use == RowUse::OwnRows)
                continue;
            const Buffer& buffer = m_plan.buffers[static_cast<std::size_t>(b)];
            const bool images = buffer.scope == BufferScope::Batch || buffer.scope == BufferScope::Chunk;
            if (images && buffer.rowBytes * height != buffer.bytes)
                return 0;
        }
    return height;
}

RowUse Planner::rowUse(const Instruction& in) const
{
    const Op& op = *m_graph.ops[static_cast<std::size_t>(in.op)];
    return in.pass == Pass::Forward ? op.forwardRows() : op.backwardRows();
}

void Planner::chooseRows(Piece& piece) const
{
    // Rows that are read beyond the own ones are read again at the next turn.
    const std::int64_t fewest = rowUse(m_plan.tape[static_cast<std::size_t>(piece.first)]) == RowUse::Rows ? 1 : 4;
    const std::int64_t budget = cacheBudget(m_graph.kernels()) / 2;
    std::int64_t bytes = 0; // of one row of everything
    for (const int b : touched(piece.first, piece.count))
        bytes += m_plan.buffers[static_cast<std::size_t>(b)].rowBytes;
    if (bytes * piece.height <= budget)
        return;
    const std::int64_t most = std::min(piece.height, std::max(fewest, budget / bytes));
    // An even number of turns: halves of an image are as large as each other.
    const std::int64_t turns = ((piece.height + most - 1) / most + 1) / 2 * 2;
    piece.rows = std::max(std::min(most, fewest), (piece.height + turns - 1) / turns);
}

} // namespace convarium::engine
