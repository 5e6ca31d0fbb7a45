"""Offers as real clients write them."""

FINGERPRINT = ":".join(["AB"] * 32)

OBS = f"""v=0
o=rtc 3098366431 0 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=group:LS 0 1
a=msid-semantic:WMS *
a=ice-options:ice2,trickle
a=fingerprint:sha-256 {FINGERPRINT}
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=mid:0
a=sendonly
a=ssrc:1336129434 cname:Jbm1Rk1uAcJmGGHq
a=ssrc:1336129434 msid:Mbm1 Mbm1-audio
a=msid:Mbm1 Mbm1-audio
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=fmtp:111 minptime=10;maxaveragebitrate=96000;stereo=1;sprop-stereo=1;useinbandfec=1
a=setup:actpass
a=ice-ufrag:rwvb
a=ice-pwd:hjN5VYbQzEv3gO8ZrGZ9sQ
m=video 9 UDP/TLS/RTP/SAVPF 96
c=IN IP4 0.0.0.0
a=mid:1
a=sendonly
a=ssrc:1336129435 cname:Jbm1Rk1uAcJmGGHq
a=msid:Mbm1 Mbm1-video
a=rtcp-mux
a=rtpmap:96 H264/90000
a=rtcp-fb:96 nack
a=rtcp-fb:96 nack pli
a=rtcp-fb:96 goog-remb
a=fmtp:96 profile-level-id=640c33;packetization-mode=1;level-asymmetry-allowed=1
a=setup:actpass
a=ice-ufrag:rwvb
a=ice-pwd:hjN5VYbQzEv3gO8ZrGZ9sQ
""".replace("\n", "\r\n")

OBS_AV1 = OBS.replace("H264/90000", "AV1/90000").replace(
    "profile-level-id=640c33;packetization-mode=1;level-asymmetry-allowed=1", "profile=0"
)
OBS_HEVC = OBS.replace("H264/90000", "H265/90000").replace(
    "profile-level-id=640c33;packetization-mode=1;level-asymmetry-allowed=1", "level-id=93"
)

FFMPEG = f"""v=0
o=FFmpeg 4489045141692799359 2 IN IP4 127.0.0.1
s=FFmpegPublishSession
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic: WMS
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=ice-ufrag:c51aba2a
a=ice-pwd:3bb28bc5bea9484527b4aaa0637e42e8
a=fingerprint:sha-256 {FINGERPRINT}
a=setup:passive
a=mid:0
a=sendonly
a=msid:FFmpeg audio
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=ssrc:400289094 cname:FFmpeg
a=ssrc:400289094 msid:FFmpeg audio
""".replace("\n", "\r\n")

CHROMIUM = f"""v=0
o=- 5093129146131404733 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic: WMS 7fb3d3c7
m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:1 1 udp 2113937151 5d1f8c8e-3c1b.local 51472 typ host generation 0 network-cost 999
a=candidate:2 1 udp 2113937150 192.168.1.7 51473 typ host generation 0 network-cost 999
a=candidate:3 1 tcp 1518280447 192.168.1.7 9 typ host tcptype active generation 0
a=candidate:4 1 udp 1677729535 203.0.113.9 51473 typ srflx raddr 0.0.0.0 rport 0 generation 0
a=candidate:5 1 udp 192.168.1.8 51474 typ host
a=ice-ufrag:Xm7S
a=ice-pwd:b1dN7Q8bXvQZ2Jr7V1pT4cW9
a=ice-options:trickle
a=fingerprint:sha-256 {FINGERPRINT}
a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=sendonly
a=msid:7fb3d3c7 d2a0
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:13 CN/8000
a=rtpmap:110 telephone-event/48000
a=rtpmap:126 telephone-event/8000
a=ssrc:2742356014 cname:oGQ
""".replace("\n", "\r\n")

VIDEO = OBS[OBS.index("m=video") :]
AUDIO = OBS[OBS.index("m=audio") : OBS.index("m=video")]
SESSION = OBS[: OBS.index("m=audio")]

MALFORMED = {
    "empty": "",
    "garbage": "hello",
    "html": "<html><body>v=0</body></html>",
    "json": '{"sdp": "v=0"}',
    "another version": OBS.replace("v=0", "v=1"),
    "no media": SESSION,
    "a line without a type": OBS.replace("t=0 0", "no line"),
    "a zero byte": OBS.replace("s=-", "s=\0"),
    "half a media line": OBS.replace("m=audio 9 UDP/TLS/RTP/SAVPF 111", "m=audio"),
    "an unknown kind": OBS.replace("m=video", "m=hologram"),
    "a negative port": OBS.replace("m=audio 9", "m=audio -9"),
    "formats that are none": OBS.replace("SAVPF 111", "SAVPF 1/1"),
    "one mid twice": OBS.replace("a=mid:1", "a=mid:0"),
    "a mid with a space": OBS.replace("a=mid:0", "a=mid:0 0"),
    "a short user name": OBS.replace("ice-ufrag:rwvb", "ice-ufrag:rw"),
    "a short password": OBS.replace("hjN5VYbQzEv3gO8ZrGZ9sQ", "hjN5"),
    "a user name to inject with": OBS.replace("ice-ufrag:rwvb", "ice-ufrag:rw vb"),
    "a short fingerprint": OBS.replace("sha-256", "sha-384"),
}
UNUSABLE = {
    "too_many_media": SESSION
    + AUDIO
    + "".join(
        f"m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:{n}\r\n" for n in range(2, 52)
    ),
    "too_many_tracks": OBS + AUDIO.replace("a=mid:0", "a=mid:2"),
    "no_audio": SESSION + VIDEO,
    "no_dtls_srtp": OBS.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"),
    "no_rtcp_mux": OBS.replace("a=rtcp-mux\r\n", ""),
    "not_sending": OBS.replace("a=sendonly", "a=recvonly"),
    "no_ice_credentials": OBS.replace("a=ice-ufrag:rwvb\r\n", ""),
    "no_fingerprint": OBS.replace(f"a=fingerprint:sha-256 {FINGERPRINT}\r\n", ""),
    "no_dtls_role": OBS.replace("a=setup:actpass", "a=setup:holdconn"),
    "no_opus": OBS.replace("opus/48000/2", "PCMU/8000"),
}
