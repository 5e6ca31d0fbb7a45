"""Makes the visuals' one model: the neural field, as an ONNX graph."""
