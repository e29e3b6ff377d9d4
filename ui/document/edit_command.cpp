#include "ui/document/edit_command.h"

#include "ui/document/edit_texts.h"
#include "ui/document/project_document.h"

#include <algorithm>

namespace convarium::ui
{

EditCommand::EditCommand(ProjectDocument* document, QString text, std::vector<Step> steps, quint64 gesture)
    : QUndoCommand(text), m_document(document), m_steps(std::move(steps)), m_gesture(gesture)
{
}

void EditCommand::redo()
{
    m_document->applySteps(m_steps);
}

void EditCommand::undo()
{
    std::vector<Step> back;
    std::transform(m_steps.rbegin(), m_steps.rend(), std::back_inserter(back), inverse);
    m_document->applySteps(back);
}

/// The same settings of the same layers once more.
bool EditCommand::mergeSettings(const std::vector<Step>& later)
{
    const auto same = [](const Step& a, const Step& b) {
        const auto *mine = std::get_if<step::ParamStep>(&a), *theirs = std::get_if<step::ParamStep>(&b);
        return mine && theirs && mine->node == theirs->node && mine->key == theirs->key;
    };
    if (!std::equal(m_steps.begin(), m_steps.end(), later.begin(), later.end(), same))
        return false;
    bool changes = false;
    for (std::size_t i = 0; i < m_steps.size(); ++i) {
        auto& mine = std::get<step::ParamStep>(m_steps[i]);
        mine.after = std::get<step::ParamStep>(later[i]).after;
        changes = changes || mine.before != mine.after;
    }
    setObsolete(!changes);
    return true;
}

bool EditCommand::mergeWith(const QUndoCommand* other)
{
    const auto* next = dynamic_cast<const EditCommand*>(other);
    if (!next || next->m_gesture != m_gesture)
        return false;
    if (mergeSettings(next->m_steps)) {
        setText(next->text());
        if (m_steps.size() == 1)
            updateText();
        return true;
    }
    if (next->m_steps.size() != 1 || m_steps.size() != 1)
        return false;
    Step& mine = m_steps.front();
    const Step& theirs = next->m_steps.front();
    if (auto* train = std::get_if<step::TrainStep>(&mine)) {
        const auto* later = std::get_if<step::TrainStep>(&theirs);
        if (!later)
            return false;
        train->after = later->after;
        setObsolete(train->before == train->after);
    } else if (auto* move = std::get_if<step::MoveStep>(&mine)) {
        const auto* later = std::get_if<step::MoveStep>(&theirs);
        if (!later || !std::equal(move->moves.begin(), move->moves.end(), later->moves.begin(), later->moves.end(),
                                  [](const auto& a, const auto& b) { return a.first == b.first; }))
            return false;
        for (auto& [id, places] : move->moves)
            places.second = later->moves.at(id).second;
        setObsolete(std::all_of(move->moves.begin(), move->moves.end(),
                                [](const auto& m) { return m.second.first == m.second.second; }));
    } else if (auto* notes = std::get_if<step::NotesStep>(&mine)) {
        const auto* later = std::get_if<step::NotesStep>(&theirs);
        if (!later || later->after.size() != notes->before.size())
            return false;
        notes->after = later->after;
        setObsolete(notes->before == notes->after);
    } else {
        return false;
    }
    updateText();
    return true;
}

void EditCommand::updateText()
{
    setText(stepText(m_document->graph(), m_steps.front()));
}

} // namespace convarium::ui
