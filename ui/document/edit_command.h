// The one undo command: a list of steps that hold ids and values.
#pragma once

#include "ui/document/document_state.h"

#include <QUndoCommand>

namespace convarium::ui
{

class ProjectDocument;

class EditCommand final : public QUndoCommand
{
public:
    /// gesture: commands of the same gesture (not 0) that change the same thing become one.
    EditCommand(ProjectDocument* document, QString text, std::vector<Step> steps, quint64 gesture = 0);

    void undo() override;
    void redo() override;
    [[nodiscard]] int id() const override { return m_gesture != 0 ? 1 : -1; }
    /// Joins a later step of the same drag; an edit that ends where it began makes itself obsolete.
    bool mergeWith(const QUndoCommand* other) override;

private:
    bool mergeSettings(const std::vector<Step>& later);
    void updateText();

    ProjectDocument* m_document;
    std::vector<Step> m_steps;
    quint64 m_gesture;
};

} // namespace convarium::ui
