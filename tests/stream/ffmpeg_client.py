"""A publisher by FFmpeg's own WHIP muxer. Run as a process: PyAV holds the interpreter's lock while
the muxer talks HTTP, ICE and DTLS.

    python -m tests.stream.ffmpeg_client URL KEY PACKETS

FFmpeg built with GnuTLS, as in PyAV's wheels, would make itself a certificate on the curve P-224,
which OpenSSL 4 has no more; so it is given one on P-256 (see docs/ingest.md).
"""

import sys
import tempfile
import time
from pathlib import Path

import av
import numpy as np
from aiortc import RTCCertificate
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.stream.sound import PACKET_SAMPLES, stereo_tones


def write_certificate(folder):
    made = RTCCertificate.generateCertificate()
    certificate, key = Path(folder, "certificate.pem"), Path(folder, "key.pem")
    certificate.write_bytes(made._cert.public_bytes(Encoding.PEM))
    key.write_bytes(
        made._key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    )
    return {"cert_file": str(certificate), "key_file": str(key)}


def publish(url, options, packets):
    with av.open(url, "w", format="whip", options=options) as container:
        stream = container.add_stream("libopus", rate=48_000, layout="stereo")
        stream.bit_rate = 256_000
        pcm = stereo_tones(packets * PACKET_SAMPLES)
        started = None
        for index in range(packets):
            block = pcm[index * PACKET_SAMPLES : (index + 1) * PACKET_SAMPLES]
            interleaved = np.ascontiguousarray(block).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(interleaved, format="flt", layout="stereo")
            frame.sample_rate, frame.pts = 48_000, index * PACKET_SAMPLES
            for packet in stream.encode(frame):
                container.mux(packet)
            started = started or time.monotonic()
            time.sleep(max(0.0, started + index * 0.02 - time.monotonic()))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        options = {"authorization": sys.argv[2], **write_certificate(folder)}
        publish(sys.argv[1], options, int(sys.argv[3]))
