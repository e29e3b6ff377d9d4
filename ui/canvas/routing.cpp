#include "ui/canvas/routing.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

namespace convarium::ui
{

namespace
{

enum class Kind { Straight, Early, Late, Skip };

/// A wire on its way. One into a lower row has landed first; the rest of its way is that of any other wire.
struct Draft {
    Kind kind = Kind::Straight;
    QRectF from, to;
    QPointF start;        ///< the output port, or the landing
    double turn = 0;      ///< x of the first vertical run behind the start
    double targetY = 0;   ///< of the input port
    double approachY = 0; ///< height from which it comes down or up to the target
    int track = 0;
    double lane = 0;  ///< y of the long run of a skip
    int landing = -1; ///< index of the landing; -1: target in the same row
    int frame = -1;   ///< skips: the innermost frame with everything that it passes over; -1: none
};

/// Where the wires of one source reach a lower row.
struct Landing {
    NodeId source = engine::kNoNode;
    QRectF area; ///< targets, or the frames around them
    std::vector<std::size_t> wires;
    double x = 0;       ///< of the run down to the targets
    double y = 0;       ///< of the port that the run ends at
    double channel = 0; ///< y of the run between the rows
};

class Router
{
public:
    Router(const std::map<NodeId, RouteCard>& cards, const std::vector<RouteWire>& wires,
           const std::vector<RouteFrame>& frames)
        : m_cards(cards), m_wires(wires), m_frames(frames), m_drafts(wires.size())
    {
    }

    Routes run()
    {
        measureFrames();
        for (std::size_t i = 0; i < m_wires.size(); ++i)
            begin(i);
        gatherLandings();
        for (std::size_t i = 0; i < m_wires.size(); ++i)
            classify(i);
        assignSkipLanes();
        assignChannels();
        assignPorts();
        m_routes.wires.resize(m_wires.size());
        for (std::size_t i = 0; i < m_wires.size(); ++i)
            m_routes.wires[i].points = points(m_drafts[i]);
        for (std::size_t i = 0; i < m_wires.size(); ++i)
            m_routes.wires[i].port = m_ports[i];
        markBundles();
        for (std::size_t f = 0; f < m_frames.size(); ++f)
            m_routes.frames[m_frames[f].id] = m_rects[f];
        return std::move(m_routes);
    }

private:
    /// Frames around their cards; skips push them up later. Depth 0 is outermost.
    void measureFrames()
    {
        std::map<std::int64_t, std::size_t> index;
        for (std::size_t f = 0; f < m_frames.size(); ++f)
            index[m_frames[f].id] = f;
        m_depth.assign(m_frames.size(), 0);
        std::vector<std::size_t> order(m_frames.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        for (std::size_t f = 0; f < m_frames.size(); ++f)
            for (auto up = index.find(m_frames[f].parent); up != index.end() && m_depth[f] < 64;
                 up = index.find(m_frames[up->second].parent))
                ++m_depth[f];
        std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return m_depth[a] > m_depth[b]; });
        m_rects.assign(m_frames.size(), QRectF());
        for (const std::size_t f : order) {
            for (const NodeId card : m_frames[f].cards) {
                m_rects[f] |= m_cards.at(card).rect;
                m_framesOf[card].push_back(f); // innermost first
            }
            for (std::size_t inner = 0; inner < m_frames.size(); ++inner)
                if (m_frames[inner].parent == m_frames[f].id && inner != f)
                    m_rects[f] |= m_rects[inner];
            if (!m_rects[f].isEmpty())
                m_rects[f].adjust(-kFrameSide, -kFrameTop, kFrameSide, kFrameBottom);
        }
    }

    [[nodiscard]] bool holds(std::size_t frame, NodeId card) const
    {
        const auto it = m_framesOf.find(card);
        return it != m_framesOf.end() && std::find(it->second.begin(), it->second.end(), frame) != it->second.end();
    }

    [[nodiscard]] bool blocked(double x1, double y1, double x2, double y2, const RouteWire& wire) const
    {
        const QRectF leg =
            QRectF(QPointF(std::min(x1, x2), std::min(y1, y2)), QPointF(std::max(x1, x2), std::max(y1, y2)))
                .adjusted(-2, -2, 2, 2);
        return std::any_of(m_cards.begin(), m_cards.end(), [&](const auto& c) {
            return c.first != wire.from && c.first != wire.to && c.second.rect.intersects(leg);
        });
    }

    void begin(std::size_t i)
    {
        const RouteWire& wire = m_wires[i];
        Draft& d = m_drafts[i];
        d.from = m_cards.at(wire.from).rect;
        d.to = m_cards.at(wire.to).rect;
        d.start = {d.from.right(), d.from.top() + kPortY};
        d.targetY = d.approachY = d.to.top() + kPortY;
        d.turn = turnOf(d, wire);
        const auto kind = kindOf(d, wire);
        // Too near, to the left, or in a lower row with something in between.
        if (d.to.left() - d.from.right() < kWireTurn || (!kind && d.to.top() > d.from.bottom()))
            d.landing = 0;
    }

    /// Where a wire that bends early does: behind its source or, when it leads into a frame, only within it, so that
    /// what goes to several cards there enters as one wire.
    [[nodiscard]] double turnOf(const Draft& d, const RouteWire& wire) const
    {
        const double x = d.start.x(), y = d.start.y();
        std::optional<double> within;
        if (const auto frames = m_framesOf.find(wire.to); frames != m_framesOf.end())
            for (const std::size_t f : frames->second)
                if (!holds(f, wire.from))
                    within = m_rects[f].left() + kFrameSide - kWireTurn;
        const bool open = within && *within > x + kWireTurn && !blocked(x, y, *within, y, wire) &&
                          !blocked(*within, y, *within, d.targetY, wire) &&
                          !blocked(*within, d.targetY, d.to.left(), d.targetY, wire);
        return open ? *within : x + kWireTurn;
    }

    /// How a wire gets from its start to its target without a detour; nothing if cards are in the way.
    [[nodiscard]] std::optional<Kind> kindOf(const Draft& d, const RouteWire& wire) const
    {
        const double y = d.start.y(), end = d.to.left(), late = end - kWireTurn;
        if (std::abs(y - d.targetY) < 1)
            return blocked(d.start.x(), y, end, y, wire) ? std::nullopt : std::optional(Kind::Straight);
        const bool early = !blocked(d.start.x(), y, d.turn, y, wire) && !blocked(d.turn, y, d.turn, d.targetY, wire) &&
                           !blocked(d.turn, d.targetY, end, d.targetY, wire);
        const bool isLate = !blocked(d.start.x(), y, late, y, wire) && !blocked(late, y, late, d.targetY, wire);
        if (!early && !isLate)
            return std::nullopt;
        const bool merge = m_cards.at(wire.to).inputs > 1;
        return (merge ? isLate : !early) ? Kind::Late : Kind::Early;
    }

    /// The wires of one source into one row share their way to it.
    void gatherLandings()
    {
        std::vector<std::size_t> list;
        for (std::size_t i = 0; i < m_drafts.size(); ++i)
            if (m_drafts[i].landing >= 0)
                list.push_back(i);
        std::stable_sort(list.begin(), list.end(), [&](auto a, auto b) {
            const QRectF &p = m_drafts[a].to, &q = m_drafts[b].to;
            return p.left() != q.left() ? p.left() < q.left() : p.top() < q.top();
        });
        for (const std::size_t i : list) {
            const RouteWire& wire = m_wires[i];
            QRectF area = m_drafts[i].to;
            const auto frames = m_framesOf.find(wire.to);
            if (frames != m_framesOf.end())
                for (const std::size_t f : frames->second)
                    if (!holds(f, wire.from))
                        area |= m_rects[f];
            auto landing = std::find_if(m_landings.begin(), m_landings.end(), [&](const Landing& l) {
                return l.source == wire.from && area.top() < l.area.bottom() && area.bottom() > l.area.top();
            });
            if (landing == m_landings.end()) {
                m_landings.push_back({wire.from, area, {}, area.left() - kWireTurn, m_drafts[i].targetY, 0});
                landing = m_landings.end() - 1;
            }
            landing->area |= area;
            landing->wires.push_back(i);
        }
        // Landings at the same place stand side by side.
        for (std::size_t l = 0; l < m_landings.size(); ++l)
            for (std::size_t k = 0; k < l; ++k)
                if (std::abs(m_landings[k].x - m_landings[l].x) < kTrackPitch - 1 &&
                    m_landings[k].area.intersects(m_landings[l].area))
                    m_landings[l].x = m_landings[k].x - kTrackPitch;
        for (std::size_t l = 0; l < m_landings.size(); ++l)
            for (const std::size_t i : m_landings[l].wires) {
                Draft& d = m_drafts[i];
                d.landing = static_cast<int>(l);
                d.start = {m_landings[l].x, m_landings[l].y};
                d.turn = d.start.x();
            }
    }

    void classify(std::size_t i)
    {
        Draft& d = m_drafts[i];
        d.kind = kindOf(d, m_wires[i]).value_or(Kind::Skip);
        if (d.kind == Kind::Late)
            d.approachY = d.start.y();
    }

    /// 54 above the highest card on the way, above frames that are passed, and a lane above a shorter skip. A skip that
    /// passes over cards of one frame only belongs into it and pushes its top up; so inner frames come first.
    void assignSkipLanes()
    {
        std::vector<std::size_t> skips;
        for (std::size_t i = 0; i < m_drafts.size(); ++i)
            if (m_drafts[i].kind == Kind::Skip) {
                skips.push_back(i);
                findFrame(i);
            }
        const auto span = [&](std::size_t i) { return m_drafts[i].to.left() - m_drafts[i].start.x(); };
        const auto depth = [&](std::size_t i) {
            return m_drafts[i].frame < 0 ? -1 : m_depth[static_cast<std::size_t>(m_drafts[i].frame)];
        };
        std::stable_sort(skips.begin(), skips.end(), [&](auto a, auto b) {
            return depth(a) != depth(b) ? depth(a) > depth(b) : span(a) < span(b);
        });
        std::vector<std::size_t> done;
        for (const std::size_t i : skips) {
            Draft& d = m_drafts[i];
            d.lane = skipLane(i, done);
            d.approachY = d.lane;
            done.push_back(i);
            if (d.frame >= 0)
                pushUp(static_cast<std::size_t>(d.frame), d.lane - (kFrameTop - kFrameHead));
        }
    }

    [[nodiscard]] double skipLane(std::size_t i, const std::vector<std::size_t>& done) const
    {
        const Draft& d = m_drafts[i];
        const RouteWire& wire = m_wires[i];
        const double bottom = std::max(d.start.y(), d.targetY);
        double top = d.landing < 0 ? std::min(d.from.top(), d.to.top()) : d.to.top();
        double lane = top - kSkipLift;
        for (bool moved = true; moved;) {
            moved = false;
            const auto raise = [&](double to) {
                moved = moved || to < lane - 0.5;
                lane = std::min(lane, to);
            };
            for (const auto& [id, card] : m_cards)
                if (card.rect.right() > d.start.x() && card.rect.left() < d.to.left() && card.rect.top() < bottom &&
                    card.rect.bottom() > lane + kWireRadius)
                    raise(card.rect.top() - kSkipLift);
            for (std::size_t f = 0; f < m_rects.size(); ++f)
                if (!holds(f, wire.to) && m_rects[f].right() > d.start.x() && m_rects[f].left() < d.to.left() &&
                    m_rects[f].top() < bottom && m_rects[f].bottom() > lane + kWireRadius &&
                    (d.landing >= 0 || !holds(f, wire.from)))
                    raise(m_rects[f].top() - kLanePitch);
            for (const std::size_t j : done) {
                const Draft& o = m_drafts[j];
                if (o.to.left() > d.start.x() && o.start.x() < d.to.left() && std::abs(o.lane - lane) < kLanePitch)
                    raise(o.lane - kLanePitch);
            }
        }
        return lane;
    }

    /// The innermost frame of the target that holds every card below the skip.
    void findFrame(std::size_t i)
    {
        Draft& d = m_drafts[i];
        const auto frames = m_framesOf.find(m_wires[i].to);
        if (frames == m_framesOf.end())
            return;
        const double top = std::min(d.start.y(), d.targetY) - kSkipLift, bottom = std::max(d.start.y(), d.targetY);
        for (const std::size_t f : frames->second) {
            const bool all = std::all_of(m_cards.begin(), m_cards.end(), [&](const auto& c) {
                const QRectF& rect = c.second.rect;
                return c.first == m_wires[i].from || rect.right() < d.start.x() || rect.left() > d.to.left() ||
                       rect.top() > bottom || rect.bottom() < top || holds(f, c.first);
            });
            if (all) {
                d.frame = static_cast<int>(f);
                return;
            }
        }
    }

    /// The frame, and those around it, reach up to y and leave room for their heads.
    void pushUp(std::size_t frame, double y)
    {
        for (;;) {
            m_rects[frame].setTop(std::min(m_rects[frame].top(), y - kFrameHead));
            y = m_rects[frame].top() - (kFrameTop - kFrameHead);
            const auto up = std::find_if(m_frames.begin(), m_frames.end(),
                                         [&](const RouteFrame& f) { return f.id == m_frames[frame].parent; });
            if (up == m_frames.end() || m_depth[frame] == 0)
                return;
            frame = static_cast<std::size_t>(up - m_frames.begin());
        }
    }

    /// Between the rows: above what stands in the lower one, and the wire that goes farthest runs highest.
    void assignChannels()
    {
        std::vector<Landing*> list;
        for (Landing& landing : m_landings)
            list.push_back(&landing);
        std::stable_sort(list.begin(), list.end(), [](const auto* a, const auto* b) { return a->x > b->x; });
        std::vector<const Landing*> done;
        for (Landing* landing : list) {
            const QRectF from = m_cards.at(landing->source).rect;
            const double left = std::min(landing->x, from.right());
            const double right = std::max(from.right() + kWireTurn, landing->area.left());
            const double sourceY = from.top() + kPortY;
            double y = landing->area.top() - kChannelLift;
            for (const std::size_t i : landing->wires) {
                const Draft& d = m_drafts[i];
                if (const auto frames = m_framesOf.find(m_wires[i].to); frames != m_framesOf.end())
                    for (const std::size_t f : frames->second)
                        if (!holds(f, landing->source))
                            y = std::min(y, m_rects[f].top() - kChannelLift);
                if (d.kind == Kind::Skip)
                    y = std::min(y, d.lane - kLanePitch);
            }
            for (int n = 0; n < 12; ++n) {
                double next = y;
                const auto clear = [&](const QRectF& rect) {
                    if (rect.left() < right && rect.right() > left && rect.top() < y + 10 && rect.bottom() > y - 10)
                        next = std::min(next, rect.top() - kChannelLift);
                };
                for (const auto& [id, card] : m_cards)
                    clear(card.rect);
                for (std::size_t f = 0; f < m_rects.size(); ++f)
                    if (!holds(f, landing->source))
                        clear(m_rects[f]);
                for (std::size_t i = 0; i < m_drafts.size(); ++i)
                    if (const Draft& o = m_drafts[i]; o.kind == Kind::Skip && o.start.x() < right &&
                                                      o.to.left() > left && o.lane > y - 12 && o.lane < y + kSkipLift)
                        next = std::min(next, o.lane - kLanePitch);
                for (const Landing* other : done)
                    if (std::abs(other->channel - y) < kLanePitch)
                        next = std::min(next, other->channel - kLanePitch);
                if (next == y || (next < sourceY && y > from.bottom()))
                    break;
                y = next;
            }
            landing->channel = y;
            done.push_back(landing);
        }
    }

    /// Inputs of a merge are ordered by where their wires come from; the level one stays at the height of all ports.
    void assignPorts()
    {
        m_ports.assign(m_wires.size(), 0);
        std::map<NodeId, std::vector<std::size_t>> into;
        for (std::size_t i = 0; i < m_wires.size(); ++i)
            into[m_wires[i].to].push_back(i);
        for (const auto& [id, card] : m_cards) {
            std::vector<std::size_t> list = into[id];
            std::stable_sort(list.begin(), list.end(), [&](auto a, auto b) {
                const double ya = m_drafts[a].approachY, yb = m_drafts[b].approachY;
                return std::abs(ya - yb) > 1 ? ya < yb : m_wires[a].slot < m_wires[b].slot;
            });
            const std::size_t count = std::max<std::size_t>(list.size(), static_cast<std::size_t>(card.inputs));
            double anchor = (static_cast<double>(count) - 1) / 2;
            for (std::size_t k = 0; k < list.size(); ++k)
                if (m_drafts[list[k]].kind == Kind::Straight)
                    anchor = static_cast<double>(k);
            // Ports move together rather than off the card.
            constexpr double kFromEdge = 11;
            const double under = static_cast<double>(count) - 1 - anchor;
            double pitch = kPortPitch;
            if (anchor > 0)
                pitch = std::min(pitch, (kPortY - kFromEdge) / anchor);
            if (under > 0)
                pitch = std::min(pitch, (card.rect.height() - kPortY - kFromEdge) / under);
            auto& heights = m_routes.inputPorts[id];
            for (std::size_t k = 0; k < count; ++k)
                heights.push_back(kPortY + (static_cast<double>(k) - anchor) * pitch);
            int above = 0, below = 0;
            for (std::size_t k = 0; k < list.size(); ++k) {
                Draft& d = m_drafts[list[k]];
                d.targetY = card.rect.top() + heights[k];
                m_ports[list[k]] = static_cast<int>(k);
                // From above the highest comes nearest to the card, from below the lowest.
                if (d.kind != Kind::Straight && d.approachY < card.rect.top() + kPortY)
                    d.track = above++;
            }
            for (std::size_t k = list.size(); k-- > 0;) {
                Draft& d = m_drafts[list[k]];
                if (d.kind != Kind::Straight && d.approachY >= card.rect.top() + kPortY)
                    d.track = below++;
            }
        }
    }

    [[nodiscard]] std::vector<QPointF> points(const Draft& d) const
    {
        const QPointF end(d.to.left(), d.targetY);
        const double in = std::max(end.x() - kWireTurn - d.track * kTrackPitch, d.start.x());
        std::vector<QPointF> p;
        if (d.landing >= 0) {
            const Landing& landing = m_landings[static_cast<std::size_t>(d.landing)];
            const QPointF port(d.from.right(), d.from.top() + kPortY);
            const double out = port.x() + kWireTurn;
            p = {port, {out, port.y()}, {out, landing.channel}, {landing.x, landing.channel}};
        } else {
            p = {d.start};
        }
        const double y = d.start.y();
        switch (d.kind) {
        case Kind::Straight:
            if (d.landing >= 0)
                p.emplace_back(landingX(d), y);
            if (std::abs(y - d.targetY) >= 1) {
                const double x = std::max(d.start.x() + 12, end.x() - kWireTurn);
                p.insert(p.end(), {{x, y}, {x, d.targetY}});
            }
            break;
        case Kind::Early:
            if (d.landing < 0)
                p.emplace_back(d.turn, y);
            p.emplace_back(d.turn, d.targetY);
            break;
        case Kind::Late:
            if (d.landing >= 0)
                p.emplace_back(landingX(d), y);
            p.insert(p.end(), {{in, y}, {in, d.targetY}});
            break;
        case Kind::Skip:
            if (d.landing < 0)
                p.emplace_back(d.turn, y);
            p.insert(p.end(), {{d.turn, d.lane}, {in, d.lane}, {in, d.targetY}});
            break;
        }
        p.push_back(end);
        return p;
    }

    [[nodiscard]] double landingX(const Draft& d) const { return m_landings[static_cast<std::size_t>(d.landing)].x; }

    /// One wire per source carries the label; a wire that turns off another one gets a dot there.
    void markBundles()
    {
        std::map<NodeId, std::vector<std::size_t>> from;
        for (std::size_t i = 0; i < m_wires.size(); ++i)
            from[m_wires[i].from].push_back(i);
        for (const auto& [id, list] : from) {
            if (list.size() < 2)
                continue;
            // Straight before bent, and what stays in the row before what leaves it.
            const auto rank = [&](std::size_t i) {
                return static_cast<int>(m_drafts[i].kind) + (m_drafts[i].landing >= 0 ? 4 : 0);
            };
            const std::size_t chief = *std::min_element(list.begin(), list.end(), [&](auto a, auto b) {
                return rank(a) != rank(b) ? rank(a) < rank(b) : a < b;
            });
            for (std::size_t i : list) {
                m_routes.wires[i].labelled = i == chief;
                const auto& points = m_routes.wires[i].points;
                if (i != chief && points.size() > 2 && points[2].y() < points[1].y())
                    m_routes.wires[chief].labelBelow = m_drafts[chief].kind == Kind::Straight;
                if (i != chief && points.size() > 2)
                    if (const auto split = splitOf(points, m_routes.wires[chief].points))
                        m_routes.wires[i].splits.push_back(*split);
            }
        }
    }

    /// Where two wires of one source part. The first bends.
    [[nodiscard]] static std::optional<QPointF> splitOf(const std::vector<QPointF>& wire,
                                                        const std::vector<QPointF>& chief)
    {
        const QPointF turn = wire[1];
        if (chief.size() < 3 || chief[1].x() > turn.x() + 1)
            return turn;
        if (chief[1].x() < turn.x() - 1)
            return chief[1];
        const double mine = wire[2].y() - turn.y(), others = chief[2].y() - turn.y();
        if ((mine < 0) != (others < 0))
            return turn;
        if (std::abs(mine - others) < 0.5)
            return std::nullopt; // they part later, at a dot of another pair
        return std::abs(others) < std::abs(mine) ? chief[2] : wire[2];
    }

    const std::map<NodeId, RouteCard>& m_cards;
    const std::vector<RouteWire>& m_wires;
    const std::vector<RouteFrame>& m_frames;
    std::vector<QRectF> m_rects;                           ///< by frame
    std::vector<int> m_depth;                              ///< by frame
    std::map<NodeId, std::vector<std::size_t>> m_framesOf; ///< of a card, innermost first
    std::vector<Draft> m_drafts;
    std::vector<Landing> m_landings;
    std::vector<int> m_ports;
    Routes m_routes;
};

} // namespace

Routes routeWires(const std::map<NodeId, RouteCard>& cards, const std::vector<RouteWire>& wires,
                  const std::vector<RouteFrame>& frames)
{
    return Router(cards, wires, frames).run();
}

} // namespace convarium::ui
