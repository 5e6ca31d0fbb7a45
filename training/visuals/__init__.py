"""Makes the visuals' one model: the neural field and its feedback, as an ONNX graph."""
