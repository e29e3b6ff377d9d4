#include "ui/inside/reader_list.h"

#include "ui/inside/number_text.h"
#include "ui/theme/own_keys.h"
#include "ui/theme/type.h"

#include <QHeaderView>
#include <algorithm>

namespace convarium::ui
{

namespace
{
constexpr int kRow = 26, kMostRows = 4;
}

ReaderList::ReaderList(QWidget* parent) : QTreeWidget(parent)
{
    setAccessibleName(QStringLiteral("Readers"));
    tellOwnKeys(this, {{tr("Arrow keys"), tr("Another layer that reads the number")}});
    setColumnCount(2);
    setHeaderHidden(true);
    setRootIsDecorated(false);
    setAllColumnsShowFocus(true);
    setUniformRowHeights(true);
    setTextElideMode(Qt::ElideMiddle);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    header()->setStretchLastSection(false);
    header()->setSectionResizeMode(0, QHeaderView::Stretch);
    header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    connect(this, &QTreeWidget::currentItemChanged, this, [this](QTreeWidgetItem* item) {
        if (item)
            Q_EMIT readerChosen(indexOfTopLevelItem(item));
    });
}

void ReaderList::setGradient(const NumberGradient& gradient)
{
    const QSignalBlocker blocker(this);
    const auto count = static_cast<int>(gradient.shares.size());
    while (topLevelItemCount() > count)
        delete takeTopLevelItem(count);
    const int decimals = shareDigits(gradient).operands;
    for (int i = 0; i < count; ++i) {
        QTreeWidgetItem* item = i < topLevelItemCount() ? topLevelItem(i) : new QTreeWidgetItem(this);
        const NumberShare& share = gradient.shares[static_cast<std::size_t>(i)];
        item->setText(0, tr("from %1").arg(share.name));
        item->setToolTip(0, item->text(0));
        item->setText(1, numberText(share.value, decimals));
        item->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
        item->setSizeHint(0, QSize(0, scaled(kRow)));
    }
    if (count == 0)
        return;
    setCurrentItem(topLevelItem(gradient.reader));
    setFixedHeight(rowHeight(indexFromItem(topLevelItem(0))) * std::min(count, kMostRows) + 2 * frameWidth());
}

} // namespace convarium::ui
