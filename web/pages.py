"""The pages: home, audience, screen, studio, moderation, VJ, privacy, and what they are made of.

All of `web/static` is read once, compressed once and served from memory. Its content names a
*release*; the HTML is served with that release in every address below `/static/`, so that a browser
keeps scripts, styles and fonts for good and still gets all of a new version at once, without a
build step. The same files without the release (`/static/...`) are served with an ETag.

Our scripts and styles are served with their comments blanked, line by line: what is written for
people who change the code would be more than a sixth of what everybody else downloads.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request, Response

STATIC_FOLDER: Final = Path(__file__).parent / "static"

FOREVER: Final = "public, max-age=31536000, immutable"
"""For addresses that carry the release: their content can never change."""

ASK_AGAIN: Final = "no-cache"
"""For addresses that stay while their content changes: kept, but checked by ETag."""

MEDIA_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
}
MODULE_SCRIPT: Final = re.compile(rb'<script type="module" src="/static/([^"]+)">')
COMMENT: Final = re.compile(rb"^[ \t]*(?://[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)[ \t]*$", re.MULTILINE)
"""A comment that has its lines to itself."""

REMARK: Final = re.compile(rb"(?<=[;,{\[(]) +// [^\n\"'`]*$", re.MULTILINE)
"""One behind a script's code. What holds a quote may be no comment, and stays."""

VENDORED: Final = "vendor/"
STATIC_IMPORT: Final = re.compile(r'^(?:import|export|\}) ?.*?from "(\.[^"]+)"', re.MULTILINE)
COMPRESSED_ALREADY: Final = frozenset({".woff2", ".png", ".webp"})


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, ready to be sent."""

    body: bytes
    compressed: bytes | None  # gzip, where that is smaller
    etag: str
    media_type: str


class StaticLibrary:
    """Every file of a folder, by its path relative to it.

    Parameters
    ----------
    folder
        What to read; later changes on the disk are not seen.
    """

    def __init__(self, folder: Path = STATIC_FOLDER) -> None:
        self._files = files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.startswith(".")
        }
        self.release = _release_of(files)
        self._assets = {name: self._prepare(name, body) for name, body in files.items()}

    def find(self, path: str) -> tuple[Asset, bool] | None:
        """Return a file and whether its address carried this release, or None.

        An address of another release gets this one's file: a page that was open while the server
        was replaced still finds its scripts.
        """
        if not path.startswith("~"):
            asset = self._assets.get(path)
            return None if asset is None else (asset, False)
        release, _, rest = path[1:].partition("/")
        asset = self._assets.get(rest)
        return None if asset is None else (asset, release == self.release)

    def _prepare(self, name: str, body: bytes) -> Asset:
        suffix = Path(name).suffix
        if suffix == ".html":
            body = _with_preloads(body, self._files)
            body = body.replace(b'"/static/', f'"/static/~{self.release}/'.encode())
        elif suffix in (".js", ".css") and not name.startswith(VENDORED):
            body = COMMENT.sub(_blank, body)
            body = REMARK.sub(b"", body) if suffix == ".js" else body
        media_type = MEDIA_TYPES.get(suffix) or mimetypes.guess_type(name)[0]
        small = None if suffix in COMPRESSED_ALREADY else gzip.compress(body, 9, mtime=0)
        return Asset(
            body=body,
            compressed=small if small is not None and len(small) < len(body) else None,
            etag=hashlib.sha256(body).hexdigest()[:20],
            media_type=media_type or "application/octet-stream",
        )


def _release_of(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, body in files.items():
        digest.update(f"{name}\0{len(body)}\0".encode())
        digest.update(body)
    return digest.hexdigest()[:12]


def _blank(comment: re.Match[bytes]) -> bytes:
    """Leave the lines, so that a browser's complaints name the lines of the source."""
    return b"\n" * comment[0].count(b"\n")


def _with_preloads(html: bytes, files: Mapping[str, bytes]) -> bytes:
    """Name all modules of a page in its head, so that they are fetched at once and not in turns."""
    entry = MODULE_SCRIPT.search(html)
    if entry is None:
        return html
    modules = _modules_of(entry[1].decode(), files)
    links = "".join(f'<link rel="modulepreload" href="/static/{name}">\n' for name in modules)
    return html[: entry.start()] + links.encode() + html[entry.start() :]


def _modules_of(entry: str, files: Mapping[str, bytes]) -> list[str]:
    """Return what `entry` imports, directly or not, in the order in which it is met."""
    found = [entry]
    for name in found:
        for relative in STATIC_IMPORT.findall(files.get(name, b"").decode()):
            imported = posixpath.normpath(posixpath.join(posixpath.dirname(name), relative))
            if imported not in found:
                found.append(imported)
    return found[1:]


def respond(asset: Asset, request: Request, cache_control: str) -> Response:
    """Send a file, compressed where the browser takes that, or 304 where it has it already."""
    compressed = asset.compressed if "gzip" in request.headers.get("accept-encoding", "") else None
    # Two encodings are two representations, each with a strong tag of its own (RFC 9110, 8.8.3.3).
    etag = f'"{asset.etag}-gzip"' if compressed is not None else f'"{asset.etag}"'
    headers = {"Cache-Control": cache_control, "ETag": etag, "Vary": "Accept-Encoding"}
    known = {tag.strip() for tag in request.headers.get("if-none-match", "").split(",")}
    if etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    if compressed is not None:
        headers["Content-Encoding"] = "gzip"
    body = asset.body if compressed is None else compressed
    return Response(body, headers=headers, media_type=asset.media_type)


def pages_router(library: StaticLibrary | None = None) -> APIRouter:
    """Return the routes of the pages and of `/static/...`.

    Parameters
    ----------
    library
        What they are served from; it is read from the disk if it is not given.
    """
    library = library or StaticLibrary()
    router = APIRouter(include_in_schema=False)

    def send(path: str, request: Request) -> Response:
        found = library.find(path)
        if found is None:
            return Response("There is no such file.", status_code=404, media_type="text/plain")
        asset, is_current = found
        return respond(asset, request, FOREVER if is_current else ASK_AGAIN)

    async def home(request: Request) -> Response:
        return send("home.html", request)

    async def live(request: Request, room: str) -> Response:  # the page reads it from its address
        return send("live.html", request)

    async def studio(request: Request) -> Response:
        return send("studio.html", request)

    async def moderate(request: Request, room: str) -> Response:
        return send("moderate.html", request)

    async def screen(request: Request, room: str) -> Response:
        return send("screen.html", request)

    async def vj(request: Request, room: str) -> Response:
        return send("vj.html", request)

    async def privacy(request: Request) -> Response:
        return send("privacy.html", request)

    async def static(request: Request, path: str) -> Response:
        return send(path, request)

    async def icon(request: Request) -> Response:
        return send("icon.svg", request)

    for address, endpoint in (
        ("/", home),
        ("/live/{room}", live),
        ("/studio", studio),
        ("/moderate/{room}", moderate),
        ("/screen/{room}", screen),
        ("/vj/{room}", vj),
        ("/privacy", privacy),
        ("/static/{path:path}", static),
        ("/favicon.ico", icon),
    ):
        router.add_api_route(address, endpoint, methods=["GET", "HEAD"])
    return router
