// The room's own emotes: whoever keeps order here puts pictures in and takes them out.

import { html, useRef, useSignal, useState } from "../shared/view.js";
import { t } from "../shared/i18n.js";
import { Icon } from "../shared/icons.js";
import { notify } from "../shared/shell.js";
import { EmoteImage, STARTER } from "../chat/emotes.js";
import { faultText } from "./words.js";

const NAME = /^[a-z0-9_]{2,24}$/;
const NAME_MOST = 24;
const LARGEST = 128; // pixels, width and height
const MOST_BYTES = 65_536;
const TYPES = "image/png,image/webp,image/gif,image/jpeg";

export function RoomEmotes({ session }) {
  const sources = useSignal(session.emotes.sources);
  const own = [...sources].filter(([name]) => !STARTER.includes(name));
  const [name, setName] = useState("");
  const [file, setFile] = useState(null);
  const [fault, setFault] = useState(null);
  const [busy, setBusy] = useState(false);
  const field = useRef(null);
  const attempt = async (what, after) => {
    setBusy(true);
    setFault(null);
    try {
      await what();
      await session.emotes.load();
      after?.();
    } catch (error) {
      setFault(faultText(error));
    } finally {
      setBusy(false);
    }
  };
  const choose = () => {
    const chosen = field.current.files[0] ?? null;
    setFile(chosen);
    setFault(null);
    if (chosen !== null && name === "") setName(nameFrom(chosen.name));
  };
  const add = (event) => {
    event.preventDefault();
    if (file === null || !NAME.test(name)) {
      setFault(t(file === null ? "moderate.emote_no_file" : "moderate.fault.emote_name_invalid"));
      return;
    }
    attempt(async () => session.api.putEmote(name, await pictureFrom(file)), () => {
      notify(t("moderate.emote_added", { name: `:${name}:` }));
      setName("");
      setFile(null);
      field.current.value = "";
    });
  };
  return html`
    <div class="room-emotes">
      <p class="quiet">${t("moderate.emotes_text")}</p>
      <form class="room-emotes-add" onSubmit=${add} aria-busy=${busy}>
        <label class="button button-quiet room-emotes-file">
          <input ref=${field} type="file" class="unseen" accept=${TYPES} onChange=${choose} />
          <${Icon} name="image-plus" size=${18} /><span>${file === null ? t("moderate.emote_file") : file.name}</span>
        </label>
        <label class="unseen" for="emote-name">${t("moderate.emote_name")}</label>
        <input id="emote-name" class="input" maxlength=${NAME_MOST} placeholder=${t("moderate.emote_name")} value=${name}
          autocomplete="off" autocapitalize="none" spellcheck=${false} aria-describedby="emote-name-help" onInput=${(event) => setName(event.target.value.toLowerCase())} />
        <button type="submit" class="button" disabled=${busy}>${t("moderate.emote_add")}</button>
      </form>
      <p id="emote-name-help" class="quiet room-emotes-help">${t("moderate.emote_help")}</p>
      ${fault !== null && html`<p class="room-emotes-fault" role="alert">${fault}</p>`}
      ${own.length === 0 ? html`<p class="quiet">${t("moderate.no_emotes")}</p>` : html`
        <ul class="moderators-list room-emotes-list">
          ${own.map(([each, src]) => html`<${Own} key=${each} name=${each} src=${src} busy=${busy} onRemove=${() => attempt(() => session.api.removeEmote(each))} />`)}
        </ul>`}
    </div>`;
}

function Own({ name, src, busy, onRemove }) {
  const [sure, setSure] = useState(false);
  return html`
    <li><span class="room-emote"><${EmoteImage} name=${name} src=${src} size=${32} /><code>:${name}:</code></span>
      ${sure
        ? html`<button type="button" class="button button-danger" disabled=${busy} onClick=${onRemove}>${t("moderate.emote_remove_sure")}</button>`
        : html`<button type="button" class="button button-quiet" disabled=${busy} aria-label=${t("moderate.emote_remove_name", { name })} onClick=${() => setSure(true)}>${t("moderate.emote_remove")}</button>`}
    </li>`;
}

/** A file's name as an emote may be called. */
export function nameFrom(fileName) {
  const plain = fileName.replace(/\.[^.]*$/, "").normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.replace(/[^a-z0-9_]+/g, "_").replace(/^_+|_+$/g, "").slice(0, NAME_MOST);
}

/** What is sent of a picture: itself where it fits, else smaller. What moves goes as it is. */
async function pictureFrom(file) {
  if (file.type === "image/gif") return file;
  let image;
  try {
    image = await createImageBitmap(file);
  } catch {
    return file; // the server says what it is not
  }
  const fits = Math.max(image.width, image.height) <= LARGEST && file.size <= MOST_BYTES && file.type !== "image/jpeg";
  const picture = fits ? file : await drawn(image);
  image.close();
  return picture;
}

async function drawn(image) {
  const scale = Math.min(1, LARGEST / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const png = await encoded(canvas, "image/png");
  return png.size <= MOST_BYTES ? png : encoded(canvas, "image/webp");
}

function encoded(canvas, type) {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob === null ? reject(new Error("empty")) : resolve(blob)), type, 0.88);
  });
}
