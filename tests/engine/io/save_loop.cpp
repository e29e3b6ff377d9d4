// Saves two projects in turn to the file it is given, as fast as it can, until it is killed. Prints a line per save.

#include "engine/io/project_file.h"
#include "tests/engine/io/projects.h"

#include <cstdio>

int main(int argc, char** argv)
{
    using namespace convarium::test;
    if (argc != 2)
        return 2;
    const Project projects[] = {trainedProject(1), trainedProject(2)};
    for (unsigned i = 0;; ++i) {
        if (!saveProject(projects[i % 2], argv[1]))
            return 1;
        std::puts("saved");
        std::fflush(stdout);
    }
}
