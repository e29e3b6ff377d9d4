#include "ui/shell/autosave.h"

#include "ui/document/project_document.h"

#include <utility>

namespace convarium::ui
{

Autosave::Autosave(ProjectDocument* document, std::function<engine::Project()> network, const QString& folder,
                   QObject* parent)
    : QObject(parent), m_document(document), m_network(std::move(network)), m_store(folder),
      m_thread(std::make_unique<TaskThread>())
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(kDelayMs);
    connect(&m_timer, &QTimer::timeout, this, &Autosave::write);
    m_weightsPause.setSingleShot(true);
    m_weightsPause.setInterval(kWeightsMs);
    connect(&m_weightsPause, &QTimer::timeout, this, &Autosave::weightsChanged);
    connect(document, &ProjectDocument::changed, this, [this](const DocumentChange& change) {
        if (change.what == DocumentChange::What::Reset)
            forgetWeights();
        follow();
    });
    connect(document, &ProjectDocument::modifiedChanged, this, &Autosave::follow);
}

Autosave::~Autosave()
{
    m_thread.reset();
    // Whoever closes the program has been asked: saved or given up.
    m_store.clear();
}

void Autosave::follow()
{
    if (m_document->isModified() || m_weights())
        return writeLater();
    m_changed = false;
    m_timer.stop();
    forgetWeights();
    m_thread->post([this, old = std::exchange(m_superseded, {})] {
        m_store.clear();
        m_store.discard(old);
    });
}

void Autosave::weightsChanged()
{
    const StatePtr weights = m_weights();
    if (!weights)
        follow();
    else if (weights != m_kept.lock() && !m_weightsPause.isActive())
        writeLater();
}

void Autosave::weightsArrived(const StatePtr& newest)
{
    if (!newest || !m_weightsPause.isActive())
        weightsChanged();
}

/// Not started anew by further edits: the first of them must not wait for the last.
void Autosave::writeLater()
{
    m_changed = true;
    if (!m_timer.isActive() && !m_writing)
        m_timer.start();
}

/// What was kept is of no use any more. What comes back by undo is written at once.
void Autosave::forgetWeights()
{
    m_kept.reset();
    m_weightsPause.stop();
    m_thread->post([this] { m_store.dropWeights(); });
}

void Autosave::write()
{
    m_writing = true;
    m_changed = false;
    engine::Project project = m_network();
    const StatePtr weights = m_weights();
    if (!weights)
        forgetWeights();
    else if (weights != m_kept.lock() && !m_weightsPause.isActive()) {
        project.state = weights;
        project.history = m_curves();
        m_kept = weights;
        m_weightsPause.start();
    }
    m_thread->post([this, project = std::move(project), source = m_document->filePath()] {
        auto written = m_store.write(project, source);
        if (written && project.state)
            written = m_store.writeWeights(project);
        m_mailbox.post([this, written, weights = project.state] {
            m_writing = false;
            if (!written && weights && weights == m_kept.lock()) { // once more after a pause
                m_kept.reset();
                m_weightsPause.start();
            }
            if (!written && !m_complained)
                Q_EMIT failed(written.error());
            // A network alone, which is small, says nothing about weights.
            m_complained = !written || (m_complained && !weights && m_weights());
            if (written && !m_superseded.isEmpty())
                discard(std::exchange(m_superseded, {}));
            if (m_changed && !m_timer.isActive())
                m_timer.start();
        });
    });
}

void Autosave::lookForAbandoned()
{
    m_thread->post([this] { m_mailbox.post([this, recoveries = m_store.abandoned()] { Q_EMIT found(recoveries); }); });
}

void Autosave::discard(const QString& file)
{
    m_thread->post([this, file] { m_store.discard(file); });
}

} // namespace convarium::ui
