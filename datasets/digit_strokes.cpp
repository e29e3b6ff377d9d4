#include "datasets/digit_strokes.h"

#include <cmath>
#include <numbers>

namespace convarium::datasets
{

double ImageRandom::uniform()
{
    if ((m_next & 3u) == 0)
        m_words = m_rng.quad(m_image, m_next >> 2);
    return (m_words[m_next++ & 3u] >> 8) * (1.0 / 16777216.0);
}

double ImageRandom::normal()
{
    const double sum = uniform() + uniform() + uniform() + uniform();
    return (sum - 2.0) * std::numbers::sqrt3;
}

std::size_t ImageRandom::pick(std::initializer_list<double> weights)
{
    double total = 0;
    for (const double w : weights)
        total += w;
    double x = uniform() * total;
    std::size_t i = 0;
    for (const double w : weights) {
        if (x < w)
            return i;
        x -= w;
        ++i;
    }
    return weights.size() - 1;
}

namespace
{

/// Collects the strokes of one digit.
class Hand
{
public:
    explicit Hand(ImageRandom& random) : r(random) {}

    /// Puts the pen down.
    Hand& down(double x, double y)
    {
        m_strokes.push_back({{x, y, false}});
        return *this;
    }
    Hand& to(double x, double y)
    {
        m_strokes.back().push_back({x, y, false});
        return *this;
    }
    Hand& corner(double x, double y)
    {
        m_strokes.back().push_back({x, y, true});
        return *this;
    }
    /// Points on an ellipse; angles in degrees, 0 right, 90 down, 180 left, 270 up. Continues the stroke.
    Hand& arc(double cx, double cy, double rx, double ry, double from, double sweep, double growth = 0)
    {
        const int n = std::max(2, static_cast<int>(std::lround(std::abs(sweep) / 45.0)));
        for (int i = 0; i <= n; ++i) {
            const double t = static_cast<double>(i) / n;
            const double a = (from + sweep * t) * std::numbers::pi / 180.0;
            const double g = 1.0 + growth * t;
            to(cx + rx * g * std::cos(a), cy + ry * g * std::sin(a));
        }
        return *this;
    }
    /// Starts a stroke that the next arc fills.
    Hand& lift()
    {
        m_strokes.emplace_back();
        return *this;
    }
    std::vector<Stroke> take() { return std::move(m_strokes); }

    ImageRandom& r;

private:
    std::vector<Stroke> m_strokes;
};

void zero(Hand& h)
{
    auto& r = h.r;
    const double rx = r.chance(0.3) ? r.range(0.2, 0.34) : r.range(0.32, 0.6);
    const double from = 275 + 32 * r.normal();
    // Most people draw it against the clock; some leave it open, some write past the start.
    const double gap = r.chance(0.2) ? r.range(-75, -20) : r.range(-20, r.chance(0.15) ? 110 : 50);
    const double sweep = (r.chance(0.85) ? -1 : 1) * (360 + gap);
    if (r.chance(0.22)) // the pen arrives from outside
        h.down(0.35 + r.range(-0.12, 0.3), r.range(-0.14, 0.06));
    else
        h.lift();
    h.arc(0.35, 0.5, rx, 0.5, from, sweep, r.range(-0.15, 0.2));
    if (r.chance(0.2)) // a hook where the pen leaves the ring
        h.to(0.35 + r.range(-0.15, 0.3), r.range(-0.1, 0.3));
}

void one(Hand& h)
{
    auto& r = h.r;
    const double bow = 0.035 * r.normal();
    const std::size_t form = r.pick({66, 14, 12, 8});
    if (form == 1 || form == 2) {
        const double reach = r.range(0.1, 0.36);
        h.down(0.3 - reach, r.range(0.1, 0.36));
        if (r.chance(0.5))
            h.to(0.3 - 0.4 * reach, r.range(0.08, 0.16));
        h.corner(0.3, 0);
    } else if (form == 3) { // a small hook instead of a flag
        h.down(0.3 - r.range(0.03, 0.12), r.range(0.02, 0.14)).corner(0.3, 0);
    } else {
        h.down(0.3, 0);
    }
    h.to(0.3 + bow, 0.35).to(0.3 + bow * r.range(0.4, 1.3), 0.7).to(0.3 + 0.02 * r.normal(), 1);
    if (form == 2) {
        const double tilt = 0.04 * r.normal();
        h.down(0.3 - r.range(0.12, 0.38), 1 + tilt).to(0.3, 1).to(0.3 + r.range(0.12, 0.38), 1 - tilt);
    }
}

void two(Hand& h)
{
    auto& r = h.r;
    const double w = r.range(0.42, 0.78);
    const double headY = r.range(0.16, 0.34); // height of the widest point of the head
    const double foot = r.range(0.86, 1.0);
    const std::size_t head = r.pick({58, 20, 22});
    if (head == 0) { // round head
        h.down(r.range(-0.02, 0.16), r.range(0.08, 0.38)).to(w * r.range(0.28, 0.5), r.range(-0.02, 0.05));
        h.to(w * r.range(0.75, 0.92), headY * 0.4);
    } else if (head == 1) { // a curl at the start
        h.down(r.range(0.08, 0.22), r.range(0.24, 0.4)).to(r.range(-0.02, 0.05), r.range(0.2, 0.3)).to(0.1, 0.07);
        h.to(w * 0.5, 0).to(w * 0.86, 0.1);
    } else { // flat head, as in a Z
        h.down(r.range(-0.04, 0.14), r.range(0.0, 0.18)).to(w * 0.45, r.range(-0.01, 0.06));
        h.to(w * 0.82, r.range(0.0, 0.08));
    }
    h.to(w * r.range(0.86, 1.0), headY).to(w * r.range(0.58, 0.86), r.range(0.44, 0.62));
    // The base reaches beyond the head, or is no more than a short tail, often falling.
    const bool shortBase = r.chance(0.28);
    const double end = w * (shortBase ? r.range(0.5, 0.95) : r.range(0.95, 1.45));
    const double fall = shortBase ? r.range(-0.02, 0.2) : 0.0;
    const std::size_t base = r.pick({30, 52, 18});
    if (base == 0) { // corner, then a straight or wavy base
        h.to(w * r.range(0.26, 0.42), r.range(0.7, 0.82)).corner(r.range(-0.1, 0.12), foot);
        h.to(w * 0.5, foot + 0.04 * r.normal()).to(end, foot + 0.07 * r.normal() + fall);
    } else if (base == 1) { // small or large loop, then a tail that may dip below it
        const double wide = r.range(0.45, 2.1);
        const double high = r.range(0.45, 1.9);
        const double left = r.range(-0.16, 0.06);
        const double low = r.range(0.86, 1.0);
        h.to(w * r.range(0.48, 0.72), low - 0.08 - 0.16 * high)
            .to(left + 0.18 * wide + 0.04, low)
            .to(left, low - 0.07 * high);
        h.to(left + 0.08 * wide, low - 0.21 * high).to(left + 0.25 * wide, low - 0.2 * high);
        h.to(w * 0.6 + 0.08 * wide, low - r.range(-0.04, 0.08)).to(end, low + r.range(-0.16, 0.14) + fall);
    } else { // no corner: the stroke swings into the base
        h.to(w * 0.3, r.range(0.74, 0.84)).to(w * 0.1, 0.92).to(w * 0.18, 0.985).to(w * 0.55, r.range(0.93, 1.0));
        h.to(end, r.range(0.86, 1.02) + fall);
    }
}

void three(Hand& h)
{
    auto& r = h.r;
    const double w = r.range(0.42, 0.7);
    const double mid = r.range(0.34, 0.56);
    const double top = w * r.range(0.72, 1.04);
    if (r.chance(0.72)) {
        h.down(r.range(-0.08, 0.14), r.range(0.02, r.chance(0.15) ? mid : 0.28));
        if (r.chance(0.2))
            h.to(r.range(-0.02, 0.1), r.range(0.0, 0.08));
        h.to(w * r.range(0.35, 0.56), r.range(-0.02, 0.03)).to(top, mid * r.range(0.26, 0.45));
        h.to(w * r.range(0.62, 0.84), mid - r.range(0.06, 0.13));
    } else { // flat top with a corner
        h.down(r.range(-0.08, 0.1), r.range(-0.02, 0.1)).to(w * 0.45, r.range(-0.02, 0.04));
        h.corner(w * r.range(0.8, 1.05), r.range(-0.04, 0.06)).to(w * 0.66, mid * 0.55);
    }
    const std::size_t waist = r.pick({50, 24, 26});
    const double inner = w * r.range(0.08, 0.58);
    if (waist == 0) {
        h.corner(inner, mid + r.range(-0.04, 0.04));
    } else if (waist == 1) { // small loop
        h.to(inner + 0.04, mid + 0.02)
            .to(inner - 0.05, mid + 0.015)
            .to(inner, mid - 0.045)
            .to(inner + 0.12, mid + 0.01);
    } else { // soft bend
        h.to(w * r.range(0.46, 0.68), mid);
    }
    h.to(w * r.range(0.74, 0.96), mid + r.range(0.05, 0.14));
    if (r.chance(0.2)) { // the lower bow is shallow and ends in a straight tail
        h.to(w * r.range(0.88, 1.04), mid + (1 - mid) * r.range(0.3, 0.42));
        h.to(w * r.range(0.5, 0.64), r.range(0.8, 0.9)).to(r.range(-0.16, 0.1), r.range(0.92, 1.04));
        return;
    }
    h.to(w * r.range(0.9, 1.16), mid + (1 - mid) * r.range(0.45, 0.62))
        .to(w * r.range(0.68, 0.92), r.range(0.88, 0.97));
    h.to(w * r.range(0.3, 0.55), 1.0);
    if (r.chance(0.15)) // it ends early
        return;
    h.to(r.range(-0.16, 0.14), r.range(0.78, 1.0));
    if (r.chance(0.16))
        h.to(r.range(-0.16, 0.04), r.range(mid + 0.12, 0.8));
}

void four(Hand& h)
{
    auto& r = h.r;
    const double bar = r.range(0.42, 0.68);
    const double stem = r.range(0.34, 0.62);
    const double out = stem + (r.chance(0.22) ? r.range(-0.02, 0.06) : r.range(0.06, 0.36));
    const double tilt = 0.06 * r.normal() - 0.03;
    const double foot = stem + r.range(-0.16, 0.08);
    switch (r.pick({48, 17, 22, 9, 4})) {
    case 0: { // open: an L, then the stem; the stem begins anywhere from the top to just above the bar
        const double x = std::min(r.range(0.0, 0.26), stem - 0.24);
        const double low = r.range(-0.08, 0.08);
        h.down(x, r.range(-0.02, 0.24)).to((x + low) * 0.5 + 0.03 * r.normal(), bar * 0.6);
        if (r.chance(0.65))
            h.corner(low, bar);
        else
            h.to(low, bar - 0.06).to(low + 0.08, bar + 0.02);
        h.to(0.25, bar + tilt).to(out, bar + 2 * tilt - 0.02);
        const double stemTop = r.chance(0.8) ? r.range(-0.04, 0.18) : r.range(0.18, bar - 0.12);
        h.down(stem + r.range(-0.02, 0.14), stemTop).to(stem + 0.03 * r.normal(), 0.6).to(foot, 1);
        break;
    }
    case 1: { // closed triangle
        h.down(stem + r.range(-0.08, 0.03), r.range(0.0, 0.05)).to(0.22, bar * 0.58 + 0.03 * r.normal());
        h.corner(r.range(-0.06, 0.08), bar).to(0.25, bar + tilt).to(out, bar + 2 * tilt);
        h.down(stem + r.range(-0.03, 0.06), r.range(0.0, 0.1)).to(stem, 0.5).to(foot, 1);
        break;
    }
    case 2: { // one stroke: down, across, up to the top, and down again
        const double low = r.range(0.0, 0.1);
        const double top = r.range(-0.02, 0.2);
        h.down(std::min(r.range(-0.04, 0.18), stem - 0.28), r.range(-0.02, 0.22))
            .to(low, bar * 0.72)
            .to(low + 0.06, bar + 0.01);
        h.to(stem * 0.7, bar + r.range(-0.08, 0.02)).to(stem + 0.02, bar * 0.55).corner(stem + r.range(0.0, 0.1), top);
        h.to(stem + 0.02, 0.5).to(foot, 1);
        break;
    }
    case 3: { // a cup, then the stem: no bar beyond it; a flat cup would be the hook of a 7
        const double low = std::max(bar, 0.52);
        h.down(std::min(r.range(-0.06, 0.14), stem - 0.28), r.range(-0.02, 0.18))
            .to(r.range(-0.03, 0.05), low * 0.55)
            .to(0.06, low * 0.92);
        h.to(0.22, low).to(stem, low * r.range(0.76, 0.98));
        h.down(stem + r.range(-0.02, 0.12), r.range(-0.04, 0.16)).to(stem, 0.5).to(foot, 1);
        break;
    }
    default: { // a loop at the bar
        h.down(stem - 0.02, 0).to(0.2, bar * 0.5).to(0.0, bar * 0.9).to(0.1, bar + 0.03);
        h.to(stem, bar - 0.02).to(out + 0.04, bar * r.range(0.7, 0.9));
        h.down(stem + r.range(-0.02, 0.06), r.range(0.05, 0.3)).to(stem, 0.6).to(foot, 1);
        break;
    }
    }
}

void five(Hand& h)
{
    auto& r = h.r;
    const double w = r.range(0.36, 0.64);
    const double left = r.range(0.02, 0.26);
    const double neck = r.range(0.28, 0.54); // where the stem ends and the belly begins
    const double barEnd = w * r.range(0.6, 1.8);
    const double barRise = r.range(-0.16, 0.06);
    const std::size_t form = r.pick({36, 36, 28});
    if (form == 0) { // bar written last, sometimes apart from the stem
        const double gap = r.chance(0.3) ? r.range(0.02, 0.12) : 0;
        h.down(left + gap, gap * 0.3).to(left + gap + barEnd * 0.5, barRise * 0.5 + 0.03 * r.normal());
        h.to(left + gap + barEnd, barRise);
        h.down(left + 0.03 * r.normal(), r.range(-0.02, 0.08)).corner(left - r.range(-0.02, 0.12), neck);
    } else if (form == 1) { // one stroke from the right end of the bar
        h.down(left + barEnd * 0.85, barRise).to(left + barEnd * 0.45, 0.015 + 0.03 * r.normal());
        h.corner(left + r.range(0, 0.04), 0.02).to(left - 0.02, neck * 0.5).corner(left - r.range(0.0, 0.12), neck);
    } else { // like an S: no corners
        h.down(left + barEnd * 0.8, r.range(-0.06, 0.1)).to(left + barEnd * 0.45, r.range(-0.02, 0.05));
        h.to(left + 0.02, neck * r.range(0.35, 0.55)).to(left + r.range(-0.03, 0.06), neck * r.range(0.8, 0.95));
    }
    const double belly = w * r.range(0.9, 1.15);
    if (form == 2)
        h.to(left + w * 0.4, neck + r.range(0.0, 0.12));
    else
        h.to(left + w * r.range(0.3, 0.45), neck - r.range(-0.04, 0.1));
    const double below = 1 - neck;
    h.to(left + belly * 0.85, neck + below * r.range(0.14, 0.3))
        .to(left + belly * 0.92, neck + below * r.range(0.5, 0.66));
    h.to(left + belly * 0.62, r.range(0.89, 0.97)).to(left + w * r.range(0.05, 0.3), r.range(0.96, 1.02));
    h.to(r.range(-0.2, 0.12), r.range(0.78, 1.0));
    if (r.chance(0.2)) // the end curls up
        h.to(r.range(-0.12, 0.1), neck + below * r.range(0.35, 0.62));
}

void six(Hand& h)
{
    auto& r = h.r;
    const bool small = r.chance(0.15); // a ring that is little more than a loop at the foot of the stem
    const double w = small ? r.range(0.28, 0.5) : r.range(0.36, 0.9);
    const double ringTop = small ? r.range(0.6, 0.78) : r.range(0.4, 0.7);
    const double ringHeight = 1 - ringTop;
    const double lean = r.range(-0.05, 0.12);
    const double startX = r.chance(0.4) ? r.range(-0.05, 0.25) : r.range(0.2, 0.64);
    if (!small && r.chance(0.25)) { // round all the way, like a C that curls into its ring
        h.down(w * r.range(0.68, 1.05), r.range(0.04, 0.22)).to(w * r.range(0.4, 0.58), r.range(-0.02, 0.05));
        h.to(w * r.range(0.06, 0.18), r.range(0.2, 0.32)).to(r.range(-0.05, 0.03), r.range(0.5, 0.66));
    } else {
        h.down(startX, r.range(-0.02, 0.08));
        if (r.chance(0.3))
            h.to(startX * 0.65, r.range(0.03, 0.12));
        const double stemX = r.chance(0.15) ? startX : std::min(startX, w * 0.5);
        h.to(stemX * r.range(0.25, 0.6) + lean * 0.4, r.range(0.28, 0.42));
        h.to(r.range(-0.04, 0.06), r.range(0.56, 0.74));
    }
    if (r.chance(0.3)) // a pointed bottom
        h.to(w * r.range(0.08, 0.32), 1.0).to(w * r.range(0.5, 0.62), r.range(0.93, 1.0));
    else
        h.to(w * r.range(0.06, 0.22), r.range(0.88, 0.96)).to(w * r.range(0.42, 0.56), 1.0);
    h.to(w * r.range(0.84, 0.95), 1 - ringHeight * r.range(0.18, 0.32));
    h.to(w * r.range(0.9, 1.06), ringTop + ringHeight * r.range(0.22, 0.44)).to(w * r.range(0.54, 0.78), ringTop);
    const double close = r.range(0.0, 1.0);
    h.to(w * (0.42 - 0.12 * close), ringTop + ringHeight * r.range(0.06, 0.22));
    if (close > 0.2)
        h.to(w * (0.3 - 0.25 * close), ringTop + ringHeight * r.range(0.3, 0.55));
    if (close > 0.75)
        h.to(w * 0.04, ringTop + ringHeight * r.range(0.6, 0.76));
}

void seven(Hand& h)
{
    auto& r = h.r;
    const double w = r.range(0.4, 0.8);
    const double knee = r.range(-0.26, 0.14);
    const std::size_t head = r.pick({42, 40, 18});
    if (head == 1) { // a serif or hook at the left end of the bar
        h.down(r.range(-0.1, 0.05), r.range(0.12, 0.52)).corner(r.range(0.0, 0.08), r.range(0.0, 0.1));
    } else if (head == 2) { // a wavy bar
        h.down(-0.02, r.range(0.08, 0.26)).to(w * 0.18, r.range(0.0, 0.06)).to(w * 0.5, r.range(0.03, 0.12));
    } else {
        h.down(0, r.range(-0.02, 0.14));
    }
    h.to(w * 0.62, r.range(0.02, 0.07) + knee * 0.4);
    if (r.chance(0.62))
        h.corner(w, knee);
    else
        h.to(w * 0.93, 0.03).to(w, r.range(0.08, 0.2));
    const double foot = w * r.range(0.0, 0.9);
    const double bend = r.range(-0.14, 0.1); // to the left: the leg sags as most people write it
    h.to(w * 0.6 + foot * 0.4 + bend * 0.7, r.range(0.32, 0.42)).to(w * 0.26 + foot * 0.74 + bend, r.range(0.62, 0.74));
    h.to(foot, 1);
    if (r.chance(0.15)) { // the cross-bar of continental writing
        const double y = r.range(0.4, 0.62);
        const double x = w * 0.5 + foot * 0.45 + bend * 0.8;
        const double tilt = 0.04 * r.normal();
        h.down(x - r.range(0.12, 0.32), y + tilt).to(x, y).to(x + r.range(0.12, 0.32), y - tilt);
    }
}

void eight(Hand& h)
{
    auto& r = h.r;
    const double waist = r.range(0.34, 0.62);
    const double top = r.range(0.12, 0.34);
    const double low = r.range(0.09, 0.36);
    const double cx = 0.33;
    const double shift = 0.07 * r.normal();      // the lower ring to the side of the upper one
    const double side = r.chance(0.14) ? -1 : 1; // some begin to the left and write it mirrored
    const auto x = [&](double offset) { return cx + side * offset; };
    if (r.chance(0.86)) {
        // One stroke: from the upper right over the top, an S to the bottom, and back up across it.
        const double open = r.range(0.0, 1.0);
        h.down(x(top * r.range(0.3, 1.2)), r.range(0.0, 0.24)).to(x(top * r.range(0.0, 0.4)), r.range(-0.02, 0.03));
        h.to(x(-top * 0.8), waist * r.range(0.18, 0.28)).to(x(-top * r.range(0.75, 1.0)), waist * r.range(0.5, 0.7));
        h.to(x(-0.02 + shift), waist + r.range(-0.03, 0.05))
            .to(x(low * 0.85 + shift), waist + (1 - waist) * r.range(0.3, 0.46));
        h.to(x(low * 0.8 + shift), r.range(0.84, 0.92)).to(x(shift), 1);
        h.to(x(-low * 0.85 + shift), r.range(0.86, 0.95));
        h.to(x(-low * r.range(0.7, 0.95) + shift), waist + (1 - waist) * r.range(0.42, 0.6));
        h.to(x(0.01), waist + r.range(-0.06, 0.03)).to(x(top * 0.75), waist * r.range(0.48, 0.64));
        h.to(x(top * r.range(0.8, 1.8)), r.range(-0.06, 0.16) + 0.08 * open);
        if (open < 0.5)
            h.to(x(top * r.range(0.3, 0.7)), r.range(-0.04, 0.06));
    } else { // two rings
        const double from = 90 + 40 * r.normal();
        h.lift().arc(cx, waist / 2, top, waist / 2, from, -(350 + r.range(-20, 40)));
        h.lift().arc(cx + shift, (1 + waist) / 2, low, (1 - waist) / 2, 270 + 30 * r.normal(), 350 + r.range(-20, 40));
    }
}

void nine(Hand& h)
{
    auto& r = h.r;
    const bool large = r.chance(0.2); // nearly all ring
    const double w = large ? r.range(0.42, 0.85) : r.range(0.3, 0.64);
    const double ringLow = large ? r.range(0.56, 0.78) : r.range(0.3, 0.6);
    const double cy = ringLow / 2;
    if (r.chance(0.84)) {
        h.down(w * r.range(0.65, 1.05), r.range(0.0, 0.26)).to(w * r.range(0.4, 0.65), r.range(-0.03, 0.03));
        h.to(w * r.range(0.06, 0.16), cy * r.range(0.5, 0.8));
    } else { // flat or open top
        h.down(w * r.range(0.7, 1.1), r.range(-0.06, 0.06)).to(w * 0.5, r.range(-0.02, 0.06)).to(w * 0.08, cy * 0.75);
    }
    h.to(r.range(-0.04, 0.06), cy * r.range(1.15, 1.45)).to(w * r.range(0.26, 0.46), ringLow);
    h.to(w * r.range(0.68, 0.86), ringLow * r.range(0.64, 0.88));
    const double top = r.range(-0.04, 0.24);
    const std::size_t turn = r.pick({54, 37, 9}); // in the last the ring stays open
    if (turn == 0)
        h.corner(w * r.range(0.9, 1.12), top);
    else if (turn == 1)
        h.to(w * 0.98, top + 0.08).to(w * 1.02, top + 0.16);
    else
        h.corner(w * r.range(0.92, 1.06), ringLow * r.range(0.4, 0.7));
    switch (r.pick({60, 28, 12})) {
    case 0: // straight leg
        h.to(w * r.range(0.88, 1.06), 0.45 + 0.3 * ringLow).to(w * r.range(0.55, 1.2), 1);
        break;
    case 1: // curved leg
        h.to(w * r.range(0.96, 1.08), 0.35 + 0.4 * ringLow)
            .to(w * r.range(0.75, 0.98), 0.8)
            .to(w * r.range(0.2, 0.6), 1);
        break;
    default: // a hook to the left
        h.to(w * 1.02, 0.52).to(w * 0.98, 0.8).to(w * 0.62, r.range(0.96, 1.0)).to(w * 0.3, 0.98);
        h.to(r.range(-0.1, 0.08), r.range(0.8, 0.94));
        break;
    }
}

} // namespace

std::vector<Stroke> writeDigit(int digit, ImageRandom& random)
{
    static constexpr std::array<void (*)(Hand&), 10> kForms = {zero, one, two,   three, four,
                                                               five, six, seven, eight, nine};
    Hand hand(random);
    kForms[static_cast<std::size_t>(digit)](hand);
    return hand.take();
}

Stroke flatten(const Stroke& stroke, int stepsPerPiece)
{
    Stroke out;
    const std::size_t n = stroke.size();
    if (n == 0)
        return out;
    out.reserve((n - 1) * static_cast<std::size_t>(stepsPerPiece) + 1);
    out.push_back(stroke[0]);
    for (std::size_t i = 0; i + 1 < n; ++i) {
        const PenPoint& a = stroke[i];
        const PenPoint& b = stroke[i + 1];
        const double length = std::hypot(b.x - a.x, b.y - a.y);
        // The tangent at a point follows its two neighbours; its length is that of this piece, so that unevenly
        // spaced points do not make loops. At an end or a corner it points along the piece.
        const auto tangent = [&](const PenPoint& before, const PenPoint& after) {
            const double dx = after.x - before.x;
            const double dy = after.y - before.y;
            const double d = std::hypot(dx, dy);
            const double s = d > 1e-9 ? length / d : 0.0;
            return PenPoint{dx * s, dy * s};
        };
        const PenPoint ta = i == 0 || a.corner ? PenPoint{b.x - a.x, b.y - a.y} : tangent(stroke[i - 1], b);
        const PenPoint tb = i + 2 == n || b.corner ? PenPoint{b.x - a.x, b.y - a.y} : tangent(a, stroke[i + 2]);
        for (int k = 1; k <= stepsPerPiece; ++k) {
            const double t = static_cast<double>(k) / stepsPerPiece;
            const double t2 = t * t;
            const double t3 = t2 * t;
            const double ha = 2 * t3 - 3 * t2 + 1;
            const double hta = t3 - 2 * t2 + t;
            const double hb = 3 * t2 - 2 * t3;
            const double htb = t3 - t2;
            out.push_back(
                {ha * a.x + hta * ta.x + hb * b.x + htb * tb.x, ha * a.y + hta * ta.y + hb * b.y + htb * tb.y});
        }
    }
    return out;
}

} // namespace convarium::datasets
