#include "ui/theme/own_keys.h"

#include <QVariant>
#include <QWidget>

namespace convarium::ui
{

namespace
{
constexpr char kOwnKeys[] = "convariumOwnKeys";
}

void tellOwnKeys(QWidget* widget, const QList<OwnKey>& keys)
{
    widget->setProperty(kOwnKeys, QVariant::fromValue(keys));
}

QList<OwnKey> ownKeys(const QWidget* widget)
{
    return widget->property(kOwnKeys).value<QList<OwnKey>>();
}

QString keyName(const QKeySequence& key)
{
    return key.toString(QKeySequence::NativeText);
}

} // namespace convarium::ui
