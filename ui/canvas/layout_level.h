// One level of a layered layout: cards and laid-out blocks side by side, in ranks from left to right and in lanes.
#pragma once

#include <QSizeF>

#include <cstddef>
#include <vector>

namespace convarium::ui
{

/// A card or a block that has been laid out already. Lengths in scene pixels.
struct LevelItem {
    double width = 0;
    double above = 0;      ///< from the top to the height of its ports
    double below = 0;      ///< from there to the bottom
    double labelWidth = 0; ///< of the shape on the wire that leaves it
    int columns = 1;       ///< cards that it is wide
    bool concat = false;   ///< its inputs keep their order from top to bottom
    int outside = 0;       ///< wires that come from outside this level
    std::vector<std::size_t> from, to;
    std::vector<int> slots; ///< parallel to `from`
    int rank = 0;           ///< longest path from the left
    int lane = 0;           ///< 0: the longest path; branches above are negative, below positive
};

class LayoutLevel final
{
public:
    /// Works out ranks and lanes. `from` and `to` of the items must agree; circles are allowed.
    explicit LayoutLevel(std::vector<LevelItem> items);

    [[nodiscard]] const std::vector<LevelItem>& items() const { return m_items; }
    [[nodiscard]] int ranks() const { return static_cast<int>(m_byRank.size()); }
    /// Cards side by side in the widest lane of that rank.
    [[nodiscard]] int columns(int rank) const { return m_columns[static_cast<std::size_t>(rank)]; }
    /// Sources of wires that lead on from this rank or an earlier one. 0 or 1: a row may end here without a second
    /// wire.
    [[nodiscard]] int wiresPast(int rank) const { return m_past[static_cast<std::size_t>(rank)]; }
    /// May a row end after this rank? Then all wires on go out of one item of that rank.
    [[nodiscard]] bool breaksAfter(int rank) const;

    struct Place {
        std::size_t item;
        double x, y; ///< upper left corner, from the row's upper left corner
    };
    struct Row {
        std::vector<Place> places;
        double width = 0, height = 0;
        double port = 0;  ///< height of the ports of lane 0, from the top
        double skips = 0; ///< room at the top for wires that pass over cards
        int arriving = 0; ///< sources in earlier rows that feed this one
    };
    /// Ranks first..last side by side. All corners lie on the grid where `above` of every item is its port plus grid
    /// steps.
    [[nodiscard]] Row row(int first, int last) const;

    /// Width of the gap after a rank: room for the shape on the wire.
    [[nodiscard]] double gapAfter(int rank) const;

private:
    struct Chain {
        std::vector<std::size_t> items;
        int first, last, lane; ///< ranks that it needs its lane for
        std::size_t join;      ///< item that it leads into
        int slot;              ///< of the join; -1: none
    };
    void rankItems();
    void assignLanes();
    void orderBranches(std::vector<Chain>& chains);
    [[nodiscard]] std::vector<std::size_t> longestChain(const std::vector<bool>& placed) const;
    [[nodiscard]] bool goesAbove(std::size_t last, const std::vector<bool>& placed) const;

    std::vector<LevelItem> m_items;
    std::vector<std::size_t> m_order;               ///< producers first
    std::vector<std::vector<std::size_t>> m_byRank; ///< items of each rank
    std::vector<int> m_columns, m_past;             ///< by rank
};

} // namespace convarium::ui
