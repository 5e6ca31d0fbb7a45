"""The bus: how messages get from a room's source to everyone who follows the room."""

from core.bus.interface import Bus, Following, RoomSummary
from core.bus.memory import MemoryBus

__all__ = ["Bus", "Following", "MemoryBus", "RoomSummary"]
