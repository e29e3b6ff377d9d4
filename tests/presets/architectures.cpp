// What the built-in networks brought into the world: texts for the gallery, shared by all sizes of an architecture.
#include "tests/presets/net.h"

#include <algorithm>

namespace convarium::presets
{

namespace
{

struct Architecture {
    const char* name;
    const char* authors;
    const char* idea;
    const char* story;
};

const Architecture kArchitectures[] = {
    {"Multilayer perceptron", "Rumelhart, Hinton, Williams", "Layers learn by back-propagation",
     "Errors at the output, passed backwards through the layers by the chain rule, tell every weight which way to go: "
     "so hidden layers learn features of their own. Every pixel is joined to every unit, and the network does not know "
     "that pixels have neighbours: a digit moved by a few pixels is a new problem to it."},
    {"LeNet-5", "LeCun, Bottou, Bengio, Haffner", "Small shared kernels, then pooling",
     "A digit is a digit wherever it stands. One small kernel slides over the whole image, so that its few weights "
     "serve all places; means over small windows make little shifts matter less. Two rounds of that leave a short list "
     "of numbers for a small classifier. Networks of this family read the amounts on bank cheques."},
    {"AlexNet", "Krizhevsky, Sutskever, Hinton", "ReLU and dropout make size pay off",
     "Eight layers with weights, trained on 1.2 million photographs with two graphics cards, won the ImageNet contest "
     "of 2012 with 15.3 % errors among the first five guesses; the next best had 26.2 %. ReLU let so large a network "
     "learn several times faster than tanh, and dropout kept its 60 million weights from learning the images by "
     "heart."},
    {"VGG", "Simonyan, Zisserman", "Nothing but 3\u00d73 kernels, stacked",
     "Two 3\u00d73 convolutions see as far as one of 5\u00d75, three as far as one of 7\u00d77, with fewer weights and "
     "more "
     "ReLUs between them. Whole networks of them, 11 to 19 layers deep, showed that depth helps; they came second in "
     "the ImageNet contest of 2014. Most of the weights sit in the dense layers at the end."},
    {"GoogLeNet", "Szegedy and others", "Several kernel sizes side by side",
     "How large should a kernel be? An inception block takes 1\u00d71, 3\u00d73 and 5\u00d75 kernels and a pooling "
     "side by "
     "side and stacks all their maps. 1\u00d71 convolutions thin the maps out before the large kernels, which keeps "
     "the "
     "work small: about 7 million weights, where AlexNet has 61, won the ImageNet contest of 2014."},
    {"ResNet", "He, Zhang, Ren, Sun", "A shortcut around every block",
     "More layers should never do harm, since a layer could simply pass on what it gets; yet plain networks of 56 "
     "layers "
     "learned worse than those of 20. Here each block learns only what to add to its input. The shortcut carries the "
     "gradient back undiminished, and networks of 152 layers won the ImageNet contest of 2015."},
    {"Xception", "Chollet", "Space and maps handled apart",
     "A usual convolution looks across places and across maps at the same time. Here the two are separated: a "
     "depthwise "
     "convolution slides a kernel of its own over each map, then a 1\u00d71 convolution mixes the maps. With as many "
     "weights as Inception V3 it did a little better on ImageNet and clearly better on a far larger set of "
     "photographs."},
    {"SE-ResNet", "Hu, Shen, Sun", "A gate weighs each map",
     "Not every map matters for every image. A gate squeezes each map to its mean; two small dense layers turn the "
     "means "
     "into one weight between 0 and 1 per map, by which the maps are multiplied. Such gates cost little, fit into any "
     "block, and won the last ImageNet classification contest, in 2017."},
    {"MobileNetV2", "Sandler and others", "Thin, wide, thin: cheap blocks",
     "Made for telephones. An inverted residual widens thin maps by a 1\u00d71 convolution, filters each map alone and "
     "thins them out again; the shortcut joins the thin ends. After the last convolution of a block there is no "
     "activation, because a ReLU loses too much where maps are few."},
    {"FCN", "Long, Shelhamer, Darrell", "Every pixel gets its own class",
     "A dense layer on top of maps is a convolution in disguise. Made of convolutions only, a classifier takes images "
     "of "
     "any size and gives a map of scores for each class. Transposed convolutions bring the coarse scores back to the "
     "size of the image, and finer scores of earlier layers are added on the way."},
    {"U-Net", "Ronneberger, Fischer, Brox", "Fine detail skips the narrow part",
     "On the way down the network learns what is there and loses sight of where; on the way up it must know where. At "
     "every size the maps are handed across and stacked on those that come up. Made for pictures from the microscope, "
     "it learned from thirty of them, stretched and bent into many."},
};

} // namespace

void Net::architecture(const std::string& name, std::vector<std::string> shows)
{
    const auto* found = std::find_if(std::begin(kArchitectures), std::end(kArchitectures),
                                     [&](const Architecture& a) { return a.name == name; });
    if (found == std::end(kArchitectures)) {
        m_writer.fail(Error{ErrorCode::UnknownName, "There is no architecture '" + name + "'.", {}, {}});
        return;
    }
    About& about = m_project.about;
    about.architecture = found->name;
    about.authors = found->authors;
    about.idea = found->idea;
    about.story = found->story;
    m_shows = std::move(shows);
}

Result<Project> Net::finish()
{
    if (!m_writer.status())
        return m_writer.status().error();
    m_project.about.shows.clear();
    for (const Node& node : m_project.graph.nodes)
        if (std::any_of(m_shows.begin(), m_shows.end(), [&](const std::string& word) {
                return word.front() == '.' ? node.name.ends_with(word) : node.type == word;
            }))
            m_project.about.shows.push_back(node.id);
    return m_project;
}

} // namespace convarium::presets
