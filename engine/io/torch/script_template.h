// Text with parts that depend on settings. Private to engine/io/torch.
#pragma once

#include <map>
#include <set>
#include <string>

namespace convarium::engine
{

/// Lines between "#if NAME" and "#end" stay where `conditions` has NAME; they may be nested. Then every @NAME@ is
/// replaced by its value, whose own text is not looked at again.
std::string filledTemplate(const std::string& text, const std::set<std::string>& conditions,
                           const std::map<std::string, std::string>& values);

} // namespace convarium::engine
