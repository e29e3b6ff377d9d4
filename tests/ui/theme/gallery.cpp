// Shows every control of the theme in one window, or all icons; can save a picture of itself.
#include "ui/theme/colormap.h"
#include "ui/theme/dialogs.h"
#include "ui/theme/icons.h"
#include "ui/theme/settings.h"
#include "ui/theme/theme.h"
#include "ui/theme/type.h"
#include "ui/theme/widgets.h"

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QCommandLineParser>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QListWidget>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>
#include <QPainter>
#include <QProgressBar>
#include <QRadioButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSlider>
#include <QSpinBox>
#include <QStatusBar>
#include <QTabWidget>
#include <QTableWidget>
#include <QTimer>
#include <QToolBar>
#include <QVBoxLayout>
#include <cmath>
#include <vector>

using namespace convarium::ui;

namespace
{

/// All icons at the four sizes of the design, on the surface, with their names.
class IconSheet final : public QWidget
{
public:
    explicit IconSheet(bool large) : m_large(large)
    {
        constexpr int kColumns = 6;
        const auto rows = (iconNames().size() + kColumns - 1) / kColumns;
        setFixedSize(kColumns * cellWidth(), static_cast<int>(rows) * cellHeight() + 16);
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        painter.fillRect(rect(), Theme::current().surface);
        const int columns = width() / cellWidth();
        int index = 0;
        for (const QString& name : iconNames()) {
            const double x = index % columns * cellWidth() + 12;
            const double y = index / columns * cellHeight() + 8;
            ++index;
            double at = x;
            for (const int side : m_large ? std::vector<int>{16, 24, 72} : std::vector<int>{16, 18, 20, 24}) {
                paintIcon(&painter, {at, y + (m_large ? 72 : 24) - side, double(side), double(side)}, name,
                          Theme::current().text);
                at += side + 10;
            }
            painter.setFont(convarium::ui::font(TextRole::Small));
            painter.setPen(Theme::current().text3);
            painter.drawText(QPointF(x, y + (m_large ? 90 : 42)), name);
        }
    }

private:
    [[nodiscard]] int cellWidth() const { return m_large ? 160 : 140; }
    [[nodiscard]] int cellHeight() const { return m_large ? 108 : 58; }
    bool m_large;
};

/// A toy pattern for the colour maps.
class MapSample final : public QWidget
{
public:
    explicit MapSample(ColorMap map) : m_map(map) { setFixedSize(90, 90); }

protected:
    void paintEvent(QPaintEvent*) override
    {
        std::vector<float> values(15 * 15);
        for (int y = 0; y < 15; ++y) {
            for (int x = 0; x < 15; ++x) {
                const double r = std::hypot(x - 7.0, y - 7.0);
                values[static_cast<std::size_t>(y * 15 + x)] = static_cast<float>(
                    m_map == ColorMap::Signed ? std::cos(r * 0.7) * std::sin(x * 0.5 + 1) : std::exp(-r * r / 20));
            }
        }
        QPainter painter(this);
        painter.drawImage(rect(), mapImage(values.data(), 15, 15, 15, 1.0, m_map));
    }

private:
    ColorMap m_map;
};

QWidget* buttonsPage(QWidget* parent)
{
    auto* page = new Panel(Panel::Fill::Surface, false, parent);
    auto* column = new QVBoxLayout(page);
    column->setSpacing(12);
    auto* row = new QHBoxLayout;
    const auto push = [&](const char* text, const char* name) {
        auto* button = new QPushButton(QString::fromLatin1(text), page);
        if (name != nullptr) {
            button->setIcon(icon(QString::fromLatin1(name)));
        }
        row->addWidget(button);
        return button;
    };
    setPrimary(push("Pause", "pause"));
    push("Step", "step");
    push("Stop", "stop");
    push("Reset", "reset")->setEnabled(false);
    auto* off = push("Train", "play");
    setPrimary(off);
    off->setEnabled(false);
    auto* held = push("Pinned", nullptr);
    held->setCheckable(true);
    held->setChecked(true);
    auto* large = push("Open a project", "open");
    setLarge(large);
    row->addStretch();
    column->addLayout(row);

    auto* form = new QGridLayout;
    form->setHorizontalSpacing(8);
    form->setColumnMinimumWidth(0, scaled(88));
    const auto line = [&](int r, const char* label, QWidget* field, const char* unit) {
        form->addWidget(new TextLabel(QString::fromLatin1(label), TextRole::Body, ColorRole::Text2), r, 0);
        form->addWidget(field, r, 1, Qt::AlignLeft);
        form->addWidget(new TextLabel(QString::fromLatin1(unit), TextRole::Body, ColorRole::Text3), r, 2);
    };
    auto* filters = new QSpinBox;
    filters->setRange(1, 4096);
    filters->setValue(16);
    filters->setFixedWidth(scaled(96));
    line(0, "Filters", filters, "1 to 4,096");
    auto* rate = new QDoubleSpinBox;
    rate->setDecimals(4);
    rate->setValue(0.001);
    rate->setFixedWidth(scaled(96));
    rate->setEnabled(false);
    line(1, "Rate", rate, "disabled");
    line(2, "Padding", new SegmentedControl(QStringList{"same", "valid", "by hand"}), "");
    auto* kernel = new QLineEdit(QStringLiteral("5"));
    kernel->setFixedWidth(scaled(96));
    setInvalid(kernel);
    line(3, "Kernel", kernel, "1 to 3");
    auto* combo = new QComboBox;
    combo->addItems({"Adam", "SGD with momentum", "RMSprop"});
    line(4, "Optimiser", combo, "");
    auto* bias = new QCheckBox(QStringLiteral("one per filter"));
    bias->setChecked(true);
    line(5, "Bias", bias, "");
    auto* boxes = new QWidget;
    auto* boxRow = new QHBoxLayout(boxes);
    boxRow->setContentsMargins(0, 0, 0, 0);
    auto* plain = new QCheckBox(QStringLiteral("off"));
    auto* partial = new QCheckBox(QStringLiteral("partly"));
    partial->setCheckState(Qt::PartiallyChecked);
    auto* grey = new QCheckBox(QStringLiteral("disabled"));
    grey->setChecked(true);
    grey->setEnabled(false);
    auto* first = new QRadioButton(QStringLiteral("28x28x1"));
    auto* second = new QRadioButton(QStringLiteral("1x28x28"));
    first->setChecked(true);
    for (QWidget* w : {static_cast<QWidget*>(plain), static_cast<QWidget*>(partial), static_cast<QWidget*>(grey),
                       static_cast<QWidget*>(first), static_cast<QWidget*>(second)}) {
        boxRow->addWidget(w);
    }
    form->addWidget(boxes, 6, 1, 1, 2, Qt::AlignLeft);
    auto* slider = new QSlider(Qt::Horizontal);
    slider->setValue(35);
    slider->setFixedWidth(scaled(200));
    line(7, "Speed", slider, "35 %");
    auto* progress = new QProgressBar;
    progress->setRange(0, 859);
    progress->setValue(361);
    progress->setFixedWidth(scaled(200));
    line(8, "Epoch 4 of 5", progress, "19 s left");
    form->setColumnStretch(2, 1);
    column->addLayout(form);
    column->addStretch();
    return page;
}

QWidget* viewsPage(QWidget* parent)
{
    auto* page = new Panel(Panel::Fill::Surface, false, parent);
    auto* column = new QVBoxLayout(page);
    auto* search = new SearchField(QStringLiteral("Find a layer"));
    search->setKeyHint(QStringLiteral("/"));
    column->addWidget(search);
    auto* list = new QListWidget;
    const std::pair<const char*, Family> items[] = {{"conv", Family::Convolution}, {"pool", Family::Pooling},
                                                    {"relu", Family::Activation},  {"norm", Family::Normalise},
                                                    {"dense", Family::Dense},      {"add", Family::Merge},
                                                    {"input", Family::Data},       {"block", Family::Block}};
    for (int i = 0; i < 20; ++i) {
        const auto& [name, family] = items[i % 8];
        list->addItem(new QListWidgetItem(familyIcon(QString::fromLatin1(name), family), QString::fromLatin1(name)));
    }
    list->setCurrentRow(2);
    list->setFixedHeight(scaled(150));
    column->addWidget(list);
    auto* header = new SectionHeader(QStringLiteral("Why this number"));
    header->setNote(QStringLiteral("batch 64"));
    auto* table = new QTableWidget(3, 3);
    table->setHorizontalHeaderLabels({"Layer", "Shape", "Parameters"});
    table->verticalHeader()->hide();
    table->setShowGrid(false);
    for (int i = 0; i < 9; ++i) {
        table->setItem(i / 3, i % 3, new QTableWidgetItem(QStringLiteral("cell %1").arg(i)));
    }
    table->setFixedHeight(scaled(122));
    header->setContent(table);
    column->addWidget(header);
    column->addWidget(table);
    auto* signs = new QHBoxLayout;
    for (const SignKind kind : {SignKind::Ok, SignKind::Info, SignKind::Warning, SignKind::Error}) {
        signs->addWidget(new Sign(kind));
    }
    auto* fault = new Sign(SignKind::Error, 27);
    fault->setFilled(true);
    signs->addWidget(fault);
    signs->addWidget(new KeyCap(QStringLiteral("Esc")));
    signs->addWidget(new KeyCap(QStringLiteral("Ctrl Z")));
    signs->addWidget(new IconButton(QStringLiteral("link"), QStringLiteral("Keep both equal")));
    auto* lock = new IconButton(QStringLiteral("lock"), QStringLiteral("Locked"));
    lock->setEnabled(false);
    signs->addWidget(lock);
    signs->addStretch();
    column->addLayout(signs);
    auto* maps = new QHBoxLayout;
    maps->addWidget(new MapSample(ColorMap::Signed));
    maps->addWidget(new MapSample(ColorMap::Sequential));
    maps->addWidget(new MapSample(ColorMap::Ink));
    auto* bars = new QVBoxLayout;
    bars->addWidget(new ScaleBar);
    auto* ink = new ScaleBar;
    ink->setScale(255, ColorMap::Ink);
    bars->addWidget(ink);
    auto* elided = new ElidedLabel(QStringLiteral("/home/someone/networks/a-very-long-name-of-a-project.convarium"));
    elided->setFixedWidth(scaled(200));
    bars->addWidget(elided);
    maps->addLayout(bars);
    maps->addStretch();
    column->addLayout(maps);
    auto* warning = new Panel(Panel::Fill::WarningTint, true);
    auto* words = new QHBoxLayout(warning);
    words->addWidget(new TextLabel(QStringLiteral("The rate 1000 is probably too high."), TextRole::Reading));
    column->addWidget(warning);
    column->addStretch();
    return page;
}

class Gallery final : public QMainWindow
{
public:
    Gallery()
    {
        setWindowTitle(QStringLiteral("Gallery"));
        setWindowIcon(appIcon());
        QMenu* file = menuBar()->addMenu(QStringLiteral("&File"));
        menu = file;
        file->addAction(icon(QStringLiteral("open")), QStringLiteral("Open..."), QKeySequence::Open, this, [] {});
        file->addAction(icon(QStringLiteral("save")), QStringLiteral("Save"), QKeySequence::Save, this, [] {});
        file->addSeparator();
        QAction* shown = file->addAction(QStringLiteral("Show the minimap"));
        shown->setCheckable(true);
        shown->setChecked(true);
        file->addMenu(QStringLiteral("Recent"))->addAction(QStringLiteral("lenet-5"));
        file->addAction(icon(QStringLiteral("trash")), QStringLiteral("Delete"))->setEnabled(false);
        for (const char* name : {"Edit", "View", "Network", "Train", "Look inside", "Help"}) {
            menuBar()->addMenu(QString::fromLatin1(name));
        }
        auto* bar = new QToolBar(this);
        bar->setMovable(false);
        bar->setFixedHeight(scaled(52));
        addToolBar(bar);
        for (const char* name : {"home", "undo", "redo"}) {
            bar->addAction(icon(QString::fromLatin1(name)), QString::fromLatin1(name));
        }
        bar->actions().at(2)->setEnabled(false);
        bar->addSeparator();
        bar->addWidget(new TextLabel(QStringLiteral("LeNet-5"), TextRole::SectionBold));
        auto* space = new QWidget;
        space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
        bar->addWidget(space);
        auto* bars = new QToolButton;
        bars->setText(QStringLiteral("Bars: parameters"));
        bars->setIcon(icon(QStringLiteral("bars")));
        bars->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        bars->setPopupMode(QToolButton::InstantPopup);
        bars->setMenu(new QMenu(bars));
        setOutlined(bars);
        bar->addWidget(bars);
        bar->addSeparator();
        for (const char* name : {"tidy", "fit", "present"}) {
            QAction* action = bar->addAction(icon(QString::fromLatin1(name)), QString::fromLatin1(name));
            auto* button = static_cast<QToolButton*>(bar->widgetForAction(action));
            button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        }
        QAction* dark = bar->addAction(icon(QStringLiteral("moon")), QStringLiteral("Dark"));
        dark->setCheckable(true);
        dark->setChecked(Theme::current().dark);
        connect(dark, &QAction::toggled, this,
                [](bool on) { ThemeManager::instance().setMode(on ? ThemeMode::Dark : ThemeMode::Light); });

        auto* centre = new QWidget;
        auto* row = new QHBoxLayout(centre);
        row->setContentsMargins(0, 0, 0, 0);
        row->setSpacing(0);
        auto* tabs = new QTabWidget;
        tabs->addTab(buttonsPage(tabs), QStringLiteral("Curves"));
        tabs->addTab(new QWidget, QStringLiteral("Feature maps"));
        tabs->addTab(new QWidget, QStringLiteral("Kernels"));
        row->addWidget(tabs, 3);
        row->addWidget(new Hairline(Qt::Vertical));
        row->addWidget(viewsPage(centre), 2);
        setCentralWidget(centre);
        statusBar()->addWidget(new TextLabel(QStringLiteral("Parameters"), TextRole::Body, ColorRole::Text2));
        statusBar()->addWidget(new TextLabel(QStringLiteral("61,706"), TextRole::Totals));
        statusBar()->addPermanentWidget(
            new TextLabel(QStringLiteral("No problems"), TextRole::BodyMedium, ColorRole::Success));
    }

    QMenu* menu = nullptr;
};

} // namespace

int main(int argc, char** argv)
{
    QApplication app(argc, argv);
    QCommandLineParser parser;
    parser.addHelpOption();
    parser.addOption({"shot", "Save a picture and quit.", "file"});
    parser.addOption({"dark", "Dark theme."});
    parser.addOption({"icons", "Show the icons (large: also magnified).", "size"});
    parser.addOption({"menu", "Show the menu."});
    parser.addOption({"dialog", "Show a message."});
    parser.addOption({"tabs", "Press Tab that often first.", "n", "0"});
    parser.addOption({"scale", "Text size.", "factor", "1"});
    parser.process(app);
    Settings::instance().useTestMode();
    ThemeManager& themes = ThemeManager::instance();
    themes.install();
    themes.setMode(parser.isSet("dark") ? ThemeMode::Dark : ThemeMode::Light);
    themes.setTextScale(parser.value("scale").toDouble());

    std::unique_ptr<QWidget> window;
    QWidget* subject = nullptr;
    if (parser.isSet("icons")) {
        window = std::make_unique<IconSheet>(parser.value("icons") == QLatin1String("large"));
    } else {
        auto gallery = std::make_unique<Gallery>();
        gallery->resize(1200, 720);
        if (parser.isSet("menu")) {
            subject = gallery->menu;
        }
        window = std::move(gallery);
    }
    window->show();
    if (subject != nullptr) {
        static_cast<QMenu*>(subject)->popup(QPoint(40, 40));
    }
    if (parser.isSet("dialog")) {
        QTimer::singleShot(0, &app, [&] {
            dialogs::Message message;
            message.kind = SignKind::Warning;
            message.text = QStringLiteral("Save the changes to LeNet-5?");
            message.detail = QStringLiteral("The network has three changes that are not in the file yet.");
            message.buttons = QStringList{"Save", "Discard", "Cancel"};
            dialogs::ask(window.get(), message);
        });
        QTimer::singleShot(60, &app, [&] { subject = QApplication::activeModalWidget(); });
    }
    if (parser.isSet("shot")) {
        QTimer::singleShot(100, &app, [&] {
            for (int i = parser.value("tabs").toInt(); i > 0; --i) {
                QKeyEvent press(QEvent::KeyPress, Qt::Key_Tab, Qt::NoModifier);
                QApplication::sendEvent(QApplication::focusWidget() ? QApplication::focusWidget() : window.get(),
                                        &press);
            }
            const bool saved = (subject != nullptr ? subject : window.get())->grab().save(parser.value("shot"));
            QApplication::exit(saved ? 0 : 1);
        });
    }
    return QApplication::exec();
}
