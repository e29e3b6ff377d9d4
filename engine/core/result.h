// Result values with a text meant for people. Mirrors the part of std::expected (C++23) that we use.
#pragma once

#include <cassert>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace convarium::engine
{

/// What went wrong, for tests and for code that offers a repair.
enum class ErrorCode {
    InvalidArgument, ///< a value is out of its range or of the wrong kind
    InvalidGraph,    ///< cycle, missing input, wire that cannot be
    ShapeMismatch,   ///< shapes that cannot work together
    UnknownName,     ///< preset, layer type, option, data set nobody knows
    NotFound,        ///< file or folder is missing
    Io,              ///< reading or writing failed
    BadFormat,       ///< a file does not hold what it should
    NewerVersion,    ///< a file of a later Convarium
    Overflow,        ///< a number does not fit
    OutOfMemory,
    Network,
    Cancelled,
    Diverged, ///< the loss is no longer finite
    Internal,
};

/// Where it went wrong; unused fields stay empty.
struct Place {
    std::int64_t node = -1; ///< node id in the graph
    std::string port;       ///< port or parameter key
    std::string file;
    std::int64_t offset = -1; ///< byte offset in the file

    friend bool operator==(const Place&, const Place&) = default;
};

/// message: what was found and what was needed, where. hint: what to do. Both are full sentences without line breaks.
struct Error {
    ErrorCode code = ErrorCode::Internal;
    std::string message;
    std::string hint;
    Place place;

    /// Message and hint as one text for a terminal or a dialog.
    [[nodiscard]] std::string text() const { return hint.empty() ? message : message + " " + hint; }
};

/// Either a value or an Error. [[nodiscard]]: an ignored failure is a compile-time warning.
template <class T>
class [[nodiscard]] Result
{
public:
    Result(T value) : m_state(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : m_state(std::in_place_index<1>, std::move(error)) {}

    [[nodiscard]] bool has_value() const { return m_state.index() == 0; }
    explicit operator bool() const { return has_value(); }
    [[nodiscard]] T& value() &
    {
        assert(has_value());
        return std::get<0>(m_state);
    }
    [[nodiscard]] const T& value() const&
    {
        assert(has_value());
        return std::get<0>(m_state);
    }
    [[nodiscard]] T&& value() &&
    {
        assert(has_value());
        return std::get<0>(std::move(m_state));
    }
    [[nodiscard]] T& operator*() & { return value(); }
    [[nodiscard]] const T& operator*() const& { return value(); }
    [[nodiscard]] T&& operator*() && { return std::move(*this).value(); }
    [[nodiscard]] T* operator->() { return &value(); }
    [[nodiscard]] const T* operator->() const { return &value(); }
    [[nodiscard]] const Error& error() const
    {
        assert(!has_value());
        return std::get<1>(m_state);
    }

private:
    std::variant<T, Error> m_state;
};

template <>
class [[nodiscard]] Result<void>
{
public:
    Result() = default;
    Result(Error error) : m_error(std::move(error)) {}

    [[nodiscard]] bool has_value() const { return !m_error.has_value(); }
    explicit operator bool() const { return has_value(); }
    [[nodiscard]] const Error& error() const
    {
        assert(m_error);
        return *m_error;
    }

private:
    std::optional<Error> m_error;
};

} // namespace convarium::engine
