"""The shipped models: ONNX files with their checksums; `docs/models.md` describes them."""
