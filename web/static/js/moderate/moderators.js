// Who helps to moderate: the DJ hands out passes here and takes them back.

import { html, useEffect, useRef, useSignal, useState } from "../shared/view.js";
import { dateTime, t } from "../shared/i18n.js";
import { Icon } from "../shared/icons.js";
import { copyText, notify } from "../shared/shell.js";
import { passAddress } from "../wire/pass.js";
import { faultText } from "./words.js";

const NAME_MOST = 32;

export function Moderators({ session }) {
  const list = useSignal(session.moderators) ?? [];
  const [made, setMade] = useState(null); // {name, address}: shown this once
  const field = useRef(null);
  useEffect(() => { session.readModerators(); }, []);
  const attempt = async (what) => {
    try {
      await what();
      await session.readModerators();
    } catch (error) {
      notify(faultText(error));
    }
  };
  const invite = (event) => {
    event.preventDefault();
    const name = field.current.value.trim();
    if (name === "") return;
    attempt(async () => {
      const answer = await session.api.invite(name);
      setMade({ name, address: passAddress(session.room, answer.pass) });
      field.current.value = "";
    });
  };
  const dismiss = async (id) => {
    await session.api.dismiss(id);
    setMade(null); // whoever it was for: better no link than one that opens nothing
  };
  const valid = list.filter((each) => each.revoked_unix_seconds == null);
  return html`
    <div class="moderators">
      <p class="quiet">${t("moderate.moderators_text")}</p>
      <form class="moderators-invite" onSubmit=${invite}>
        <label class="unseen" for="moderator-name">${t("moderate.moderator_name")}</label>
        <input id="moderator-name" ref=${field} class="input" maxlength=${NAME_MOST} placeholder=${t("moderate.moderator_name")} autocomplete="off" />
        <button type="submit" class="button"><${Icon} name="user-plus" size=${18} />${t("moderate.invite")}</button>
      </form>
      ${made && html`
        <div class="moderators-made" role="status">
          <p>${t("moderate.made", { name: made.name })}</p>
          <div class="share-row"><code>${made.address}</code>
            <button type="button" class="button button-quiet" onClick=${() => copyText(made.address)}>${t("common.copy")}</button></div>
        </div>`}
      ${valid.length === 0 ? html`<p class="quiet">${t("moderate.no_moderators")}</p>` : html`
        <ul class="moderators-list">
          ${valid.map((each) => html`<${Moderator} key=${each.id} moderator=${each} onDismiss=${() => attempt(() => dismiss(each.id))} />`)}
        </ul>`}
    </div>`;
}

function Moderator({ moderator, onDismiss }) {
  const [sure, setSure] = useState(false);
  const used = moderator.last_used_unix_seconds;
  return html`
    <li><div><strong>${moderator.name}</strong>
        <span class="quiet">${used == null ? t("moderate.never_seen") : t("moderate.seen", { date: dateTime(used) })}</span></div>
      ${sure
        ? html`<button type="button" class="button button-danger" onClick=${onDismiss}>${t("moderate.dismiss_sure")}</button>`
        : html`<button type="button" class="button button-quiet" onClick=${() => setSure(true)}>${t("moderate.dismiss")}</button>`}
    </li>`;
}
