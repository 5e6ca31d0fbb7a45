// The offer a DJ's browser should have made by itself: stereo Opus for music.

const MUSIC = { stereo: "1", "sprop-stereo": "1", maxaveragebitrate: "256000", useinbandfec: "1", usedtx: "0" };

/** Ask for stereo music in every Opus format line of `sdp`. */
export function askForStereo(sdp) {
  const payload = /^a=rtpmap:(\d+) opus\/48000/im.exec(sdp)?.[1];
  if (payload === undefined) return sdp;
  const line = new RegExp(`^a=fmtp:${payload} (.*)$`, "m");
  if (!line.test(sdp)) {
    return sdp.replace(new RegExp(`^(a=rtpmap:${payload} .*)$`, "m"), `$1\r\na=fmtp:${payload} ${written(MUSIC)}`);
  }
  return sdp.replace(line, (_, given) => {
    const parameters = Object.fromEntries(given.trim().split(";").map((each) => each.trim().split("=")));
    return `a=fmtp:${payload} ${written({ ...parameters, ...MUSIC })}`;
  });
}

const written = (parameters) => Object.entries(parameters).map(([name, value]) => `${name}=${value}`).join(";");

/** ICE servers of `Link` headers as RFC 9725, section 4.6, writes them. */
export function iceServers(linkHeader) {
  if (!linkHeader) return [];
  return [...linkHeader.matchAll(/<((?:stuns?|turns?):[^>]+)>([^<]*)/g)]
    .filter(([, , rest]) => rest.includes('rel="ice-server"'))
    .map(([, urls, rest]) => {
      const value = (name) => new RegExp(`${name}="([^"]*)"`).exec(rest)?.[1];
      const username = value("username");
      return username === undefined ? { urls } : { urls, username, credential: value("credential") };
    });
}
