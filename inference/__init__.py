"""ONNX Runtime: model files and their specification, sessions and providers."""
