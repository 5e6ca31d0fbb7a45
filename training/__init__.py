"""Rendered sets, datasets, training, export. PyTorch lives here and nowhere else."""
