// Formats of picture files by their content, and whether a file is whole.
#pragma once

#include <QByteArray>

#include <optional>
#include <string>

namespace convarium::datasets
{

enum class PictureFormat { Png, Jpeg, Bmp };

/// The name Qt's reader knows the format by.
const char* readerName(PictureFormat format);

/// By the first bytes of a file (at least 8 of them, if there are).
std::optional<PictureFormat> pictureFormat(const QByteArray& start);

/// Why the file cannot be whole, as the end of a sentence ("it ends in the middle of ..."); nothing when it is.
/// Decoders are lenient here: they fill what is missing with grey or black and report success.
std::optional<std::string> whyDamaged(PictureFormat format, const QByteArray& file);

} // namespace convarium::datasets
