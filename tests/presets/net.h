// A small language for writing down built-in networks: each call adds behind what was added last.
#pragma once

#include "engine/blocks/parts.h"
#include "engine/io/project.h"

#include <string>
#include <utility>
#include <vector>

namespace convarium::presets
{

using namespace convarium::engine;

class Net final
{
public:
    /// Starts with an Input layer of that shape.
    Net(const std::string& name, const std::string& title, const Shape& input) : m_writer(m_project.graph)
    {
        m_project.graph.name = name;
        m_project.graph.title = title;
        at = m_writer.add("input", "Input", Params{{"channels", input[0]}, {"height", input[1]}, {"width", input[2]}},
                          {});
    }
    Net(const Net&) = delete;
    Net& operator=(const Net&) = delete;

    void about(int year, const std::string& paper, const std::string& description)
    {
        m_project.about.description = description;
        m_project.about.year = year;
        m_project.about.paper = paper;
    }
    /// Takes over the texts of architectures.cpp. The idea is carried by the layers of these types, or, for words that
    /// begin with a dot, with these ends of their names.
    void architecture(const std::string& name, std::vector<std::string> shows);
    [[nodiscard]] TrainConfig& train() { return m_project.train; }
    [[nodiscard]] GraphSpec& graph() { return m_project.graph; }
    [[nodiscard]] GraphWriter& writer() { return m_writer; }

    NodeId add(const std::string& type, const std::string& name, const Params& params = {})
    {
        return at = m_writer.add(type, name, params, {at});
    }
    /// Convolution padded by half its kernel, then the activation, called name + "_act".
    NodeId conv(const std::string& name, std::int64_t filters, std::int64_t kernel,
                const std::string& activation = "relu", std::int64_t stride = 1)
    {
        return at = parts::convolved(m_writer, name, at, filters, kernel, stride, false, activation);
    }
    NodeId convNorm(const std::string& name, std::int64_t filters, std::int64_t kernel, std::int64_t stride = 1,
                    const std::string& activation = "relu")
    {
        return at = parts::convolved(m_writer, name, at, filters, kernel, stride, true, activation);
    }
    NodeId dense(const std::string& name, std::int64_t units, const std::string& activation = {})
    {
        add("dense", name, Params{{"units", units}});
        return activation.empty() ? at : add(activation, name + "_act");
    }
    NodeId dropout(const std::string& name, double rate) { return add("dropout", name, Params{{"rate", rate}}); }
    /// A block named "title word" with layers called "word.…". Returns its skip output, if it has one.
    NodeId block(const std::string& id, const std::string& title, const std::string& word, const Params& arguments,
                 NodeId second = kNoNode)
    {
        const auto written = writeBlock(m_writer, id, title + " " + word, word, arguments, {at, second});
        if (!written) {
            m_writer.fail(written.error());
            return kNoNode;
        }
        at = written->output.out;
        return written->output.skip;
    }

    /// The network, or the first fault in writing it.
    [[nodiscard]] Result<Project> finish();

    NodeId at = kNoNode; ///< what the next layer is fed by

private:
    Project m_project;
    GraphWriter m_writer;
    std::vector<std::string> m_shows;
};

} // namespace convarium::presets
