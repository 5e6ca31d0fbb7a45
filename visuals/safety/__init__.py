"""Pictures made safe for people with photosensitive epilepsy; `docs/safety.md` says how safe."""
