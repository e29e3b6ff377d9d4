#include "ui/inside/number_model.h"

#include "ui/inside/calculation_lines.h"

#include <QCoreApplication>
#include <QRect>
#include <algorithm>
#include <map>
#include <set>

namespace convarium::ui
{

namespace
{

using engine::Explanation;
using engine::Factor;
using engine::Operand;
using engine::OperandOf;
using engine::Term;

struct Placed {
    NumberCell cell;
    bool adds = false;
    int kernelRow = -1, kernelColumn = -1; ///< where the kernel stands; -1: there is none
    int kernelRows = 0, kernelColumns = 0;
};

using Groups = std::map<std::pair<int, int>, std::vector<Placed>>;

Placed placed(const Operand& o, const NumberMaps& maps)
{
    Placed p;
    const std::int64_t w = maps.width(), h = maps.height();
    p.cell.used = true;
    p.cell.row = static_cast<int>(o.element / w % h);
    p.cell.column = static_cast<int>(o.element % w);
    p.cell.value = o.value;
    return p;
}

int mapOf(const Operand& o, const NumberMaps& maps)
{
    return static_cast<int>(o.element / (static_cast<std::int64_t>(maps.width()) * maps.height()));
}

/// A place in a kernel of several cells.
void placeKernel(Placed& p, const Operand& weight, const engine::Shape& shape)
{
    if (shape.rank() != 4 || shape[2] * shape[3] == 1)
        return;
    p.kernelRow = static_cast<int>(weight.element / shape[3] % shape[2]);
    p.kernelColumn = static_cast<int>(weight.element % shape[3]);
    p.kernelRows = static_cast<int>(shape[2]);
    p.kernelColumns = static_cast<int>(shape[3]);
}

/// Puts the cells into a grid: by their place in the kernel, else by the rows and columns that occur.
NumberGroup gridOf(const std::vector<Placed>& list)
{
    NumberGroup g;
    std::vector<int> rows, columns;
    bool kernel = true;
    for (const Placed& p : list) {
        kernel = kernel && p.kernelRow >= 0;
        rows.push_back(p.cell.row);
        columns.push_back(p.cell.column);
        g.subtotal += p.cell.product;
        g.adds = g.adds || p.adds;
    }
    for (auto* axis : {&rows, &columns}) {
        std::sort(axis->begin(), axis->end());
        axis->erase(std::unique(axis->begin(), axis->end()), axis->end());
    }
    g.rows = kernel ? list.front().kernelRows : static_cast<int>(rows.size());
    g.columns = kernel ? list.front().kernelColumns : static_cast<int>(columns.size());
    g.cells.resize(static_cast<std::size_t>(g.rows) * static_cast<std::size_t>(g.columns));
    const auto index = [](const std::vector<int>& axis, int v) {
        return static_cast<int>(std::lower_bound(axis.begin(), axis.end(), v) - axis.begin());
    };
    for (const Placed& p : list) {
        const int y = kernel ? p.kernelRow : index(rows, p.cell.row);
        const int x = kernel ? p.kernelColumn : index(columns, p.cell.column);
        NumberCell& cell =
            g.cells[static_cast<std::size_t>(y) * static_cast<std::size_t>(g.columns) + static_cast<std::size_t>(x)];
        if (!cell.used) {
            cell = p.cell;
            continue;
        }
        // Several terms of one number (its own mean, for one): their factors add up.
        cell.factor += p.cell.factor;
        cell.product += p.cell.product;
        cell.chosen = cell.chosen || p.cell.chosen;
    }
    return g;
}

QString extraName(const Term& t, const Explanation& e, const std::vector<QString>& tensorKeys, std::int64_t image)
{
    for (const Factor& f : t.factors) {
        if (f.divides)
            continue;
        if (f.kind == Factor::Kind::Operand && f.operand.image != image && f.operand.of != OperandOf::LayerTensor)
            return QCoreApplication::translate("NumberModel", "other images");
        if (f.kind == Factor::Kind::Part && !e.parts[static_cast<std::size_t>(f.part)].name.empty())
            return QString::fromStdString(e.parts[static_cast<std::size_t>(f.part)].name);
        if (f.kind == Factor::Kind::Operand && f.operand.of == OperandOf::LayerTensor)
            return tensorKeys[static_cast<std::size_t>(f.operand.slot)];
        if (f.kind == Factor::Kind::Operand && f.operand.of == OperandOf::Target)
            return QStringLiteral("target");
    }
    return QStringLiteral("constant");
}

} // namespace

QRect NumberGroup::place() const
{
    QRect all;
    for (const NumberCell& c : cells)
        if (c.used)
            all |= QRect(c.column, c.row, 1, 1);
    return all;
}

const NumberCell& NumberGroup::middle() const
{
    const NumberCell* nearest = &cells.front();
    int least = -1;
    for (int y = 0; y < rows; ++y)
        for (int x = 0; x < columns; ++x) {
            const NumberCell& c = cells[static_cast<std::size_t>(y * columns + x)];
            const int far = std::abs(2 * y - rows + 1) + std::abs(2 * x - columns + 1);
            if (c.used && (least < 0 || far < least)) {
                least = far;
                nearest = &c;
            }
        }
    return *nearest;
}

std::vector<double> NumberModel::operands() const
{
    std::vector<double> all;
    for (const NumberGroup& g : groups)
        if (g.adds)
            all.push_back(g.subtotal);
    for (const NumberExtra& x : extras)
        all.push_back(x.value);
    return all;
}

NumberModel layOut(const Explanation& e, OperandOf primary, const std::vector<NumberMaps>& maps,
                   const std::vector<engine::Shape>& tensorShapes, const std::vector<QString>& tensorKeys,
                   std::int64_t image)
{
    NumberModel model;
    model.sum = e.value;
    model.terms = static_cast<int>(e.terms.size());
    Groups groups;
    const auto mapsOf = [&](const Operand& o) -> const NumberMaps& { return maps[static_cast<std::size_t>(o.slot)]; };
    const auto isPrimary = [&](const Operand& o) { return o.of == primary && o.image == image; };
    const auto key = [&](const Operand& o) { return std::pair(o.slot, mapOf(o, mapsOf(o))); };
    std::map<QString, double> extras;
    std::vector<QString> order;
    for (const Term& t : e.terms) {
        const Operand* own = nullptr;
        const Operand* weight = nullptr;
        double factor = t.negative ? -1 : 1;
        for (const Factor& f : t.factors) {
            if (f.kind == Factor::Kind::Operand && isPrimary(f.operand) && !own && !f.divides) {
                own = &f.operand;
                continue;
            }
            if (f.kind == Factor::Kind::Operand && f.operand.of == OperandOf::LayerTensor)
                weight = &f.operand;
            factor = f.divides ? factor / f.value : factor * f.value;
        }
        if (!own) {
            const QString name = extraName(t, e, tensorKeys, image);
            if (!extras.contains(name))
                order.push_back(name);
            extras[name] += t.value;
            continue;
        }
        Placed p = placed(*own, mapsOf(*own));
        p.cell.factor = factor;
        p.cell.product = t.value;
        p.adds = true;
        model.hasFactors = model.hasFactors || factor != 1;
        if (weight)
            placeKernel(p, *weight, tensorShapes[static_cast<std::size_t>(weight->slot)]);
        groups[key(*own)].push_back(p);
    }
    // What was compared with one another, the chosen one among them.
    std::vector<Operand> others;
    for (const Operand& o : e.looked)
        if (isPrimary(o))
            others.push_back(o);
    if (others.size() > 1 && groups.size() == 1 && e.terms.size() == 1 && e.terms.front().factors.size() == 1) {
        model.isChoice = true;
        groups.begin()->second.front().cell.chosen = true;
    }
    if (groups.empty() && !model.isChoice)
        model.calculation = calculationText(e, tensorKeys);
    for (const engine::Part& part : e.parts)
        for (const Term& t : part.terms)
            for (const Factor& f : t.factors)
                if (f.kind == Factor::Kind::Operand && isPrimary(f.operand))
                    others.push_back(f.operand);
    std::map<std::pair<int, int>, std::set<std::int64_t>> known;
    for (const Term& t : e.terms)
        for (const Factor& f : t.factors)
            if (f.kind == Factor::Kind::Operand && isPrimary(f.operand))
                known[key(f.operand)].insert(f.operand.element);
    for (const Operand& o : others)
        if (known[key(o)].insert(o.element).second) {
            auto& list = groups[key(o)];
            list.push_back(placed(o, mapsOf(o)));
            list.back().cell.factor = 0;
        }
    for (const auto& [where, list] : groups) {
        NumberGroup g = gridOf(list);
        std::tie(g.input, g.map) = where;
        model.groups.push_back(std::move(g));
    }
    for (const QString& name : order)
        model.extras.push_back({name, extras[name]});
    return model;
}

} // namespace convarium::ui
