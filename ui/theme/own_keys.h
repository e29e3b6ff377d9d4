// Keys that a widget handles by itself, without actions: told beside the code that handles them, listed by the page of
// all keys.
#pragma once

#include <QKeySequence>
#include <QList>
#include <QString>

QT_BEGIN_NAMESPACE
class QWidget;
QT_END_NAMESPACE

namespace convarium::ui
{

struct OwnKey {
    QString keys; ///< "Arrow keys", or as keyName() has it
    QString does; ///< "Another map"
};

/// The place of these keys is the widget's accessible name.
void tellOwnKeys(QWidget* widget, const QList<OwnKey>& keys);
[[nodiscard]] QList<OwnKey> ownKeys(const QWidget* widget);
/// As this platform writes it.
[[nodiscard]] QString keyName(const QKeySequence& key);

} // namespace convarium::ui
