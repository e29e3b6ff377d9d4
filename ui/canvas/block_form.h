// The small form that names a block and chooses its parameters.
#pragma once

#include "ui/document/blocks.h"

#include <QFrame>
#include <functional>

class QCheckBox;
class QLineEdit;
class QListWidget;
class QPushButton;

namespace convarium::ui
{

class TextLabel;

/// What the form is opened with.
struct BlockDraft {
    QString title;  ///< "New block"
    QString button; ///< "Make block"
    QString name;
    std::vector<SettingChoice> choices;
    std::vector<engine::BlockParameter> ticked; ///< those that are parameters already
    bool offersKeeping = false;                 ///< in My blocks
    std::function<QString(const QString&)> faultOf;
};

/// A child of the canvas. Enter or the button accepts, Esc leaves. Accessible name "Block".
class BlockForm final : public QFrame
{
    Q_OBJECT
public:
    explicit BlockForm(QWidget* parent);
    /// At a point of the parent, moved so that all of it can be seen.
    void open(const BlockDraft& draft, QPoint at);
    [[nodiscard]] QLineEdit* nameField() const { return m_name; }
    [[nodiscard]] QListWidget* list() const { return m_list; }
    [[nodiscard]] QCheckBox* keepBox() const { return m_keep; }
    [[nodiscard]] QPushButton* acceptButton() const { return m_accept; }
    [[nodiscard]] QString fault() const;
    /// Closes it without a result.
    void cancel();

Q_SIGNALS:
    /// The form is closed already. keep: in My blocks as well.
    void accepted(const QString& name, const std::vector<convarium::engine::BlockParameter>& parameters, bool keep);
    void cancelled();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void accept();
    void check();

    TextLabel* m_title;
    QLineEdit* m_name;
    TextLabel* m_fault;
    TextLabel* m_help;
    QListWidget* m_list;
    QCheckBox* m_keep;
    QPushButton* m_accept;
    BlockDraft m_draft;
};

} // namespace convarium::ui
