#include "tests/presets/net.h"
#include "tests/presets/preset_makers.h"

namespace convarium::presets
{

namespace
{

const Shape kDigit{1, 28, 28};

const char* const kResidualPaper =
    "K. He, X. Zhang, S. Ren, J. Sun, Deep Residual Learning for Image Recognition, CVPR 2016, arXiv 1512.03385";

/// What most of the small networks train well with.
void usualTraining(Net& net, std::int64_t epochs = 5, double rate = 0.001)
{
    net.train().epochs = epochs;
    net.train().rate = rate;
    net.train().schedule = "cosine";
}

Result<Project> lenet5()
{
    Net net("lenet-5", "LeNet-5", kDigit);
    net.about(
        1998,
        "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, Gradient-Based Learning Applied to Document Recognition, "
        "Proceedings of the IEEE 86(11), 1998, doi 10.1109/5.726791",
        "The classic for handwritten digits: two rounds of convolution and average pooling, then a small classifier. "
        "Plain tanh and a dense last layer stand for the scaled tanh and the distances of the paper.");
    net.architecture("LeNet-5", {"conv2d", "avg_pool"});
    usualTraining(net);
    net.add("conv2d", "C1", parts::convolution(6, 5));
    net.add("tanh", "T1");
    net.add("avg_pool", "S2", parts::pool(2));
    net.add("conv2d", "C3", parts::validConvolution(16, 5));
    net.add("tanh", "T3");
    net.add("avg_pool", "S4", parts::pool(2));
    net.add("conv2d", "C5", parts::validConvolution(120, 5));
    net.add("tanh", "T5");
    net.add("flatten", "Flatten");
    net.dense("F6", 84);
    net.add("tanh", "T6");
    net.dense("Out", 10);
    return net.finish();
}

Result<Project> mnistCnn()
{
    Net net("mnist-cnn", "MNIST CNN", kDigit);
    net.about(0, "",
              "The network of many first lessons: three convolutions with ReLU, two max poolings, two dense layers. It "
              "reads more than 99 % of the MNIST digits.");
    usualTraining(net);
    net.add("conv2d", "C1", parts::validConvolution(32, 3));
    net.add("relu", "R1");
    net.add("max_pool", "P2", parts::pool(2));
    net.add("conv2d", "C3", parts::validConvolution(64, 3));
    net.add("relu", "R3");
    net.add("max_pool", "P4", parts::pool(2));
    net.add("conv2d", "C5", parts::validConvolution(64, 3));
    net.add("relu", "R5");
    net.add("flatten", "Flatten");
    net.dense("F6", 64);
    net.add("relu", "R6");
    net.dense("Out", 10);
    return net.finish();
}

Result<Project> mlp()
{
    Net net("mlp", "Multilayer perceptron", kDigit);
    net.about(1986,
              "D. E. Rumelhart, G. E. Hinton, R. J. Williams, Learning Representations by Back-Propagating Errors, "
              "Nature 323, 1986, doi 10.1038/323533a0",
              "No convolution at all: every pixel is joined to every unit. Shows how far one gets without knowing that "
              "images have neighbourhoods.");
    net.architecture("Multilayer perceptron", {"dense"});
    usualTraining(net);
    net.add("flatten", "Flatten");
    net.dense("F1", 128);
    net.add("relu", "R1");
    net.dense("F2", 64);
    net.add("relu", "R2");
    net.dense("Out", 10);
    return net.finish();
}

Result<Project> threeConv()
{
    Net net("three-conv", "Three convolutions", {3, 200, 300});
    net.about(2017,
              "A. Géron, Hands-On Machine Learning with Scikit-Learn and TensorFlow, O'Reilly, 2017, exercises on "
              "convolutional networks",
              "Three convolutions on a large colour image and no head: an exercise in counting parameters and memory, "
              "not a network to train.");
    net.train().epochs = 1;
    int number = 0;
    for (const std::int64_t filters : {100, 200, 400})
        net.add("conv2d", "C" + std::to_string(++number),
                Params{{"filters", filters}, {"strideHeight", std::int64_t{2}}, {"strideWidth", std::int64_t{2}}});
    return net.finish();
}

Result<Project> alexnetMini()
{
    Net net("alexnet-mini", "AlexNet, small", kDigit);
    net.about(2012,
              "A. Krizhevsky, I. Sutskever, G. E. Hinton, ImageNet Classification with Deep Convolutional Neural "
              "Networks, NIPS 2012",
              "ReLU, local response normalisation and dropout: the ideas of AlexNet on digits. Four convolutions "
              "instead of five, pools of 2x2 without overlap, no groups (they shared the work between two cards), and "
              "LRN with the constants of today's libraries, because 28x28 images leave room for no more.");
    net.architecture("AlexNet", {"relu", "dropout"});
    usualTraining(net);
    net.conv("conv1", 32, 5);
    net.add("lrn", "lrn1");
    net.add("max_pool", "pool1", parts::pool(2));
    net.conv("conv2", 64, 3);
    net.add("lrn", "lrn2");
    net.add("max_pool", "pool2", parts::pool(2));
    net.conv("conv3", 96, 3);
    net.conv("conv4", 64, 3);
    net.add("max_pool", "pool4", parts::pool(2));
    net.add("flatten", "flatten");
    net.dense("fc5", 256, "relu");
    net.dropout("drop5", 0.5);
    net.dense("fc6", 128, "relu");
    net.dropout("drop6", 0.5);
    net.dense("fc7", 10);
    return net.finish();
}

Params inception(std::int64_t one, std::int64_t reduce3, std::int64_t three, std::int64_t reduce5, std::int64_t five,
                 std::int64_t pool)
{
    return Params{{"filters1", one},    {"reduce3", reduce3}, {"filters3", three},
                  {"reduce5", reduce5}, {"filters5", five},   {"filtersPool", pool}};
}

Result<Project> googlenetMini()
{
    Net net("googlenet-mini", "GoogLeNet, small", kDigit);
    net.about(2014, "C. Szegedy et al., Going Deeper with Convolutions, CVPR 2015, arXiv 1409.4842",
              "Kernels of several sizes side by side: three inception blocks instead of nine. The first layers keep "
              "the full size, because a digit has only 28x28 pixels, and there are no auxiliary classifiers.");
    net.architecture("GoogLeNet", {".a", ".b2", ".c2", ".d2", "concat"});
    usualTraining(net);
    net.conv("conv1", 32, 3);
    net.add("max_pool", "pool1", parts::pool(2));
    net.add("lrn", "lrn1");
    net.block("inception", "Inception", "3a", inception(16, 24, 32, 4, 8, 8));
    net.block("inception", "Inception", "3b", inception(32, 32, 48, 8, 16, 16));
    net.add("max_pool", "pool3", parts::pool(2));
    net.block("inception", "Inception", "4a", inception(48, 32, 64, 8, 16, 16));
    net.add("global_avg_pool", "mean");
    net.dropout("drop", 0.4);
    net.dense("fc", 10);
    return net.finish();
}

/// Stages of three basic blocks of 16, 32 and 64 maps.
void residualTwenty(Net& net, std::int64_t squeeze)
{
    usualTraining(net, 3, 0.002);
    net.convNorm("conv0", 16, 3);
    for (int stage = 1; stage <= 3; ++stage)
        for (int block = 1; block <= 3; ++block) {
            const bool halves = stage > 1 && block == 1;
            net.block("residual_basic", "Block", std::to_string(stage) + "." + std::to_string(block),
                      Params{{"filters", std::int64_t{8} << stage},
                             {"stride", std::int64_t{halves ? 2 : 1}},
                             {"shortcut", std::string(halves ? "projection" : "identity")},
                             {"squeeze", squeeze}});
        }
    net.add("global_avg_pool", "mean");
    net.dense("fc", 10);
}

Result<Project> resnet20()
{
    Net net("resnet-20", "ResNet-20", kDigit);
    net.about(2015, kResidualPaper,
              "Twenty layers that still learn well, because every second one is bridged by a shortcut. The smallest "
              "residual network of the paper, on grey images; where maps are halved the shortcut is a 1x1 convolution "
              "(the paper's option B) instead of padding with zeros.");
    net.architecture("ResNet", {"add"});
    residualTwenty(net, 0);
    return net.finish();
}

Result<Project> seResnet20()
{
    Net net("se-resnet-20", "SE-ResNet-20", kDigit);
    net.about(2017, "J. Hu, L. Shen, G. Sun, Squeeze-and-Excitation Networks, CVPR 2018, arXiv 1709.01507",
              "ResNet-20 with a gate in each block that weighs the maps. Ratio 4 instead of the paper's 16, because 16 "
              "maps divided by 16 would leave a single number.");
    net.architecture("SE-ResNet", {"sigmoid", "multiply"});
    residualTwenty(net, 4);
    return net.finish();
}

Result<Project> xceptionMini()
{
    Net net("xception-mini", "Xception, small", kDigit);
    net.about(2016,
              "F. Chollet, Xception: Deep Learning with Depthwise Separable Convolutions, CVPR 2017, arXiv 1610.02357",
              "Separable convolutions throughout: first each map alone, then across maps. Two blocks of the entry flow "
              "and the end of the exit flow; the middle flow of eight equal blocks is left out.");
    net.architecture("Xception", {"separable_conv2d"});
    usualTraining(net, 5, 0.002);
    net.convNorm("conv1", 32, 3);
    for (const std::int64_t filters : {64, 128})
        net.block("separable_block", "Block", filters == 64 ? "1" : "2",
                  Params{{"filters", filters}, {"stride", std::int64_t{2}}, {"shortcut", std::string("projection")}});
    net.add("relu", "act3");
    net.add("separable_conv2d", "sep3", parts::separable(256, 3));
    net.add("batch_norm", "sep3_bn");
    net.add("relu", "sep3_act");
    net.add("global_avg_pool", "mean");
    net.dense("fc", 10);
    return net.finish();
}

Result<Project> mobilenetV2Mini()
{
    Net net("mobilenet-v2-mini", "MobileNetV2, small", kDigit);
    net.about(2018,
              "M. Sandler, A. Howard, M. Zhu, A. Zhmoginov, L.-C. Chen, MobileNetV2: Inverted Residuals and Linear "
              "Bottlenecks, CVPR 2018, arXiv 1801.04381",
              "Narrow between the blocks, wide within: six inverted residuals instead of seventeen. The first "
              "convolution keeps the size, because 28x28 pixels can be halved only twice before they are 7x7.");
    net.architecture("MobileNetV2", {".expand", "depthwise_conv2d", ".project"});
    usualTraining(net, 5, 0.002);
    net.convNorm("conv1", 16, 3, 1, "relu6");
    struct Row {
        std::int64_t expansion, in, out, stride;
    };
    int number = 0;
    for (const Row& r :
         {Row{1, 16, 16, 1}, {6, 16, 24, 2}, {6, 24, 24, 1}, {6, 24, 32, 2}, {6, 32, 32, 1}, {6, 32, 64, 1}})
        net.block("inverted_residual", "Block", std::to_string(++number),
                  Params{{"expansion", r.expansion}, {"mapsIn", r.in}, {"filters", r.out}, {"stride", r.stride}});
    net.convNorm("conv2", 256, 1, 1, "relu6");
    net.add("global_avg_pool", "mean");
    net.dropout("drop", 0.2);
    net.dense("fc", 10);
    return net.finish();
}

Result<Project> mnistFast()
{
    Net net("mnist-fast", "MNIST, fast", kDigit);
    net.about(0, "",
              "Built to be quick: above 98 % after one pass over MNIST. Pools come before the ReLU, where they have a "
              "quarter of the numbers to leave for it; the result is the same.");
    TrainConfig& t = net.train();
    t.epochs = 1;
    t.batch = 256;
    t.rate = 0.01;
    t.beta1 = 0.7;
    t.beta2 = 0.9;
    t.schedule = "one-cycle";
    net.add("conv2d", "conv1", parts::validConvolution(24, 5));
    net.add("max_pool", "pool1", parts::pool(2));
    net.add("relu", "act1");
    net.add("conv2d", "conv2", parts::validConvolution(32, 3));
    net.add("max_pool", "pool2", parts::pool(2));
    net.add("relu", "act2");
    net.add("flatten", "flatten");
    net.dense("fc3", 256, "relu");
    net.dense("fc4", 10);
    return net.finish();
}

Result<Project> mnistBest()
{
    Net net("mnist-best", "MNIST, best", kDigit);
    net.about(2020,
              "after S. An, M. Lee, S. Park, H. Yang, J. So, An Ensemble of Simple Convolutional Neural Network Models "
              "for MNIST Digit Recognition, 2020, arXiv 2008.10400",
              "Built to be right: five 5x5 convolutions without pooling, the network M5 of the paper. The last layer "
              "is a plain dense one with bias, where the paper normalises once more.");
    net.train().epochs = 20;
    net.train().batch = 128;
    net.train().schedule = "cosine";
    net.train().augment = "shift:2,rotate:10,zoom:0.1";
    net.train().averageDecay = 0.999;
    int number = 0;
    for (const std::int64_t filters : {32, 64, 96, 128, 160}) {
        const std::string name = "conv" + std::to_string(++number);
        net.add("conv2d", name, parts::validConvolution(filters, 5, 1, false));
        net.add("batch_norm", name + "_bn");
        net.add("relu", name + "_act");
    }
    net.add("flatten", "flatten");
    net.dense("fc6", 10);
    return net.finish();
}

/// Classes of one pixel: the ten digits and the background.
constexpr std::int64_t kPixelClasses = 11;

Params doubling(std::int64_t filters)
{
    Params p{{"filters", filters}, {"padding", std::string("explicit")}};
    for (const char* key : {"kernelHeight", "kernelWidth"})
        p.set(key, std::int64_t{4});
    for (const char* key : {"strideHeight", "strideWidth"})
        p.set(key, std::int64_t{2});
    for (const char* key : {"padHeight", "padWidth"})
        p.set(key, std::int64_t{1});
    return p;
}

Result<Project> fcnMini()
{
    Net net("fcn-mini", "FCN, small", kDigit);
    net.about(2014,
              "J. Long, E. Shelhamer, T. Darrell, Fully Convolutional Networks for Semantic Segmentation, CVPR 2015, "
              "arXiv 1411.4038",
              "Says for every pixel whether it is background or which digit it belongs to. Coarse scores are doubled "
              "in size twice by transposed convolutions, and the finer scores of an earlier layer are added in "
              "between, as in FCN-16s; a small network of four convolutions stands for VGG-16.");
    net.architecture("FCN", {"conv_transpose2d", "add"});
    usualTraining(net);
    net.conv("conv1", 16, 3);
    net.add("max_pool", "pool1", parts::pool(2));
    const NodeId fine = net.conv("conv2", 32, 3);
    net.add("max_pool", "pool2", parts::pool(2));
    net.conv("conv3", 64, 3);
    net.conv("conv4", 64, 3);
    net.conv("score4", kPixelClasses, 1, "");
    const NodeId coarse = net.add("conv_transpose2d", "up4", doubling(kPixelClasses));
    net.at = fine;
    const NodeId scores = net.conv("score2", kPixelClasses, 1, "");
    net.at = net.writer().add("add", "sum", {}, {coarse, scores});
    net.add("conv_transpose2d", "up2", doubling(kPixelClasses));
    net.graph().outputs = {{net.at, "pixel-cross-entropy", 1}};
    return net.finish();
}

Result<Project> unetMini()
{
    Net net("unet-mini", "U-Net, small", kDigit);
    net.about(2015,
              "O. Ronneberger, P. Fischer, T. Brox, U-Net: Convolutional Networks for Biomedical Image Segmentation, "
              "MICCAI 2015, arXiv 1505.04597",
              "Down to a quarter of the size and up again, with wires across at every size. It says for each pixel "
              "whether it is background or which digit it belongs to. Two stages instead of four; convolutions are "
              "padded, so that nothing must be cropped, and normalised, which the paper of 2015 did not do.");
    net.architecture("U-Net", {"concat"});
    usualTraining(net, 3, 0.002);
    const NodeId first = net.block("unet_down", "Down", "1", Params{{"filters", std::int64_t{16}}});
    const NodeId second = net.block("unet_down", "Down", "2", Params{{"filters", std::int64_t{32}}});
    net.convNorm("bottom1", 64, 3);
    net.convNorm("bottom2", 64, 3);
    net.block("unet_up", "Up", "2", Params{{"filters", std::int64_t{32}}}, second);
    net.block("unet_up", "Up", "1", Params{{"filters", std::int64_t{16}}}, first);
    net.conv("score", kPixelClasses, 1, "");
    net.graph().outputs = {{net.at, "pixel-cross-entropy", 1}};
    return net.finish();
}

} // namespace

const std::vector<PresetMaker>& smallNetworks()
{
    static const std::vector<PresetMaker> list{
        {"lenet-5", lenet5},           {"mnist-cnn", mnistCnn},           {"mlp", mlp},
        {"alexnet-mini", alexnetMini}, {"googlenet-mini", googlenetMini}, {"resnet-20", resnet20},
        {"se-resnet-20", seResnet20},  {"xception-mini", xceptionMini},   {"mobilenet-v2-mini", mobilenetV2Mini},
        {"fcn-mini", fcnMini},         {"unet-mini", unetMini},           {"mnist-fast", mnistFast},
        {"mnist-best", mnistBest},     {"three-conv", threeConv},
    };
    return list;
}

std::vector<PresetMaker> allNetworks()
{
    std::vector<PresetMaker> all = smallNetworks();
    all.insert(all.end(), publishedNetworks().begin(), publishedNetworks().end());
    return all;
}

} // namespace convarium::presets
