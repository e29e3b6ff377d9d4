#include "tests/presets/net.h"
#include "tests/presets/preset_makers.h"

namespace convarium::presets
{

namespace
{

const Shape kPhotograph{3, 224, 224};
constexpr std::int64_t kClasses = 1000;

const char* const kResidualPaper =
    "K. He, X. Zhang, S. Ren, J. Sun, Deep Residual Learning for Image Recognition, CVPR 2016, arXiv 1512.03385";
const char* const kInceptionPaper = "C. Szegedy et al., Going Deeper with Convolutions, CVPR 2015, arXiv 1409.4842";

/// Nobody trains these at home in an evening; the settings make a first step sensible.
void usualTraining(Net& net)
{
    net.train().epochs = 1;
    net.train().batch = 16;
    net.train().optimizer = "momentum";
    net.train().rate = 0.01;
}

Result<Project> alexnet()
{
    Net net("alexnet", "AlexNet", {3, 227, 227});
    net.about(2012,
              "A. Krizhevsky, I. Sutskever, G. E. Hinton, ImageNet Classification with Deep Convolutional Neural "
              "Networks, NIPS 2012",
              "The network that won ImageNet in 2012 and began the present age. As in the paper, with the two groups "
              "that lay on two graphics cards and LRN with k 2; the input is 227 pixels wide, because the 224 of the "
              "paper do not give its 55x55 maps.");
    net.architecture("AlexNet", {"relu", "dropout"});
    usualTraining(net);
    const Params lrn{{"size", std::int64_t{5}}, {"alpha", 5e-4}, {"beta", 0.75}, {"k", 2.0}};
    const auto grouped = [&net](const std::string& name, std::int64_t filters, std::int64_t kernel) {
        Params p = parts::convolution(filters, kernel);
        p.set("groups", std::int64_t{2});
        net.add("conv2d", name, p);
        net.add("relu", name + "_act");
    };
    net.add("conv2d", "conv1", parts::validConvolution(96, 11, 4));
    net.add("relu", "conv1_act");
    net.add("lrn", "lrn1", lrn);
    net.add("max_pool", "pool1", parts::pool(3, 2, 0));
    grouped("conv2", 256, 5);
    net.add("lrn", "lrn2", lrn);
    net.add("max_pool", "pool2", parts::pool(3, 2, 0));
    net.conv("conv3", 384, 3);
    grouped("conv4", 384, 3);
    grouped("conv5", 256, 3);
    net.add("max_pool", "pool5", parts::pool(3, 2, 0));
    net.add("flatten", "flatten");
    net.dense("fc6", 4096, "relu");
    net.dropout("drop6", 0.5);
    net.dense("fc7", 4096, "relu");
    net.dropout("drop7", 0.5);
    net.dense("fc8", kClasses);
    return net.finish();
}

Result<Project> vgg11()
{
    Net net("vgg-11", "VGG-11", kPhotograph);
    net.about(2014,
              "K. Simonyan, A. Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition, ICLR "
              "2015, arXiv 1409.1556, configuration A",
              "Nothing but 3x3 convolutions, deeper and deeper. Three quarters of its parameters sit in the first "
              "dense layer.");
    net.architecture("VGG", {"conv2d"});
    usualTraining(net);
    int stage = 0;
    for (const auto& filters :
         std::vector<std::vector<std::int64_t>>{{64}, {128}, {256, 256}, {512, 512}, {512, 512}}) {
        ++stage;
        for (std::size_t i = 0; i < filters.size(); ++i)
            net.conv("conv" + std::to_string(stage) + "_" + std::to_string(i + 1), filters[i], 3);
        net.add("max_pool", "pool" + std::to_string(stage), parts::pool(2));
    }
    net.add("flatten", "flatten");
    net.dense("fc6", 4096, "relu");
    net.dropout("drop6", 0.5);
    net.dense("fc7", 4096, "relu");
    net.dropout("drop7", 0.5);
    net.dense("fc8", kClasses);
    return net.finish();
}

/// As "same" the pools give the sizes of the paper's figure; the odd pixel lies at bottom and right, as in Caffe.
Params halving()
{
    Params p = parts::pool(3, 2, 0);
    p.set("padding", std::string("same"));
    return p;
}

/// inception (3a) and so on: table 1 of the paper.
void inception(Net& net, const std::string& word, std::int64_t one, std::int64_t reduce3, std::int64_t three,
               std::int64_t reduce5, std::int64_t five, std::int64_t pool)
{
    net.block("inception", "Inception", word,
              Params{{"filters1", one},
                     {"reduce3", reduce3},
                     {"filters3", three},
                     {"reduce5", reduce5},
                     {"filters5", five},
                     {"filtersPool", pool}});
}

Result<Project> makeGooglenet(bool auxiliary)
{
    Net net("googlenet", "GoogLeNet", kPhotograph);
    net.about(
        2014, kInceptionPaper,
        "Nine inception blocks: kernels of several sizes side by side, and a ninth of AlexNet's parameters. As in the "
        "paper, without batch normalisation, which came a year later. The two auxiliary classifiers, thrown away after "
        "training, are left out; the block of that name adds them behind 4a and 4d (13,378,280 parameters).");
    net.architecture("GoogLeNet", {".a", ".b2", ".c2", ".d2", "concat"});
    usualTraining(net);
    const auto head = [&](const std::string& word) {
        if (!auxiliary)
            return;
        const NodeId main = net.at;
        net.block("auxiliary_classifier", "Auxiliary", word, Params{{"classes", kClasses}});
        net.graph().outputs.push_back({net.at, "cross-entropy", 0.3});
        net.at = main;
    };
    net.conv("conv1", 64, 7, "relu", 2);
    net.add("max_pool", "pool1", halving());
    net.add("lrn", "lrn1");
    net.conv("conv2_reduce", 64, 1);
    net.conv("conv2", 192, 3);
    net.add("lrn", "lrn2");
    net.add("max_pool", "pool2", halving());
    inception(net, "3a", 64, 96, 128, 16, 32, 32);
    inception(net, "3b", 128, 128, 192, 32, 96, 64);
    net.add("max_pool", "pool3", halving());
    inception(net, "4a", 192, 96, 208, 16, 48, 64);
    head("1");
    inception(net, "4b", 160, 112, 224, 24, 64, 64);
    inception(net, "4c", 128, 128, 256, 24, 64, 64);
    inception(net, "4d", 112, 144, 288, 32, 64, 64);
    head("2");
    inception(net, "4e", 256, 160, 320, 32, 128, 128);
    net.add("max_pool", "pool4", halving());
    inception(net, "5a", 256, 160, 320, 32, 128, 128);
    inception(net, "5b", 384, 192, 384, 48, 128, 128);
    net.add("global_avg_pool", "mean");
    net.dropout("drop", 0.4);
    net.dense("fc", kClasses);
    if (auxiliary)
        net.graph().outputs.insert(net.graph().outputs.begin(), {net.at, "cross-entropy", 1});
    return net.finish();
}

Result<Project> googlenet()
{
    return makeGooglenet(false);
}

/// Stem, four stages of blocks whose maps double, mean and classifier.
void residual(Net& net, const std::string& blockId, const std::vector<int>& blocks, std::int64_t squeeze)
{
    usualTraining(net);
    net.convNorm("conv1", 64, 7, 2);
    net.add("max_pool", "pool1", parts::pool(3, 2, 1));
    const bool bottleneck = blockId == "residual_bottleneck";
    for (std::size_t stage = 0; stage < blocks.size(); ++stage)
        for (int block = 1; block <= blocks[stage]; ++block) {
            const bool first = block == 1;
            const bool projection = first && (bottleneck || stage > 0);
            net.block(blockId, "Block", std::to_string(stage + 2) + "." + std::to_string(block),
                      Params{{"filters", std::int64_t{64} << stage},
                             {"stride", std::int64_t{first && stage > 0 ? 2 : 1}},
                             {"shortcut", std::string(projection ? "projection" : "identity")},
                             {"squeeze", squeeze}});
        }
    net.add("global_avg_pool", "mean");
    net.dense("fc", kClasses);
}

Result<Project> resnet18()
{
    Net net("resnet-18", "ResNet-18", kPhotograph);
    net.about(2015, kResidualPaper,
              "The smallest residual network for photographs: eight blocks of two convolutions. Shortcuts that change "
              "the size are 1x1 convolutions, the paper's option B.");
    net.architecture("ResNet", {"add"});
    residual(net, "residual_basic", {2, 2, 2, 2}, 0);
    return net.finish();
}

Result<Project> resnet34()
{
    Net net("resnet-34", "ResNet-34", kPhotograph);
    net.about(2015, kResidualPaper,
              "Sixteen blocks of two convolutions. The paper shows that without its shortcuts it would be worse than "
              "the one with 18 layers. Shortcuts that change the size are 1x1 convolutions, option B.");
    net.architecture("ResNet", {"add"});
    residual(net, "residual_basic", {3, 4, 6, 3}, 0);
    return net.finish();
}

Result<Project> resnet50()
{
    Net net("resnet-50", "ResNet-50", kPhotograph);
    net.about(2015, kResidualPaper,
              "Sixteen bottleneck blocks: 1x1, 3x3, 1x1. The yardstick of the field for years. Stride 2 lies at the "
              "3x3 convolutions, as in PyTorch (\u201cv1.5\u201d), where the paper has it at the 1x1 before.");
    net.architecture("ResNet", {"add"});
    residual(net, "residual_bottleneck", {3, 4, 6, 3}, 0);
    return net.finish();
}

Result<Project> seResnet50()
{
    Net net("se-resnet-50", "SE-ResNet-50", kPhotograph);
    net.about(2017, "J. Hu, L. Shen, G. Sun, Squeeze-and-Excitation Networks, CVPR 2018, arXiv 1709.01507",
              "ResNet-50 with a gate in each block that weighs the maps: a tenth more parameters, hardly more work. "
              "Networks with such gates won ImageNet in 2017. Stride 2 lies at the 3x3 convolutions, as in our "
              "ResNet-50, where the paper's has it before.");
    net.architecture("SE-ResNet", {"sigmoid", "multiply"});
    residual(net, "residual_bottleneck", {3, 4, 6, 3}, 16);
    return net.finish();
}

Result<Project> xception()
{
    Net net("xception", "Xception", {3, 299, 299});
    net.about(
        2016, "F. Chollet, Xception: Deep Learning with Depthwise Separable Convolutions, CVPR 2017, arXiv 1610.02357",
        "Inception taken to its end: every convolution is split into one over places and one over maps. As published; "
        "pools are padded by one pixel on every side, where Keras pads uneven sizes at bottom and right only.");
    net.architecture("Xception", {"separable_conv2d"});
    usualTraining(net);
    auto block = [&net, number = 0](std::int64_t filters, std::int64_t inner, std::int64_t count, bool down,
                                    bool activateFirst = true) mutable {
        net.block("separable_block", "Block", std::to_string(++number),
                  Params{{"filters", filters},
                         {"innerFilters", inner},
                         {"convolutions", count},
                         {"stride", std::int64_t{down ? 2 : 1}},
                         {"activateFirst", activateFirst},
                         {"shortcut", std::string(down ? "projection" : "identity")}});
    };
    const auto separable = [&net](const std::string& name, std::int64_t filters) {
        net.add("separable_conv2d", name, parts::separable(filters, 3));
        net.add("batch_norm", name + "_bn");
        net.add("relu", name + "_act");
    };
    for (const auto& [name, filters, stride] :
         {std::tuple<std::string, std::int64_t, std::int64_t>{"conv1", 32, 2}, {"conv2", 64, 1}}) {
        net.add("conv2d", name, parts::validConvolution(filters, 3, stride, false));
        net.add("batch_norm", name + "_bn");
        net.add("relu", name + "_act");
    }
    block(128, 0, 2, true, false);
    block(256, 0, 2, true);
    block(728, 0, 2, true);
    for (int i = 0; i < 8; ++i)
        block(728, 0, 3, false);
    block(1024, 728, 2, true);
    separable("sep13", 1536);
    separable("sep14", 2048);
    net.add("global_avg_pool", "mean");
    net.dense("fc", kClasses);
    return net.finish();
}

Result<Project> mobilenetV2()
{
    Net net("mobilenet-v2", "MobileNetV2", kPhotograph);
    net.about(2018,
              "M. Sandler, A. Howard, M. Zhu, A. Zhmoginov, L.-C. Chen, MobileNetV2: Inverted Residuals and Linear "
              "Bottlenecks, CVPR 2018, arXiv 1801.04381",
              "Made for telephones: a fourteenth of ResNet-50's work. Seventeen inverted residuals, narrow between the "
              "blocks and wide within, as published.");
    net.architecture("MobileNetV2", {".expand", "depthwise_conv2d", ".project"});
    usualTraining(net);
    net.convNorm("conv1", 32, 3, 2, "relu6");
    struct Row {
        std::int64_t expansion, maps, count, stride;
    };
    std::int64_t maps = 32;
    int number = 0;
    for (const Row& row :
         {Row{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}})
        for (std::int64_t i = 0; i < row.count; ++i) {
            net.block("inverted_residual", "Block", std::to_string(++number),
                      Params{{"expansion", row.expansion},
                             {"mapsIn", maps},
                             {"filters", row.maps},
                             {"stride", i == 0 ? row.stride : std::int64_t{1}}});
            maps = row.maps;
        }
    net.convNorm("conv2", 1280, 1, 1, "relu6");
    net.add("global_avg_pool", "mean");
    net.dropout("drop", 0.2);
    net.dense("fc", kClasses);
    return net.finish();
}

} // namespace

Result<Project> googlenetWithAuxiliaryHeads()
{
    return makeGooglenet(true);
}

const std::vector<PresetMaker>& publishedNetworks()
{
    static const std::vector<PresetMaker> list{
        {"alexnet", alexnet},         {"vgg-11", vgg11},       {"googlenet", googlenet},
        {"resnet-18", resnet18},      {"resnet-34", resnet34}, {"resnet-50", resnet50},
        {"se-resnet-50", seResnet50}, {"xception", xception},  {"mobilenet-v2", mobilenetV2},
    };
    return list;
}

} // namespace convarium::presets
