// What every command needs to talk to people and scripts: errors, progress, numbers as text, Ctrl-C.
#pragma once

#include "engine/core/result.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace convarium::cli
{

inline constexpr int kSuccess = 0;
inline constexpr int kFailed = 1;
inline constexpr int kWrongUsage = 2;
inline constexpr int kInterrupted = 130; ///< 128 + SIGINT, as shells report it

/// Prints the error on standard error and returns kFailed.
int fail(const engine::Error& error);
/// Prints one or two sentences on standard error and returns kWrongUsage.
int wrongUsage(const std::string& text);
/// A message on standard error that does not end the command.
void warn(const std::string& text);
/// One line on standard output, flushed, so that a reading script gets it at once.
void printLine(std::string_view line);

/// 0.98765 -> "98.77 %"
std::string percent(double share);
/// "0.0412": four significant digits
std::string shortNumber(double value);
/// Number of UTF-8 characters.
std::size_t characters(const std::string& text);
/// At most `longest` characters; what was longer ends in "…".
std::string shortened(const std::string& text, std::size_t longest);
/// Pads with spaces on the left (numbers) or right (words), counting UTF-8 characters.
std::string padLeft(const std::string& text, std::size_t width);
std::string padRight(const std::string& text, std::size_t width);

/// Highest resident memory of this process so far, in bytes.
std::int64_t peakMemory();

/// One line on standard error that is redrawn at most ten times a second; silent when that is not a terminal.
class ProgressBar
{
public:
    explicit ProgressBar(bool wanted);
    ~ProgressBar() { clear(); }
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;
    /// share 0 .. 1; text stands behind the bar.
    void show(double share, const std::string& text);
    /// Takes the bar away, before other output.
    void clear();

private:
    bool m_active;
    bool m_shown = false;
    std::chrono::steady_clock::time_point m_last{};
};

/// While it lives, the first Ctrl-C (or TERM) sets requested() and calls back on a thread of its own; the second one
/// ends the program as usual.
class Interrupt
{
public:
    explicit Interrupt(std::function<void()> onRequest = {});
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;
    [[nodiscard]] static bool requested();

private:
    std::atomic<bool> m_end{false};
    std::thread m_watcher;
};

} // namespace convarium::cli
