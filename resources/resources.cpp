#include "resources/resources.h"

namespace convarium
{

QString resourcePath(const QString& relative)
{
    return QStringLiteral(":/convarium/") + relative;
}

} // namespace convarium
