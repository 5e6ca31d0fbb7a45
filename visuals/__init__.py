"""The visuals: pictures that dance to what the judge hears, drawn by a process of their own."""
