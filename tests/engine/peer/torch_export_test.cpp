// Exported Python: names stay data, the module is readable, the weights belong to it.
#include "engine/io/torch/torch_export.h"

#include "engine/io/atomic_file.h"
#include "engine/io/presets.h"
#include "engine/io/torch/python_text.h"
#include "engine/io/torch/torch_model.h"
#include "engine/train/trainer.h"
#include "tests/support/graphs.h"
#include "tests/support/python.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>

#include <set>

using namespace convarium::engine;
using namespace convarium::test;

namespace
{

/// Texts that would do something if they became code: each would leave a file called "canary".
const std::vector<std::string>& hostileTexts()
{
    static const std::vector<std::string> all{
        "\"); open('canary', 'w') #",
        "'''\nopen('canary', 'w')\n'''",
        "\"\"\"\nopen('canary', 'w')\n\"\"\"",
        "x\nopen('canary', 'w')",
        "x\ropen('canary', 'w')",
        "x\r\n        open('canary', 'w')",
        "x\fopen('canary', 'w')",
        "x\u2028open('canary', 'w')",
        "x\u0085open('canary', 'w')",
        "__import__('os').system('touch canary')",
        "{__import__('os').system('touch canary')}",
        "{self}.{0} {all} %s @MODEL@ @HEAD@ #if x",
        "coding: utf-7 +AAo-open('canary', 'w')",
        "-*- coding: unicode_escape -*- \\nopen('canary', 'w')",
        "\\",
        "\\\n",
        std::string("nul\0x", 5),
        "\x80\xFF broken",
        "\u202E\u2066 right to left",
        "\U0001F600",
        "class",
        "None",
        "self",
        "forward",
        "__init__",
        "__class__",
        "train",
        "training",
        "_parameters",
        "weight",
        "F",
        "nn",
        "x",
        "C1",
        "C1 ",
        "1",
        "",
        std::string(500, 'n'),
    };
    return all;
}

/// A chain of tiny layers, one for each text, in groups that are called like that, too.
Project hostileProject()
{
    GraphMaker m;
    m.input(1, 3, 3);
    const auto& texts = hostileTexts();
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (i % 3 == 2)
            m.add("relu");
        else
            m.conv(2, 1);
    }
    m.add("flatten");
    m.dense(3);
    Project p;
    p.graph = m.graph();
    p.graph.nodes.front().name = "input\nopen('canary', 'w')";
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const auto number = static_cast<std::int64_t>(i);
        p.graph.nodes[i + 1].name = texts[i];
        p.graph.groups.push_back({number, i % 5 == 0 ? -1 : number - 1, texts[texts.size() - 1 - i], {}, {}});
        if (i % 2 == 0)
            p.graph.nodes[i + 1].group = number;
    }
    return p;
}

void runAll(const QString& folder, const QStringList& stems)
{
    const QString program =
        QStringLiteral("import sys, os, importlib.util\n"
                       "sys.dont_write_bytecode = True\n"
                       "os.chdir(sys.argv[1])\n"
                       "import torch\n"
                       "for stem in sys.argv[2:]:\n"
                       "    spec = importlib.util.spec_from_file_location('m', stem + '.py')\n"
                       "    m = importlib.util.module_from_spec(spec)\n"
                       "    spec.loader.exec_module(m)\n"
                       "    out = m.load().eval()(torch.zeros(2, 1, 3, 3))\n"
                       "    assert out.shape == (2, 3), out.shape\n"
                       "    text = open(stem + '_train.py', 'rb').read()\n"
                       "    spec = importlib.util.spec_from_file_location('t', stem + '_train.py')\n"
                       "    t = importlib.util.module_from_spec(spec)\n"
                       "    spec.loader.exec_module(t)\n"
                       "    assert t.MODEL.is_file(), t.MODEL\n");
    const PythonResult run = runPython(QStringList{QStringLiteral("-c"), program, folder} + stems);
    QVERIFY2(run.status == 0, run.err.constData());
    QVERIFY2(!QFileInfo::exists(QDir(folder).filePath(QStringLiteral("canary"))), run.out.constData());
}

} // namespace

class TorchExportTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void identifiersAreSafe_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("identifier");
        QTest::newRow("plain") << "C3"
                               << "C3";
        QTest::newRow("dots and blanks") << "C1.1 a"
                                         << "C1_1_a";
        QTest::newRow("digit first") << "3x3"
                                     << "conv2d_3x3";
        QTest::newRow("empty") << ""
                               << "conv2d";
        QTest::newRow("nothing that can stay") << QStringLiteral("\u00e4\u00f6\u00fc") << "conv2d";
        QTest::newRow("keyword") << "class"
                                 << "class_";
        QTest::newRow("keyword after cleaning") << "__import__"
                                                << "import_";
        QTest::newRow("underscores") << "__init__"
                                     << "init";
        QTest::newRow("accents") << QStringLiteral("Caf\u00e9 2") << "Caf_2";
        QTest::newRow("long") << QString(100, QLatin1Char('a')) << QString(60, QLatin1Char('a'));
    }

    void identifiersAreSafe()
    {
        QFETCH(const QString, name);
        QFETCH(const QString, identifier);
        QCOMPARE(QString::fromStdString(pythonIdentifier(name.toStdString(), "conv2d")), identifier);
    }

    void namesAreHandedOutOnce()
    {
        PythonNames names({"train"});
        QCOMPARE(names.unique("a b", "x"), std::string("a_b"));
        QCOMPARE(names.unique("a.b", "x"), std::string("a_b_2"));
        QCOMPARE(names.unique("a_b_2", "x"), std::string("a_b_2_2"));
        QCOMPARE(names.unique("train", "x"), std::string("train_2"));
    }

    void commentsAreOneLine()
    {
        for (const std::string& text : hostileTexts()) {
            const QString comment = QString::fromStdString(pythonComment(text));
            for (const QChar c : comment)
                QVERIFY2(c.isPrint() || c.isSurrogate(), qPrintable(comment));
            for (const std::string& line : {pythonCommentBlock(text)})
                QVERIFY(line.empty() || line.starts_with("# "));
        }
        QCOMPARE(pythonCommentBlock("one two three", 9), std::string("# one two\n# three\n"));
    }

    void stringsReadBack()
    {
        if (!hasPython())
            QSKIP("There is no /usr/bin/python3 on this machine.");
        QJsonArray pairs;
        for (const std::string& text : hostileTexts())
            pairs.append(QJsonArray{QString::fromStdString(text), QString::fromStdString(pythonString(text))});
        const QString program = QStringLiteral("import sys, json, ast\n"
                                               "for text, literal in json.loads(sys.argv[1]):\n"
                                               "    assert ast.literal_eval(literal) == text, (text, literal)\n"
                                               "    assert literal.isascii() and literal.isprintable()\n");
        const PythonResult run = runPython(
            {QStringLiteral("-c"), program, QString::fromUtf8(QJsonDocument(pairs).toJson(QJsonDocument::Compact))});
        QVERIFY2(run.status == 0, run.err.constData());
    }

    void noLayerCanHideWhatAModuleNeeds()
    {
        if (!hasPyTorch())
            QSKIP("There is no PyTorch for /usr/bin/python3 on this machine.");
        const PythonResult run = runPython({QStringLiteral("-c"), QStringLiteral("from torch import nn\n"
                                                                                 "print(*dir(nn.Module()))\n")});
        QVERIFY2(run.status == 0, run.err.constData());
        const auto& known = torchModuleAttributes();
        for (const QByteArray& name : run.out.simplified().split(' '))
            QVERIFY2(name.startsWith('_') || std::find(known.begin(), known.end(), name.toStdString()) != known.end(),
                     name.constData());
    }

    void hostileNamesStayData()
    {
        if (!hasPyTorch())
            QSKIP("There is no PyTorch for /usr/bin/python3 on this machine.");
        const QTemporaryDir folder;
        QStringList stems;
        const auto write = [&](const Project& p, const QString& stem) {
            const auto written = exportTorch(p, *initialWeights(p.graph, 1),
                                             folder.filePath(stem + QStringLiteral(".py")).toStdString());
            QVERIFY2(written.has_value(), written ? "" : written.error().text().c_str());
            stems.append(stem);
        };
        Project p = hostileProject();
        for (std::size_t i = 0; i < hostileTexts().size(); ++i) {
            p.graph.title = hostileTexts()[i];
            p.about.description = hostileTexts()[(i + 7) % hostileTexts().size()];
            p.about.paper = hostileTexts()[(i + 13) % hostileTexts().size()];
            write(p, QStringLiteral("n%1").arg(i));
        }
        write(p, QStringLiteral("we'ird \"name\".v2 \u00e4"));
        runAll(folder.path(), stems);
    }

    void theSourceReadsLikeTheNetwork()
    {
        GraphMaker m("res");
        const NodeId input = m.input(2, 6, 6);
        const NodeId a = m.conv(4, 3, -1);
        m.add("batch_norm");
        const NodeId b = m.add("relu");
        const NodeId c = m.addAfter(input, "conv2d", {{"filters", std::int64_t{4}}, {"padding", std::string("same")}});
        m.merge("add", {b, c});
        m.add("flatten");
        m.dense(3);
        m.add("softmax");
        Project p;
        p.graph = m.graph();
        p.graph.groups = {{1, -1, "Stage 1", {}, {}}};
        p.graph.node(input)->name = "image";
        p.graph.node(a)->group = 1;
        p.graph.node(c)->frozen = true;
        const auto names = torchNames(p.graph);
        QVERIFY(names.has_value());
        const auto model = torchModel(p, *names, "res.safetensors");
        QVERIFY(model.has_value());
        QVERIFY(model->hasLogits);
        const QString source = QString::fromStdString(model->source);
        for (const char* line :
             {"class Res(nn.Module):\n", "        self.Stage_1 = nn.Module()  # Stage 1\n",
              "        self.Stage_1.C1 = nn.Conv2d(2, 4, 3, stride=1, padding=1)\n",
              "        self.C2.requires_grad_(False)\n", "    def forward(self, image, logits=False):\n",
              "        x = self.Stage_1.C1(image)  # 4 x 6 x 6\n", "        if logits:\n            return x\n"})
            QVERIFY2(source.contains(QLatin1String(line)), qPrintable(QLatin1String(line) + source));
    }

    void wrongNamesAndNetworksAreRefused()
    {
        Project p;
        p.graph = mlp();
        const auto weights = initialWeights(p.graph, 1);
        for (const char* path : {"x", "x.onnx", ".py", "/no/such/folder/x.py"})
            QVERIFY(!exportTorch(p, *weights, path).has_value());
        const QTemporaryDir folder;
        const std::string path = folder.filePath(QStringLiteral("x.py")).toStdString();
        WeightMap fewer = *weights;
        fewer.erase(fewer.begin());
        QCOMPARE(exportTorch(p, fewer, path).error().code, ErrorCode::ShapeMismatch);
        p.graph.edges.pop_back();
        QVERIFY(!exportTorch(p, *weights, path).has_value());
        QVERIFY(!exportTorch(Project(), *weights, path).has_value());
        QVERIFY(QDir(folder.path()).isEmpty());
    }

    void everyPresetIsWritten()
    {
        const QTemporaryDir folder;
        for (const PresetInfo& info : presets()) {
            const auto project = loadPreset(info.name);
            QVERIFY(project.has_value());
            const auto names = torchNames(project->graph);
            QVERIFY(names.has_value());
            QVERIFY2(!names->fault, names->fault ? names->fault->text().c_str() : "");
            std::set<std::string> different;
            for (const auto& [key, name] : names->tensors)
                different.insert(name);
            QCOMPARE(different.size(), names->tensors.size());
        }
    }
};

QTEST_APPLESS_MAIN(TorchExportTest)
#include "torch_export_test.moc"
