// The studio as a whole: choose the sound, go live, play.

import { html, useEffect, useFrames, useSignal, useState } from "../shared/view.js";
import { t } from "../shared/i18n.js";
import { Icon } from "../shared/icons.js";
import { Announcer, announce } from "../shared/announcer.js";
import { Page, TopBar } from "../shared/shell.js";
import { ObsDialog } from "./obs.js";
import { OnAir, GoLive } from "./going-live.js";
import { PlayPreview, Playing } from "./playing.js";
import { Sound } from "./sound.js";

export function StudioPage({ session }) {
  const onAir = useSignal(session.onAir);
  const state = useSignal(session.publisher.state);
  const [obs, setObs] = useState(false);
  useFrames((now) => session.listen(now), [session]);
  useEffect(() => announce(t(`studio.said.${state.is}`)), [state.is]);
  useEffect(() => scrollTo(0, 0), [onAir]); // the instruments take the place of the form
  useLeaveGuard(onAir);
  return html`<${Page}>${() => html`
    <${TopBar} here="studio" />
    <main id="main" class="studio" tabindex="-1" data-on-air=${onAir}>
      <h1 class="unseen">${t("common.studio")}</h1>
      ${session.secure ? html`
        <div class="studio-side">
          <${Sound} session=${session} compact=${onAir} />
          ${onAir ? html`<${OnAir} session=${session} />` : html`<${GoLive} session=${session} onObs=${() => setObs(true)} />`}
        </div>
        ${onAir ? html`<${Playing} session=${session} />` : html`<${PlayPreview} />`}`
      : html`<${Insecure} onObs=${() => setObs(true)} />`}
    </main>
    <${ObsDialog} open=${obs} onClose=${() => setObs(false)} session=${session} />
    <${Announcer} />`}<//>`;
}

/** Plain http away from localhost: browsers give no microphone there, OBS does not mind. */
function Insecure({ onObs }) {
  return html`
    <section class="insecure panel">
      <${Icon} name="triangle-alert" size=${28} />
      <h2>${t("studio.insecure")}</h2>
      <p>${t("studio.insecure_text")}</p>
      <p class="quiet">${t("studio.insecure_do")}</p>
      <button type="button" class="button" onClick=${onObs}>${t("studio.use_obs")}</button>
    </section>`;
}

/** A tab that is closed by mistake must not end a set. */
function useLeaveGuard(onAir) {
  useEffect(() => {
    if (!onAir) return undefined;
    const guard = (event) => event.preventDefault();
    addEventListener("beforeunload", guard);
    return () => removeEventListener("beforeunload", guard);
  }, [onAir]);
}
