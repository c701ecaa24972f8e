// A smooth rectifier, x * sigmoid(beta * x), in one pass over its elements, and its gradient.
#include <cmath>

#include "absl/status/status.h"
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"

namespace {

using tensorflow::OpKernel;
using tensorflow::OpKernelConstruction;
using tensorflow::OpKernelContext;
using tensorflow::Tensor;

REGISTER_OP("SmoothRelu")
    .Attr("T: {float, double}")
    .Attr("beta: float = 1.0")
    .Input("x: T")
    .Output("y: T")
    .SetShapeFn(tensorflow::shape_inference::UnchangedShape);

REGISTER_OP("SmoothReluGrad")
    .Attr("T: {float, double}")
    .Attr("beta: float = 1.0")
    .Input("gradient: T")
    .Input("x: T")
    .Output("slope: T")
    .SetShapeFn(tensorflow::shape_inference::UnchangedShape);

template <typename T>
class SmoothRelu : public OpKernel {
 public:
  explicit SmoothRelu(OpKernelConstruction* construction) : OpKernel(construction) {
    OP_REQUIRES_OK(construction, construction->GetAttr("beta", &beta_));
  }

  void Compute(OpKernelContext* context) override {
    const Tensor& input = context->input(0);
    Tensor* output = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, input.shape(), &output));
    const auto x = input.flat<T>();
    auto y = output->flat<T>();
    const T beta = static_cast<T>(beta_);
    for (int64_t i = 0; i < x.size(); ++i) y(i) = x(i) / (T(1) + std::exp(-beta * x(i)));
  }

 private:
  float beta_;
};

template <typename T>
class SmoothReluGrad : public OpKernel {
 public:
  explicit SmoothReluGrad(OpKernelConstruction* construction) : OpKernel(construction) {
    OP_REQUIRES_OK(construction, construction->GetAttr("beta", &beta_));
  }

  void Compute(OpKernelContext* context) override {
    const Tensor& gradient = context->input(0);
    const Tensor& input = context->input(1);
    OP_REQUIRES(context, gradient.shape() == input.shape(),
                absl::InvalidArgumentError("the gradient's shape is not that of x"));
    Tensor* output = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, input.shape(), &output));
    const auto g = gradient.flat<T>();
    const auto x = input.flat<T>();
    auto slope = output->flat<T>();
    const T beta = static_cast<T>(beta_);
    for (int64_t i = 0; i < x.size(); ++i) {
      const T gate = T(1) / (T(1) + std::exp(-beta * x(i)));
      slope(i) = g(i) * (gate + beta * x(i) * gate * (T(1) - gate));
    }
  }

 private:
  float beta_;
};

#define REGISTER(T)                                                                                       \
  REGISTER_KERNEL_BUILDER(Name("SmoothRelu").Device(tensorflow::DEVICE_CPU).TypeConstraint<T>("T"),      \
                          SmoothRelu<T>);                                                                 \
  REGISTER_KERNEL_BUILDER(Name("SmoothReluGrad").Device(tensorflow::DEVICE_CPU).TypeConstraint<T>("T"), \
                          SmoothReluGrad<T>)

REGISTER(float);
REGISTER(double);

}  // namespace
