from training.simulator.harmony import Key, bass_note, key_distance, midi_to_hz, voiced_chord

A_MINOR = Key(9, minor=True)


def test_camelot_names_agree_with_the_wheel():
    assert A_MINOR.camelot == "8A"
    assert Key(0, minor=False).camelot == "8B"
    assert Key(7, minor=False).camelot == "9B"
    assert Key(8, minor=True).camelot == "1A"


def test_distance_is_symmetric_and_wraps():
    for fifths, distance in ((0, 0), (1, 1), (5, 5), (6, 6), (7, 5), (-2, 2)):
        other = A_MINOR.moved_by_fifths(fifths)
        assert key_distance(A_MINOR, other) == key_distance(other, A_MINOR) == distance
    assert key_distance(A_MINOR, Key(0, minor=False)) == 0


def test_chords_stay_in_the_key_and_in_one_register():
    scale = {A_MINOR.note(degree) % 12 for degree in range(7)}
    for degree in range(7):
        chord = voiced_chord(A_MINOR, degree, 5)
        assert {pitch % 12 for pitch in chord} <= scale
        assert chord[0] >= 53 and chord[-1] < 53 + 24
        assert 29 <= bass_note(A_MINOR, degree) < 41


def test_concert_pitch():
    assert midi_to_hz(69) == 440.0
