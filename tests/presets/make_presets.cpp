// Writes the files of the built-in networks: make_presets FOLDER [NAME...]. Run it after changing one of the makers or
// a block.
#include "engine/io/network_json.h"
#include "tests/presets/preset_makers.h"

#include <algorithm>
#include <cstdio>
#include <fstream>

int main(int argc, char** argv)
{
    using namespace convarium;
    if (argc < 2) {
        std::fprintf(stderr, "usage: make_presets FOLDER [NAME...]\n");
        return 2;
    }
    const std::vector<std::string> names(argv + 2, argv + argc);
    int status = 0;
    for (const presets::PresetMaker& maker : presets::allNetworks()) {
        if (!names.empty() && std::find(names.begin(), names.end(), maker.name) == names.end())
            continue;
        const auto project = maker.make();
        if (!project) {
            std::fprintf(stderr, "%s: %s\n", maker.name.c_str(), project.error().text().c_str());
            status = 1;
            continue;
        }
        std::ofstream file(std::string(argv[1]) + "/" + maker.name + ".json", std::ios::binary);
        file << engine::networkToJson(*project);
        if (!file.flush()) {
            std::fprintf(stderr, "%s.json could not be written.\n", maker.name.c_str());
            status = 1;
        }
    }
    return status;
}
