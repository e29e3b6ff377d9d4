#include "ui/inspector/param_field.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFocusEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QLocale>
#include <QSlider>
#include <algorithm>
#include <cmath>
#include <limits>

namespace convarium::ui
{

using engine::ParamInfo;
using engine::ParamValue;

namespace
{

constexpr int kColumnWidth = 178; ///< of the column of fields in an inspector of 320

constexpr int kFieldWidth = 96, kHalfWidth = 52, kSliderSteps = 100;
constexpr double kShortRange = 64;   ///< whole numbers up to here are tried out with a slider
constexpr double kPairRange = 15;    ///< of a pair, from the least on: those beyond are typed
constexpr double kWidestRange = 1e6; ///< of a slider for numbers

QString real(double value)
{
    return QLocale().toString(value, 'g', QLocale::FloatingPointShortest);
}

double number(const ParamValue& value)
{
    if (const auto* d = std::get_if<double>(&value))
        return *d;
    const auto* i = std::get_if<std::int64_t>(&value);
    return i ? static_cast<double>(*i) : 0;
}

std::int64_t integer(const ParamValue& value)
{
    const auto* i = std::get_if<std::int64_t>(&value);
    return i ? *i : 0;
}

bool allEqual(const std::vector<ParamValue>& values)
{
    return std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) == values.end();
}

/// Words of a choice: what files call "explicit" is done by hand.
QString choiceText(const std::string& choice)
{
    return choice == "explicit" ? ParamField::tr("by hand") : QString::fromStdString(choice);
}

/// Slider beside a field. Where a press sets it at once the slider is not down yet, so it is asked who moved it.
class TrialSlider final : public QSlider
{
public:
    explicit TrialSlider(const ParamInfo& info) : QSlider(Qt::Horizontal)
    {
        setAccessibleName(ParamField::tr("%1 slider").arg(QString::fromStdString(info.title)));
        setToolTip(rangeText(info));
        connect(this, &QSlider::actionTriggered, this, [this](int action) { m_dragged = action == SliderMove; });
    }
    /// By the mouse, not by a key.
    [[nodiscard]] bool isDragged() const { return m_dragged; }

protected:
    void wheelEvent(QWheelEvent* event) override { event->ignore(); } // scrolls the panel

private:
    bool m_dragged = false;
};

/// With a slider where the range is short enough to be tried out.
class IntegerField final : public ParamField
{
public:
    explicit IntegerField(const ParamInfo& info) : m_box(new NumberBox(info))
    {
        auto* row = rowIn(this, scaled(8));
        row->addWidget(m_box);
        if (info.maximum - info.minimum <= kShortRange) {
            m_slider = new TrialSlider(info);
            m_slider->setRange(static_cast<int>(info.minimum), static_cast<int>(info.maximum));
            m_slider->setPageStep(1);
            row->addWidget(m_slider, 1);
            m_box->setFixedWidth(scaled(kHalfWidth + 12));
            connect(m_slider, &QSlider::valueChanged, this, [this, key = info.key](int value) {
                Q_EMIT edited({{key, ParamValue(std::int64_t{value})}}, m_slider->isDragged());
            });
            connect(m_slider, &QSlider::sliderReleased, this, &ParamField::gestureEnded);
        } else {
            m_range = new TextLabel(rangeText(info), TextRole::Small, ColorRole::Text3);
            row->addWidget(m_range);
            row->addStretch(1);
            m_box->setFixedWidth(scaled(kFieldWidth));
        }
        connect(m_box, &NumberBox::numberEdited, this, [this, key = info.key](qint64 value) {
            Q_EMIT edited({{key, ParamValue(static_cast<std::int64_t>(value))}}, false);
        });
        connect(m_box, &NumberBox::faultChanged, this, &ParamField::faultChanged);
    }
    void setValues(const std::vector<ParamValue>& values) override
    {
        if (allEqual(values))
            m_box->showValue(integer(values.front()));
        else
            m_box->showMixed();
        if (!m_slider)
            return;
        const QSignalBlocker blocker(m_slider);
        m_slider->setValue(static_cast<int>(integer(values.front())));
    }
    QWidget* focusTarget() override { return m_box; }

private:
    NumberBox* m_box;
    TrialSlider* m_slider = nullptr;
};

/// Height and width side by side with a link between them. Small ones that are linked are one number with a slider.
class PairField final : public ParamField
{
public:
    PairField(const ParamInfo& first, const ParamInfo& second)
        : m_first(new NumberBox(first)), m_second(new NumberBox(second)),
          m_link(new IconButton(QStringLiteral("link"), tr("Linked"), nullptr, ColorRole::Text2))
    {
        auto* row = rowIn(this, scaled(4));
        row->addWidget(m_first);
        row->addWidget(m_link);
        row->addWidget(m_second);
        row->addSpacing(scaled(2));
        if (number(first.defaultValue) <= first.minimum + kPairRange) {
            addSlider(first, second, row);
        } else {
            m_range = new TextLabel(rangeText(first), TextRole::Small, ColorRole::Text3);
            row->addWidget(m_range);
        }
        row->addStretch(0); // behind a slider it takes nothing
        for (NumberBox* box : {m_first, m_second}) {
            box->setFixedWidth(scaled(kHalfWidth));
            box->setButtonSymbols(QAbstractSpinBox::NoButtons);
            connect(box, &NumberBox::faultChanged, this, &ParamField::faultChanged);
        }
        m_title = QString::fromStdString(first.title);
        m_second->setAccessibleName(QString::fromStdString(second.title));
        m_second->setToolTip(QString::fromStdString(second.help));
        showLink(true);
        connect(m_link, &QToolButton::clicked, this, [this, second] {
            showLink(!m_linked);
            if (m_linked && m_first->value() != m_second->value())
                Q_EMIT edited({{second.key, ParamValue(std::int64_t{m_first->value()})}}, false);
        });
        const auto report = [this](const std::string& own, const std::string& other) {
            return [this, own, other](qint64 value) {
                const ParamValue number(static_cast<std::int64_t>(value));
                if (m_linked)
                    Q_EMIT edited({{own, number}, {other, number}}, false);
                else
                    Q_EMIT edited({{own, number}}, false);
            };
        };
        connect(m_first, &NumberBox::numberEdited, this, report(first.key, second.key));
        connect(m_second, &NumberBox::numberEdited, this, report(second.key, first.key));
    }
    void setValues(const std::vector<ParamValue>& values) override
    {
        m_values = values;
        show(m_first, values);
        if (!m_slider)
            return;
        const QSignalBlocker blocker(m_slider);
        m_slider->setValue(static_cast<int>(integer(values.front())));
    }
    void setSecondValues(const std::vector<ParamValue>& values) override
    {
        show(m_second, values);
        // Unequal sides cannot be linked; equal ones stay as the user left them, at first linked.
        if (values != m_values)
            showLink(false);
        else if (!m_seen)
            showLink(true);
        m_seen = true;
    }
    QWidget* focusTarget() override { return m_first; }

private:
    void addSlider(const ParamInfo& first, const ParamInfo& second, QHBoxLayout* row)
    {
        ParamInfo usual = first;
        usual.maximum = std::min(first.maximum, first.minimum + kPairRange);
        m_slider = new TrialSlider(usual);
        m_slider->setRange(static_cast<int>(usual.minimum), static_cast<int>(usual.maximum));
        m_slider->setPageStep(1);
        row->addWidget(m_slider, 1);
        connect(m_slider, &QSlider::valueChanged, this, [this, one = first.key, other = second.key](int value) {
            const ParamValue number(std::int64_t{value});
            Q_EMIT edited({{one, number}, {other, number}}, m_slider->isDragged());
        });
        connect(m_slider, &QSlider::sliderReleased, this, &ParamField::gestureEnded);
    }
    static void show(NumberBox* box, const std::vector<ParamValue>& values)
    {
        if (allEqual(values))
            box->showValue(integer(values.front()));
        else
            box->showMixed();
    }
    void showLink(bool linked)
    {
        m_linked = linked;
        m_link->setAccessibleName(linked ? tr("%1 linked").arg(m_title) : tr("%1 not linked").arg(m_title));
        m_link->setIconName(linked ? QStringLiteral("link") : QStringLiteral("unlink"), ColorRole::Text2);
        m_link->setToolTip(linked ? tr("Height and width change together") : tr("Height and width change alone"));
        if (!m_slider)
            return;
        m_slider->setVisible(linked);
        m_second->setVisible(!linked);
    }
    NumberBox* m_first;
    NumberBox* m_second;
    IconButton* m_link;
    TrialSlider* m_slider = nullptr;
    std::vector<ParamValue> m_values;
    QString m_title;
    bool m_linked = true;
    bool m_seen = false;
};

class RealField final : public ParamField
{
public:
    explicit RealField(const ParamInfo& info) : m_info(info), m_slider(new TrialSlider(info)), m_line(new QLineEdit)
    {
        auto* row = rowIn(this, scaled(8));
        row->addWidget(m_line);
        row->addWidget(m_slider, 1);
        m_line->setFixedWidth(scaled(kHalfWidth + 12));
        m_line->setAlignment(Qt::AlignRight);
        m_slider->setRange(0, kSliderSteps);
        m_slider->setVisible(m_info.maximum - m_info.minimum <= kWidestRange);
        // What is usual is often near one end of what is possible: then it stands in the middle of the slider.
        const double usual = (number(info.defaultValue) - info.minimum) / (info.maximum - info.minimum);
        if (usual > 0 && usual < 0.05)
            m_bend = std::log(usual) / std::log(0.5);
        connect(m_slider, &QSlider::valueChanged, this, [this](int position) {
            const double share = std::pow(static_cast<double>(position) / kSliderSteps, m_bend);
            const double value = m_info.minimum + (m_info.maximum - m_info.minimum) * share;
            // Two digits: what is tried out is not 0.31254.
            const double digits = value == 0 ? 1 : std::pow(10.0, 1 - std::floor(std::log10(std::abs(value))));
            Q_EMIT edited({{m_info.key, ParamValue(std::clamp(std::round(value * digits) / digits, m_info.minimum,
                                                              m_info.maximum))}},
                          m_slider->isDragged());
        });
        connect(m_slider, &QSlider::sliderReleased, this, &ParamField::gestureEnded);
        connect(m_line, &QLineEdit::textEdited, this, [this] {
            double value = 0;
            const QString fault = read(value);
            setInvalid(m_line, !fault.isEmpty());
            Q_EMIT faultChanged(fault);
        });
        connect(m_line, &QLineEdit::editingFinished, this, [this] {
            double value = 0;
            const bool good = read(value).isEmpty();
            setInvalid(m_line, false);
            Q_EMIT faultChanged({});
            if (good && (m_mixed || value != m_shown))
                Q_EMIT edited({{m_info.key, ParamValue(value)}}, false);
            else
                m_line->setText(m_mixed ? QString() : real(m_shown));
        });
    }
    void setValues(const std::vector<ParamValue>& values) override
    {
        m_shown = number(values.front());
        m_mixed = !allEqual(values);
        m_line->setText(m_mixed ? QString() : real(m_shown));
        m_line->setPlaceholderText(m_mixed ? tr("mixed") : QString());
        if (m_slider->isSliderDown())
            return; // the hand knows better where it is
        const QSignalBlocker blocker(m_slider);
        const double share = (m_shown - m_info.minimum) / std::max(m_info.maximum - m_info.minimum, 1e-12);
        m_slider->setValue(static_cast<int>(std::lround(std::pow(share, 1 / m_bend) * kSliderSteps)));
    }
    QWidget* focusTarget() override { return m_line; }

private:
    QString read(double& value) const
    {
        bool ok = false;
        value = QLocale().toDouble(m_line->text(), &ok);
        if (!ok)
            value = QLocale::c().toDouble(m_line->text(), &ok);
        const QString title = QString::fromStdString(m_info.title);
        if (!ok || !std::isfinite(value))
            return tr("%1 needs a number. “%2” is none.").arg(title, m_line->text());
        if (value < m_info.minimum || value > m_info.maximum)
            return tr("%1 must lie between %2 and %3.").arg(title, real(m_info.minimum), real(m_info.maximum));
        return {};
    }
    const ParamInfo m_info;
    TrialSlider* m_slider;
    QLineEdit* m_line;
    double m_bend = 1; ///< power of the way along the slider
    double m_shown = 0;
    bool m_mixed = false; ///< several layers, different values
};

/// Whole numbers with commas between them: sizes, an order of axes.
class ListField final : public ParamField
{
public:
    explicit ListField(const ParamInfo& info) : m_info(info), m_line(new QLineEdit)
    {
        auto* row = rowIn(this);
        row->addWidget(m_line);
        m_line->setPlaceholderText(tr("numbers with commas"));
        connect(m_line, &QLineEdit::textEdited, this, [this] {
            const QString fault = read().second;
            setInvalid(m_line, !fault.isEmpty());
            Q_EMIT faultChanged(fault);
        });
        connect(m_line, &QLineEdit::editingFinished, this, [this] {
            const auto [text, fault] = read();
            setInvalid(m_line, false);
            Q_EMIT faultChanged({});
            if (fault.isEmpty() && (m_mixed ? !text.empty() : text != m_shown))
                Q_EMIT edited({{m_info.key, ParamValue(text)}}, false);
            else
                m_line->setText(m_mixed ? QString() : pretty(m_shown));
        });
    }
    void setValues(const std::vector<ParamValue>& values) override
    {
        const auto* text = std::get_if<std::string>(&values.front());
        m_shown = text ? *text : std::string();
        m_mixed = !allEqual(values);
        m_line->setText(m_mixed ? QString() : pretty(m_shown));
    }
    QWidget* focusTarget() override { return m_line; }

private:
    static QString pretty(const std::string& text)
    {
        return QString::fromStdString(text).replace(QLatin1Char(','), QStringLiteral(", "));
    }
    /// The text as it is stored, and what is wrong with it.
    [[nodiscard]] std::pair<std::string, QString> read() const
    {
        const auto numbers = engine::readList(m_line->text().toStdString());
        if (!numbers)
            return {{}, tr("Write whole numbers with commas between them.")};
        const auto count = static_cast<int>(numbers->size());
        if (count < m_info.minItems || count > m_info.maxItems)
            return {{},
                    m_info.minItems == m_info.maxItems
                        ? tr("%1 numbers are needed.").arg(m_info.minItems)
                        : tr("%1 to %2 numbers are needed.").arg(m_info.minItems).arg(m_info.maxItems)};
        for (const std::int64_t n : *numbers)
            if (static_cast<double>(n) < m_info.minimum || static_cast<double>(n) > m_info.maximum)
                return {{}, tr("Each number must be %1.").arg(rangeText(m_info))};
        return {engine::listText(*numbers), {}};
    }
    const ParamInfo m_info;
    QLineEdit* m_line;
    std::string m_shown;
    bool m_mixed = false; ///< several layers, different values
};

class ChoiceField final : public ParamField
{
public:
    /// Do the words have room side by side?
    static bool fits(const ParamInfo& info)
    {
        QStringList words;
        for (const auto& choice : info.choices)
            words << choiceText(choice);
        return SegmentedControl(words).sizeHint().width() <= scaled(kColumnWidth);
    }
    explicit ChoiceField(const ParamInfo& info) : m_info(info), m_control(new SegmentedControl)
    {
        auto* row = rowIn(this);
        row->addWidget(m_control);
        row->addStretch();
        for (const auto& choice : info.choices)
            m_control->addSegment(choiceText(choice));
        connect(m_control, &SegmentedControl::currentChanged, this, [this](int index) {
            if (index >= 0)
                Q_EMIT edited({{m_info.key, ParamValue(m_info.choices[static_cast<std::size_t>(index)])}}, false);
        });
    }
    void setValues(const std::vector<ParamValue>& values) override
    {
        const auto* text = std::get_if<std::string>(&values.front());
        const auto found = std::find(m_info.choices.begin(), m_info.choices.end(), text ? *text : std::string());
        const QSignalBlocker blocker(m_control);
        if (found != m_info.choices.end())
            m_control->setCurrentIndex(static_cast<int>(found - m_info.choices.begin()));
    }
    QWidget* focusTarget() override { return m_control; }

private:
    const ParamInfo m_info;
    SegmentedControl* m_control;
};

/// More choices than fit side by side.
class ManyChoicesField final : public ParamField
{
public:
    explicit ManyChoicesField(const ParamInfo& info) : m_info(info), m_list(new QComboBox)
    {
        auto* row = rowIn(this);
        row->addWidget(m_list);
        row->addStretch();
        // Long words are elided in the field and whole in the open list.
        m_list->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        m_list->setMinimumContentsLength(9);
        for (const auto& choice : info.choices)
            m_list->addItem(choiceText(choice));
        m_list->setPlaceholderText(tr("mixed"));
        m_list->setFocusPolicy(Qt::StrongFocus);
        m_list->installEventFilter(this);
        connect(m_list, &QComboBox::activated, this, [this](int index) {
            Q_EMIT edited({{m_info.key, ParamValue(m_info.choices[static_cast<std::size_t>(index)])}}, false);
        });
    }
    void setValues(const std::vector<ParamValue>& values) override
    {
        const auto* text = std::get_if<std::string>(&values.front());
        const auto found = std::find(m_info.choices.begin(), m_info.choices.end(), text ? *text : std::string());
        const bool one = allEqual(values) && found != m_info.choices.end();
        m_list->setCurrentIndex(one ? static_cast<int>(found - m_info.choices.begin()) : -1);
    }
    QWidget* focusTarget() override { return m_list; }
    /// The wheel scrolls the panel, unless the list has been clicked.
    bool eventFilter(QObject* watched, QEvent* event) override
    {
        if (watched != m_list || event->type() != QEvent::Wheel || m_list->hasFocus())
            return ParamField::eventFilter(watched, event);
        event->ignore();
        return true;
    }

private:
    const ParamInfo m_info;
    QComboBox* m_list;
};

class FlagField final : public ParamField
{
public:
    explicit FlagField(const ParamInfo& info) : m_box(new QCheckBox)
    {
        auto* row = rowIn(this);
        row->addWidget(m_box);
        row->addStretch();
        m_box->setText(info.unit.empty() ? tr("on") : QString::fromStdString(info.unit));
        connect(m_box, &QCheckBox::clicked, this, [this, key = info.key] {
            m_box->setTristate(false);
            Q_EMIT edited({{key, ParamValue(m_box->isChecked())}}, false);
        });
    }
    void setValues(const std::vector<ParamValue>& values) override
    {
        const auto* on = std::get_if<bool>(&values.front());
        m_box->setTristate(!allEqual(values));
        m_box->setCheckState(!allEqual(values) ? Qt::PartiallyChecked : on && *on ? Qt::Checked : Qt::Unchecked);
    }
    QWidget* focusTarget() override { return m_box; }

private:
    QCheckBox* m_box;
};

} // namespace

QString rangeText(const ParamInfo& info)
{
    const QLocale locale;
    if (info.type == engine::ParamType::Real)
        return ParamField::tr("%1 to %2").arg(real(info.minimum), real(info.maximum));
    return ParamField::tr("%1 to %2")
        .arg(locale.toString(static_cast<qlonglong>(info.minimum)),
             locale.toString(static_cast<qlonglong>(info.maximum)));
}

void ParamField::setNarrow(bool narrow)
{
    if (!m_range)
        return;
    m_range->setVisible(!narrow);
    // Two fields of large numbers leave no room for it; it is in the tooltip, too.
    layout()->invalidate();
    if (layout()->minimumSize().width() > scaled(kColumnWidth))
        m_range->hide();
}

NumberBox::NumberBox(const ParamInfo& info, QWidget* parent) : QSpinBox(parent), m_info(info)
{
    setRange(std::numeric_limits<int>::min(), std::numeric_limits<int>::max());
    setKeyboardTracking(false);
    setFocusPolicy(Qt::StrongFocus); // the wheel scrolls the panel, unless the field has been clicked
    setGroupSeparatorShown(true);
    connect(lineEdit(), &QLineEdit::textEdited, this, &NumberBox::check);
}

void NumberBox::showValue(std::int64_t value)
{
    m_shown = value;
    m_mixed = false;
    lineEdit()->setPlaceholderText({});
    const QSignalBlocker blocker(this);
    setInvalid(this, false);
    const QString text = textFromValue(static_cast<int>(value));
    if (lineEdit()->text() == text && QSpinBox::value() == value)
        return; // keeps what is selected in it
    setValue(static_cast<int>(value));
    lineEdit()->setText(text);
}

void NumberBox::showMixed()
{
    m_mixed = true;
    const QSignalBlocker blocker(this);
    lineEdit()->clear();
    lineEdit()->setPlaceholderText(tr("mixed"));
}

QString NumberBox::textFromValue(int value) const
{
    return m_mixed ? QString() : QSpinBox::textFromValue(value);
}

QValidator::State NumberBox::validate(QString&, int&) const
{
    return QValidator::Acceptable; // check() says what is wrong
}

bool NumberBox::readText(qint64& value) const
{
    bool ok = false;
    value = QLocale().toLongLong(lineEdit()->text().trimmed(), &ok);
    if (!ok)
        value = lineEdit()->text().trimmed().toLongLong(&ok);
    return ok && static_cast<double>(value) >= m_info.minimum && static_cast<double>(value) <= m_info.maximum;
}

void NumberBox::check()
{
    qint64 value = 0;
    const bool good = readText(value) || lineEdit()->text().isEmpty();
    setInvalid(this, !good);
    Q_EMIT faultChanged(good ? QString()
                             : tr("%1 needs a whole number from %2. “%3” is not one.")
                                   .arg(QString::fromStdString(m_info.title), rangeText(m_info), lineEdit()->text()));
}

void NumberBox::commit(bool always)
{
    qint64 value = 0;
    const bool good = readText(value);
    Q_EMIT faultChanged({});
    if (good && (always || m_mixed || value != m_shown)) {
        showValue(value);
        Q_EMIT numberEdited(value);
    } else if (!good) {
        if (m_mixed)
            showMixed();
        else
            showValue(m_shown);
    }
    setInvalid(this, false);
}

void NumberBox::stepBy(int steps)
{
    const auto low = static_cast<qint64>(m_info.minimum), high = static_cast<qint64>(m_info.maximum);
    qint64 value = 0;
    if (!readText(value))
        value = m_shown;
    const bool wasMixed = m_mixed;
    m_mixed = false;
    lineEdit()->setText(textFromValue(static_cast<int>(std::clamp(value + steps, low, high))));
    commit(wasMixed);
}

void NumberBox::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        commit();
        selectAll();
        return;
    }
    if (event->key() == Qt::Key_Escape) {
        if (lineEdit()->text() == textFromValue(static_cast<int>(m_shown))) {
            event->ignore(); // nothing to take back: leaves the field
            return;
        }
        if (m_mixed)
            showMixed();
        else
            showValue(m_shown);
        Q_EMIT faultChanged({});
        selectAll();
        return;
    }
    QSpinBox::keyPressEvent(event);
}

void NumberBox::focusOutEvent(QFocusEvent* event)
{
    if (event->reason() != Qt::PopupFocusReason)
        commit();
    const QSignalBlocker blocker(this);
    QSpinBox::focusOutEvent(event);
}

void NumberBox::wheelEvent(QWheelEvent* event)
{
    if (hasFocus())
        QSpinBox::wheelEvent(event);
    else
        event->ignore();
}

ParamField* makeParamField(const ParamInfo& info, const ParamInfo* second)
{
    switch (info.type) {
    case engine::ParamType::Integer:
        if (second)
            return new PairField(info, *second);
        return new IntegerField(info);
    case engine::ParamType::Real: return new RealField(info);
    case engine::ParamType::Choice:
        return ChoiceField::fits(info) ? static_cast<ParamField*>(new ChoiceField(info)) : new ManyChoicesField(info);
    case engine::ParamType::List: return new ListField(info);
    case engine::ParamType::Flag: break;
    }
    return new FlagField(info);
}

} // namespace convarium::ui
