// The messages of the ONNX schema, generated from the .proto file that the system's ONNX package installs.
#pragma once

#include "onnx_schema.pb.h"

namespace convarium::engine
{
namespace schema = ::onnx;
}
