#include "app/cli/terminal.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdio>

#if defined(_WIN32)
#include <io.h>
#include <windows.h>
// after windows.h
#include <psapi.h>
#else
#include <sys/resource.h>
#include <unistd.h>
#endif

namespace convarium::cli
{

namespace
{

using Clock = std::chrono::steady_clock;

// Set by the handler, read by other threads: only an atomic without a lock may be both.
std::atomic<bool> g_interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

extern "C" void onSignal(int signal)
{
    const int before = errno; // of the code that was interrupted
    g_interrupted = true;
    std::signal(signal, SIG_DFL);
    errno = before;
}

bool errorIsTerminal()
{
#if defined(_WIN32)
    return _isatty(_fileno(stderr)) != 0;
#else
    return isatty(STDERR_FILENO) != 0;
#endif
}

template <class... Args>
std::string formatted(const char* format, Args... args)
{
    std::array<char, 64> buffer{};
    std::snprintf(buffer.data(), buffer.size(), format, args...);
    return buffer.data();
}

} // namespace

int fail(const engine::Error& error)
{
    warn(error.text());
    return kFailed;
}

int wrongUsage(const std::string& text)
{
    warn(text);
    return kWrongUsage;
}

void warn(const std::string& text)
{
    std::fprintf(stderr, "convarium-cli: %s\n", text.c_str());
}

void printLine(std::string_view line)
{
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fputc('\n', stdout);
    std::fflush(stdout);
}

std::string percent(double share)
{
    return formatted("%.2f %%", 100 * share);
}

std::string shortNumber(double value)
{
    return formatted("%.4g", value);
}

std::size_t characters(const std::string& text)
{
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string shortened(const std::string& text, std::size_t longest)
{
    if (characters(text) <= longest)
        return text;
    std::size_t end = 0;
    for (std::size_t count = 0; count < longest; ++end)
        count += (static_cast<unsigned char>(text[end]) & 0xC0) != 0x80;
    return text.substr(0, end - 1) + "…";
}

std::string padLeft(const std::string& text, std::size_t width)
{
    const std::size_t length = characters(text);
    return length < width ? std::string(width - length, ' ') + text : text;
}

std::string padRight(const std::string& text, std::size_t width)
{
    const std::size_t length = characters(text);
    return length < width ? text + std::string(width - length, ' ') : text;
}

std::int64_t peakMemory()
{
#if defined(_WIN32)
    PROCESS_MEMORY_COUNTERS counters{};
    GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof counters);
    return static_cast<std::int64_t>(counters.PeakWorkingSetSize);
#elif defined(__APPLE__)
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
#else
    // VmHWM; getrusage would also count what the process held before exec().
    std::int64_t kilobytes = 0;
    if (std::FILE* file = std::fopen("/proc/self/status", "r")) {
        std::array<char, 256> line{};
        long long value = 0;
        while (std::fgets(line.data(), static_cast<int>(line.size()), file))
            if (std::sscanf(line.data(), "VmHWM: %lld", &value) == 1)
                kilobytes = value;
        std::fclose(file);
    }
    return kilobytes * 1024;
#endif
}

ProgressBar::ProgressBar(bool wanted) : m_active(wanted && errorIsTerminal()) {}

void ProgressBar::show(double share, const std::string& text)
{
    const auto now = Clock::now();
    if (!m_active || (m_shown && now - m_last < std::chrono::milliseconds(100)))
        return;
    m_last = now;
    m_shown = true;
    constexpr int kWidth = 24;
    const int filled = static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * kWidth));
    std::string bar;
    for (int i = 0; i < kWidth; ++i)
        bar += i < filled ? "█" : "░";
    std::fprintf(stderr, "\r\033[K%s %3.0f %%  %s", bar.c_str(), 100 * std::clamp(share, 0.0, 1.0), text.c_str());
    std::fflush(stderr);
}

void ProgressBar::clear()
{
    if (!m_shown)
        return;
    m_shown = false;
    std::fputs("\r\033[K", stderr);
    std::fflush(stderr);
}

Interrupt::Interrupt(std::function<void()> onRequest)
{
    g_interrupted = false;
    std::signal(SIGINT, onSignal);
    std::signal(SIGTERM, onSignal);
    m_watcher = std::thread([this, callback = std::move(onRequest)] {
        while (!m_end.load()) {
            if (requested()) {
                if (callback)
                    callback();
                return;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(30));
        }
    });
}

Interrupt::~Interrupt()
{
    m_end = true;
    m_watcher.join();
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
}

bool Interrupt::requested()
{
    return g_interrupted;
}

} // namespace convarium::cli
