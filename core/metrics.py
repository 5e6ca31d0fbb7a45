"""Every figure that the product exports to Prometheus, in one place.

Base units (seconds, bytes), ratios 0-1, and no user, room or session as a label: the number of
series must not grow with the audience.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

LATENCY_BUCKETS_SECONDS = (
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
)  # fmt: skip
"""Fine around 25 ms, the aim for the 99th percentile of a window."""

MODERATION_BUCKETS_SECONDS = (
    0.00001, 0.00002, 0.00003, 0.00005, 0.000075, 0.0001, 0.00015, 0.0002, 0.0003, 0.0005,
    0.00075, 0.001, 0.002, 0.003, 0.005, 0.01,
)  # fmt: skip
"""Fine around 0.1 ms and 1 ms, the aims for the median and the 99th percentile of a message."""


class Metrics:
    """The product's instruments, in a registry of their own.

    Parameters
    ----------
    registry
        Where they are collected; a fresh one by default, so that tests do not share counts.
    """

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self._ingest()
        self._judging()
        self._fan_out()
        self._crowd()
        self._clips()
        self._visuals()
        self._process()

    def _ingest(self) -> None:
        registry = self.registry
        self.streams = Gauge("djuv_streams", "Sessions by phase", ["phase"], registry=registry)
        self.whip_requests = Counter(
            "djuv_whip_requests", "WHIP requests", ["method", "status"], registry=registry
        )
        self.packets_received = Counter(
            "djuv_rtp_packets_received", "RTP audio packets received", registry=registry
        )
        self.packets_lost = Counter(
            "djuv_rtp_packets_lost", "RTP audio packets that never came in time", registry=registry
        )
        self.packets_discarded = Counter(
            "djuv_rtp_packets_discarded", "RTP packets thrown away", ["reason"], registry=registry
        )
        self.concealed_seconds = Counter(
            "djuv_concealed_seconds", "Audio made up for lost packets", registry=registry
        )
        self.hold_back_seconds = Histogram(
            "djuv_hold_back_seconds",
            "Time packets waited for order",
            buckets=LATENCY_BUCKETS_SECONDS,
            registry=registry,
        )

    def _judging(self) -> None:
        registry = self.registry
        self.windows_judged = Counter(
            "djuv_windows_judged", "Windows that got a score", registry=registry
        )
        self.windows_dropped = Counter(
            "djuv_windows_dropped", "Windows without a score", ["reason"], registry=registry
        )
        self.window_latency_seconds = Histogram(
            "djuv_window_latency_seconds",
            "From the arrival of a window's last sample to the end of each stage",
            ["stage"],
            buckets=LATENCY_BUCKETS_SECONDS,
            registry=registry,
        )
        self.batch_size = Histogram(
            "djuv_batch_size",
            "Windows judged together",
            buckets=(1, 2, 4, 8, 16, 32, 64, 128),
            registry=registry,
        )

    def _fan_out(self) -> None:
        registry = self.registry
        self.viewers = Gauge("djuv_viewers", "Viewers connected", registry=registry)
        self.viewer_bytes = Counter(
            "djuv_viewer_bytes", "Bytes written to viewers", registry=registry
        )
        self.viewer_drops = Counter(
            "djuv_viewer_drops", "Frames not sent to slow viewers", ["kind"], registry=registry
        )
        self.pictures_skipped = Counter(
            "djuv_pictures_skipped",
            "Pictures handed on to nobody: those before them were lost on the way here",
            registry=registry,
        )
        self.viewer_disconnects = Counter(
            "djuv_viewer_disconnects", "Viewers gone", ["reason"], registry=registry
        )

    def _crowd(self) -> None:
        registry = self.registry
        self.chat_messages = Counter(
            "djuv_chat_messages", "Messages by what moderation did", ["action"], registry=registry
        )
        self.moderation_seconds = Histogram(
            "djuv_moderation_seconds",
            "Work on one message from its folding to its verdict, its share of the model included",
            buckets=MODERATION_BUCKETS_SECONDS,
            registry=registry,
        )
        self.opinions_missing = Counter(
            "djuv_opinions_missing", "Messages that the model could not read", registry=registry
        )
        self.crowd_members = Gauge(
            "djuv_crowd_members", "Members that the rooms' chats remember", registry=registry
        )
        self.moments = Counter(
            "djuv_moments", "Epic moments by what became of them", ["status"], registry=registry
        )

    def _clips(self) -> None:
        registry = self.registry
        self.clips_made = Counter("djuv_clips_made", "Clips of moments", registry=registry)
        self.clips_refused = Counter(
            "djuv_clips_refused", "Moments without a clip", ["reason"], registry=registry
        )
        self.clip_bytes = Gauge("djuv_clip_bytes", "Bytes of clips kept", registry=registry)

    def _visuals(self) -> None:
        registry = self.registry
        self.visual_shows = Gauge(
            "djuv_visual_shows", "Shows being drawn, by size and rate", ["rung"], registry=registry
        )
        self.visual_pictures = Counter(
            "djuv_visual_pictures", "Pictures of shows drawn", registry=registry
        )
        self.visual_skipped = Counter(
            "djuv_visual_skipped", "Pictures not drawn or not shown", ["reason"], registry=registry
        )
        self.visual_picture_seconds = Histogram(
            "djuv_visual_picture_seconds",
            "From the arrival of a picture's sound to its publication",
            buckets=LATENCY_BUCKETS_SECONDS,
            registry=registry,
        )
        self.visual_bytes = Counter(
            "djuv_visual_bytes", "Encoded pictures", ["format"], registry=registry
        )
        self.visual_cpu_seconds = Counter(
            "djuv_visual_cpu_seconds", "CPU time of shows' workers", ["part"], registry=registry
        )
        self.visual_worker_failures = Counter(
            "djuv_visual_worker_failures", "Workers restarted", ["reason"], registry=registry
        )

    def _process(self) -> None:
        registry = self.registry
        self.queue_depth = Gauge("djuv_queue_depth", "Items waiting", ["queue"], registry=registry)
        self.queue_dropped = Counter(
            "djuv_queue_dropped", "Items dropped from a full queue", ["queue"], registry=registry
        )
        self.loop_lag_seconds = Histogram(
            "djuv_loop_lag_seconds",
            "How late the event loop ran a timer",
            buckets=LATENCY_BUCKETS_SECONDS,
            registry=registry,
        )
        self.bus_up = Gauge("djuv_bus_up", "1 while the bus is reachable", registry=registry)
        self.bus_messages = Counter(
            "djuv_bus_messages", "Envelopes published", ["kind"], registry=registry
        )
        self.recording_errors = Counter(
            "djuv_recording_errors", "Failed writes to recordings", registry=registry
        )
