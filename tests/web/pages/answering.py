"""A WHIP server for one studio page, whose media end is a second connection in the same page."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from playwright.async_api import Request, Route

from tests.web.pages.watching import Watched

ENDPOINT = re.compile(r"/whip(\?|$)")

ANSWER = """
async (offer) => {
  const peer = new RTCPeerConnection();
  (window.answering ??= []).push(peer);
  await peer.setRemoteDescription({ type: "offer", sdp: offer });
  await peer.setLocalDescription(await peer.createAnswer());
  if (peer.iceGatheringState !== "complete") {
    await new Promise((resolve) => peer.addEventListener("icegatheringstatechange",
      () => peer.iceGatheringState === "complete" && resolve()));
  }
  return peer.localDescription.sdp;
}
"""


@dataclass
class Answering:
    """Takes every offer, and answers questions after a connection with `fate`.

    Attributes
    ----------
    room
        Where the studio is told that it plays.
    fate
        Status and code that a PATCH gets; None stands for 204.
    """

    studio: Watched
    room: str = "nova"
    fate: tuple[int, str] | None = None
    offers: list[Request] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)

    async def begin(self) -> None:
        await self.studio.page.route(ENDPOINT, self._offer)
        await self.studio.page.route("**/whip/*", self._resource)

    async def break_connection(self) -> None:
        """Close the server's end, as a server does that has another connection now."""
        await self.studio.page.evaluate("window.answering.forEach((peer) => peer.close())")

    async def _offer(self, route: Route) -> None:
        self.offers.append(route.request)
        sdp = await self.studio.page.evaluate(ANSWER, route.request.post_data)
        number = len(self.offers)
        await route.fulfill(
            status=201,
            content_type="application/sdp",
            headers={
                "Location": f"/whip/one-{number}",
                "ETag": f'"tag-{number}"',
                "Djuv-Room": self.room,
            },
            body=sdp,
        )

    async def _resource(self, route: Route) -> None:
        if route.request.method == "PATCH":
            self.asked.append(route.request)
        if route.request.method != "PATCH" or self.fate is None:
            await route.fulfill(status=204)
            return
        status, code = self.fate
        await route.fulfill(
            status=status,
            content_type="application/problem+json",
            body=json.dumps({"code": code, "detail": "", "details": {}}),
        )
