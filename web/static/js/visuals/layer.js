// What the room's show looks like on a page: picture, the VJ's words and logo above it, blackout above all.

import { html, useEffect, useRef, useSignal } from "../shared/view.js";

export function VisualsLayer({ visuals, room, overlay = true, scrim = false }) {
  const canvas = useRef(null);
  const on = useSignal(visuals.on);
  const show = useSignal(room.show);
  const black = useSignal(visuals.black);
  const playing = useSignal(visuals.playing);
  useEffect(() => {
    visuals.attach(canvas.current);
    return () => visuals.attach(null);
  }, [visuals]);
  return html`
    <div class="visuals" data-on=${on} data-black=${playing && black}>
      <canvas ref=${canvas} class="visuals-picture" aria-hidden="true"></canvas>
      ${scrim && html`<i class="visuals-scrim"></i>`}
      ${overlay && playing && show && html`<${Overlay} room=${room} settings=${show.settings} />`}
      <i class="visuals-black"></i>
    </div>`;
}

/** The VJ's words and logo: never in the pictures, so that they stay sharp and can be read aloud. */
export function Overlay({ room, settings: { text, logo } }) {
  if (!text && !logo) return null;
  const hide = (event) => { event.target.hidden = true; };
  return html`
    <div class="visuals-overlay">
      ${logo && html`<img key=${logo} src=${logoAddress(room.slug, logo)} alt="" onError=${hide} />`}
      ${text && html`<p dir="auto">${text}</p>`}
    </div>`;
}

export function logoAddress(slug, digest) {
  return `/api/rooms/${encodeURIComponent(slug)}/show/logo/${encodeURIComponent(digest)}`;
}
