// The window: places the parts and connects them. No logic of its own.
#pragma once

#include "ui/canvas/canvas_view.h"
#include "ui/shell/recovery_store.h"

#include <QMainWindow>
#include <optional>
#include <vector>

class QDockWidget;
class QStackedWidget;
class QUndoGroup;

namespace convarium::ui
{

class Autosave;
class DrawingPage;
class GalleryPage;
class HeaderBar;
class HelpPage;
class InspectorPanel;
class JudgeView;
class KernelPage;
class KeysPage;
class LayerPalette;
class MapService;
class NoticeBar;
class NumberService;
class NumberView;
class Pages;
class ProblemsPanel;
class ProjectDocument;
class ProjectFiles;
class RunLibrary;
class StrongestPage;
class TextLabel;
class TotalsBar;
class TrainingController;
class TrainingDock;

class MainWindow final : public QMainWindow
{
    Q_OBJECT
public:
    MainWindow();
    ~MainWindow() override;

    /// A preset's name or a file.
    void open(const QString& nameOrFile);

    [[nodiscard]] ProjectDocument* document() const { return m_document; }
    [[nodiscard]] TrainingController* controller() const { return m_controller; }
    /// Full screen with larger type for an audience, or back to exactly what was there before.
    void present(bool on);
    [[nodiscard]] bool isPresenting() const { return m_before.has_value(); }

    [[nodiscard]] CanvasView* canvas() const { return m_canvas; }
    [[nodiscard]] TrainingDock* trainingDock() const { return m_training; }
    [[nodiscard]] InspectorPanel* inspector() const { return m_inspector; }
    [[nodiscard]] ProjectFiles* files() const { return m_files; }
    [[nodiscard]] Pages* pages() const { return m_pages; }
    [[nodiscard]] DrawingPage* drawing() const { return m_drawing; }
    [[nodiscard]] NumberView* numberView() const { return m_number; }
    [[nodiscard]] JudgeView* judge() const { return m_judge; }
    [[nodiscard]] StrongestPage* strongest() const { return m_strongest; }
    [[nodiscard]] KernelPage* kernels() const { return m_kernels; }
    [[nodiscard]] HelpPage* help() const { return m_help; }
    [[nodiscard]] KeysPage* keys() const { return m_keys; }

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    struct BeforePresenting {
        Qt::WindowStates state;
        double textScale;
        CanvasView::Place place;
        QWidget* page;
        bool palette, inspector, training, totals; ///< shown on the canvas
        int bottom;                                ///< page of the lower part
    };
    QDockWidget* addPanel(Qt::DockWidgetArea area, QWidget* content, const QString& name);
    void makeMenus();
    void makeFileMenu();
    void fillNetworks();
    void makeViewMenu();
    void makeTrainMenu();
    void makeInsideMenu();
    void connectParts();
    void connectNumbers();
    void showNumber(qint64 node, qint64 element);
    void showStrongest();
    void connectJudge();
    void connectKernels();
    void showKernels(qint64 node);
    void showPage();
    void connectAutosave();
    void offerRecovery();
    void nextRecovery();
    void connectGallery();
    void showBesideGallery(bool show);
    void openFromGallery(const QString& preset);
    void welcome(const QString& what);
    [[nodiscard]] bool hasStory() const;
    void showStory();
    void showFirstStep(int step);
    [[nodiscard]] BeforePresenting beforePresenting() const;
    void startPresenting();
    void endPresenting();
    void raiseTraining();
    void applySize();
    void refreshTitle();
    void applyMeasuring();
    [[nodiscard]] bool hasProblems() const;
    void showProblems(bool show);
    void showTraining();
    void showSpeed(bool show);
    void showHistograms(bool show);
    void makeHelpMenu();
    void showHelp(const QString& name);
    void showAbout();
    /// While presenting it is for the audience: nothing of it stays.
    void changeTextScale(double steps);
    [[nodiscard]] double normalTextScale() const;

    ProjectDocument* m_document;
    TrainingController* m_controller;
    MapService* m_maps;
    CanvasView* m_canvas;
    Pages* m_pages;
    DrawingPage* m_drawing;
    NumberService* m_numbers;
    NumberView* m_number;
    JudgeView* m_judge;
    KernelPage* m_kernels;
    KeysPage* m_keys;
    StrongestPage* m_strongest;
    GalleryPage* m_gallery;
    HelpPage* m_help;
    QWidget* m_helpFrom = nullptr; ///< the page that Esc leads back to
    NoticeBar* m_notice;
    NoticeBar* m_story;
    QUndoGroup* m_undoGroup;
    LayerPalette* m_palette;
    InspectorPanel* m_inspector;
    TrainingDock* m_training;
    QStackedWidget* m_bottom;
    RunLibrary* m_runs;
    TotalsBar* m_totals;
    HeaderBar* m_header;
    ProjectFiles* m_files;
    Autosave* m_autosave;
    std::vector<Recovery> m_recoveries;   ///< not yet dealt with
    std::vector<QWidget*> m_besideCanvas; ///< hidden while the gallery is shown
    QString m_storyOf;                    ///< the preset that is opened from the gallery
    bool m_firstSteps = false;            ///< it is opened for the first five minutes
    TextLabel* m_saveState;
    QDockWidget* m_paletteDock;
    QDockWidget* m_inspectorDock;
    QDockWidget* m_bottomDock;
    QAction* m_draw;
    QAction* m_editKernels;
    QAction* m_undo;
    QAction* m_redo;
    QMenu* m_networks = nullptr;
    QAction* m_present;
    std::optional<BeforePresenting> m_before; ///< while presenting
    bool m_wasHome = true;
    bool m_compact = false;
    bool m_inspectorWanted = true; ///< on the canvas; pages are without it
    bool m_quitting = false;
};

} // namespace convarium::ui
