// A recent file: its silhouette, name, place and how far its training came.
#pragma once

#include "ui/gallery/gallery_data.h"

#include <QAbstractButton>

namespace convarium::ui
{

class RecentRow final : public QAbstractButton
{
    Q_OBJECT
public:
    explicit RecentRow(RecentFile file, QWidget* parent = nullptr);
    [[nodiscard]] QSize sizeHint() const override;

Q_SIGNALS:
    void chosen(const QString& path);

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    RecentFile m_file;
};

} // namespace convarium::ui
