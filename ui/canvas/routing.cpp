#include "ui/canvas/routing.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace convarium::ui
{

namespace
{

enum class Kind { Straight, Early, Late, Skip, RowChange };

struct Draft {
    Kind kind = Kind::Straight;
    QRectF from, to;
    double sourceY = 0;   ///< of the output port
    double targetY = 0;   ///< of the input port
    double approachY = 0; ///< height from which it comes down or up to the target
    int track = 0;
    double lane = 0; ///< y of the long run of skips and row changes
};

class Router
{
public:
    Router(const std::map<NodeId, RouteCard>& cards, const std::vector<RouteWire>& wires)
        : m_cards(cards), m_wires(wires), m_drafts(wires.size())
    {
    }

    Routes run()
    {
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
        return std::move(m_routes);
    }

private:
    [[nodiscard]] bool blocked(double x1, double y1, double x2, double y2, const RouteWire& wire) const
    {
        const QRectF leg =
            QRectF(QPointF(std::min(x1, x2), std::min(y1, y2)), QPointF(std::max(x1, x2), std::max(y1, y2)))
                .adjusted(-2, -2, 2, 2);
        return std::any_of(m_cards.begin(), m_cards.end(), [&](const auto& c) {
            return c.first != wire.from && c.first != wire.to && c.second.rect.intersects(leg);
        });
    }

    void classify(std::size_t i)
    {
        const RouteWire& wire = m_wires[i];
        Draft& d = m_drafts[i];
        d.from = m_cards.at(wire.from).rect;
        d.to = m_cards.at(wire.to).rect;
        d.sourceY = d.from.top() + kPortY;
        d.targetY = d.approachY = d.to.top() + kPortY;
        const double x1 = d.from.right(), x2 = d.to.left();
        const double early = x1 + kWireTurn, late = x2 - kWireTurn;
        if (x2 - x1 < kWireTurn) {
            d.kind = Kind::RowChange;
        } else if (std::abs(d.sourceY - d.targetY) < 1 && !blocked(x1, d.sourceY, x2, d.sourceY, wire)) {
            d.kind = Kind::Straight;
        } else {
            const bool earlyFree = !blocked(x1, d.sourceY, early, d.sourceY, wire) &&
                                   !blocked(early, d.sourceY, early, d.targetY, wire) &&
                                   !blocked(early, d.targetY, x2, d.targetY, wire);
            const bool lateFree =
                !blocked(x1, d.sourceY, late, d.sourceY, wire) && !blocked(late, d.sourceY, late, d.targetY, wire);
            const bool merge = m_cards.at(wire.to).inputs > 1;
            if (std::abs(d.sourceY - d.targetY) < 1)
                d.kind = Kind::Skip;
            else if (merge)
                d.kind = lateFree ? Kind::Late : earlyFree ? Kind::Early : Kind::Skip;
            else
                d.kind = earlyFree ? Kind::Early : lateFree ? Kind::Late : Kind::Skip;
        }
        if (d.kind == Kind::Late)
            d.approachY = d.sourceY;
    }

    /// 54 above the highest card on the way; a skip that lies over a shorter one runs a lane higher.
    void assignSkipLanes()
    {
        std::vector<std::size_t> skips;
        for (std::size_t i = 0; i < m_drafts.size(); ++i)
            if (m_drafts[i].kind == Kind::Skip)
                skips.push_back(i);
        const auto span = [&](std::size_t i) { return m_drafts[i].to.left() - m_drafts[i].from.right(); };
        std::stable_sort(skips.begin(), skips.end(), [&](auto a, auto b) { return span(a) < span(b); });
        std::vector<std::size_t> done;
        for (std::size_t i : skips) {
            Draft& d = m_drafts[i];
            double top = std::min(d.from.top(), d.to.top());
            const double bottom = std::max(d.sourceY, d.targetY);
            for (const auto& [id, card] : m_cards)
                if (card.rect.right() > d.from.right() && card.rect.left() < d.to.left() && card.rect.top() < bottom &&
                    card.rect.bottom() > top)
                    top = std::min(top, card.rect.top());
            d.lane = top - kSkipLift;
            for (std::size_t j : done) {
                const Draft& o = m_drafts[j];
                if (o.to.left() > d.from.right() && o.from.right() < d.to.left() &&
                    std::abs(o.lane - d.lane) < kLanePitch)
                    d.lane = o.lane - kLanePitch;
            }
            d.approachY = d.lane;
            done.push_back(i);
        }
    }

    /// Row changes run above the next row and its skips; the wire that goes farthest runs highest.
    void assignChannels()
    {
        std::vector<std::size_t> list;
        for (std::size_t i = 0; i < m_drafts.size(); ++i)
            if (m_drafts[i].kind == Kind::RowChange)
                list.push_back(i);
        std::stable_sort(list.begin(), list.end(),
                         [&](auto a, auto b) { return m_drafts[a].to.left() > m_drafts[b].to.left(); });
        std::vector<std::size_t> done;
        for (std::size_t i : list) {
            Draft& d = m_drafts[i];
            const double left = std::min(d.to.left() - kWireTurn, d.from.right());
            const double right = std::max(d.from.right() + kWireTurn, d.to.left());
            double y = d.to.top() - kChannelLift;
            for (int n = 0; n < 12; ++n) {
                double next = y;
                for (const auto& [id, card] : m_cards)
                    if (card.rect.left() < right && card.rect.right() > left && card.rect.top() < y + 10 &&
                        card.rect.bottom() > y - 10)
                        next = std::min(next, card.rect.top() - kChannelLift);
                for (const Draft& o : m_drafts)
                    if (o.kind == Kind::Skip && o.from.right() < right && o.to.left() > left && o.lane > y - 12 &&
                        o.lane < y + kSkipLift)
                        next = std::min(next, o.lane - kLanePitch);
                for (std::size_t j : done)
                    if (std::abs(m_drafts[j].lane - y) < kLanePitch)
                        next = std::min(next, m_drafts[j].lane - kLanePitch);
                if (next == y || (next < d.sourceY && y > d.from.bottom()))
                    break;
                y = next;
            }
            d.lane = d.approachY = y;
            done.push_back(i);
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

    [[nodiscard]] static std::vector<QPointF> points(const Draft& d)
    {
        const QPointF start(d.from.right(), d.sourceY), end(d.to.left(), d.targetY);
        const double out = start.x() + kWireTurn;
        const double in = end.x() - kWireTurn - d.track * kTrackPitch;
        std::vector<QPointF> p{start};
        switch (d.kind) {
        case Kind::Straight:
            if (std::abs(d.sourceY - d.targetY) >= 1) {
                const double x = std::max(start.x() + 12, end.x() - kWireTurn);
                p.insert(p.end(), {{x, d.sourceY}, {x, d.targetY}});
            }
            break;
        case Kind::Early: p.insert(p.end(), {{out, d.sourceY}, {out, d.targetY}}); break;
        case Kind::Late: p.insert(p.end(), {{in, d.sourceY}, {in, d.targetY}}); break;
        case Kind::Skip:
        case Kind::RowChange:
            p.insert(p.end(), {{out, d.sourceY}, {out, d.lane}, {in, d.lane}, {in, d.targetY}});
            break;
        }
        p.push_back(end);
        return p;
    }

    /// One wire per source carries the label; a wire that turns off another one gets a dot there.
    void markBundles()
    {
        std::map<NodeId, std::vector<std::size_t>> from;
        for (std::size_t i = 0; i < m_wires.size(); ++i)
            from[m_wires[i].from].push_back(i);
        for (const auto& [id, list] : from) {
            if (list.size() < 2)
                continue;
            const auto rank = [&](std::size_t i) { return static_cast<int>(m_drafts[i].kind); };
            const std::size_t chief = *std::min_element(list.begin(), list.end(), [&](auto a, auto b) {
                return rank(a) != rank(b) ? rank(a) < rank(b) : a < b;
            });
            for (std::size_t i : list) {
                m_routes.wires[i].labelled = i == chief;
                const auto& points = m_routes.wires[i].points;
                if (i != chief && points.size() > 2 && points[2].y() < points[1].y())
                    m_routes.wires[chief].labelBelow = m_drafts[chief].kind == Kind::Straight;
                if (i != chief && m_routes.wires[i].points.size() > 2) {
                    const QPointF turn = m_routes.wires[i].points[1];
                    const auto& other = m_routes.wires[chief].points;
                    if (other.size() < 2 || other[1].x() > turn.x() + 1)
                        m_routes.wires[i].splits.push_back(turn);
                    else if (other.size() > 2 && m_routes.wires[i].points.size() > 2 &&
                             other[2] != m_routes.wires[i].points[2])
                        m_routes.wires[i].splits.push_back(std::abs(other[2].y() - turn.y()) <
                                                                   std::abs(m_routes.wires[i].points[2].y() - turn.y())
                                                               ? other[2]
                                                               : m_routes.wires[i].points[2]);
                }
            }
        }
    }

    const std::map<NodeId, RouteCard>& m_cards;
    const std::vector<RouteWire>& m_wires;
    std::vector<Draft> m_drafts;
    std::vector<int> m_ports;
    Routes m_routes;
};

} // namespace

Routes routeWires(const std::map<NodeId, RouteCard>& cards, const std::vector<RouteWire>& wires)
{
    return Router(cards, wires).run();
}

} // namespace convarium::ui
