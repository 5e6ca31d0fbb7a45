"""Colours become what BT.709 says, at any even size."""

from __future__ import annotations

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace

from tests.visuals.encoding.charts import moving
from tests.visuals.encoding.decoding import likeness_db
from visuals.encoding import bt709

# 8-bit codes of BT.709 for full-scale colours, as in the standard's colour bars.
CODES = {
    (255, 255, 255): (235, 128, 128),
    (0, 0, 0): (16, 128, 128),
    (255, 0, 0): (63, 102, 240),
    (0, 255, 0): (173, 42, 26),
    (0, 0, 255): (32, 240, 118),
    (255, 255, 0): (219, 16, 138),
}


@pytest.mark.parametrize(("colour", "codes"), CODES.items())
def test_colours_have_the_standards_codes(colour, codes):
    picture = np.full((180, 320, 3), colour, np.uint8)
    frame = bt709.video_frame(picture)
    planes = [np.asarray(memoryview(plane)) for plane in frame.planes]
    seen = [int(plane[0]) for plane in planes]
    assert np.abs(np.subtract(seen, codes)).max() <= 1
    assert all((plane == plane[0]).all() for plane in planes)


@pytest.mark.parametrize("size", [(320, 180), (256, 144), (480, 270), (640, 360)])
def test_any_size_comes_back_as_it_was(size):
    width, height = size
    picture = np.tile(moving(3), (2, 2, 1))[:height, :width]  # a view: rows are not contiguous
    frame = bt709.video_frame(picture)
    assert (frame.width, frame.height, frame.format.name) == (width, height, "yuv420p")
    back = frame.reformat(
        format="rgb24",
        src_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
    ).to_ndarray()
    theirs = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24").reformat(
        format="yuv420p",
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
        dst_colorspace=Colorspace.ITU709,
    )
    luma = np.abs(frame.to_ndarray()[:height].astype(int) - theirs.to_ndarray()[:height])
    assert luma.max() <= 1
    assert likeness_db(back, picture) > 40
