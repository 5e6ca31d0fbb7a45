"""Clips: thirty seconds around an epic moment, with a link to share."""

from web.clips.elsewhere import clips_elsewhere
from web.clips.maker import ClipMaker
from web.clips.routes import clips_router
from web.clips.store import ClipOutcome, ClipStore

__all__ = ["ClipMaker", "ClipOutcome", "ClipStore", "clips_elsewhere", "clips_router"]
