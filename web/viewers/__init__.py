"""Fan-out: what is said in a room, turned into bytes once and written to everyone who watches."""

from web.viewers.config import ViewerConfig
from web.viewers.connection import viewer_protocol_class
from web.viewers.hub import ViewerHub

__all__ = ["ViewerConfig", "ViewerHub", "viewer_protocol_class"]
