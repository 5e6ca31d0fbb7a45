// What a show can be, as the server names it (visuals/catalogue.py; a test compares the two).

export const SCENES = [
  "mandala", "tunnel", "liquid", "aurora", "lattice", "dunes", "nebula", "crystal", "horizon", "orbs", "filament", "vortex",
];
export const PALETTES = ["ember", "gold", "meadow", "jade", "lagoon", "glacier", "abyss", "violet", "orchid", "rose"];
export const TEXT_MOST = 80; // code points
