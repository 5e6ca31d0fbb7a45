// Full screen: the picture and the VJ's overlay alone. What can be pressed comes while somebody moves.

const IDLE_MS = 2_500;
const SIGNS_OF_LIFE = ["pointermove", "pointerdown", "keydown"];

export function toggleFullScreen(stage) {
  if (document.fullscreenElement) document.exitFullscreen();
  else stage?.requestFullscreen?.().then(() => hideWhenIdle(stage), () => {});
}

function hideWhenIdle(stage) {
  let timer = 0;
  const rest = () => { stage.dataset.idle = "true"; };
  const wake = () => {
    clearTimeout(timer);
    delete stage.dataset.idle;
    timer = setTimeout(rest, IDLE_MS);
  };
  const changed = () => {
    if (document.fullscreenElement === stage) return;
    wake();
    clearTimeout(timer);
    for (const sign of SIGNS_OF_LIFE) removeEventListener(sign, wake);
    document.removeEventListener("fullscreenchange", changed);
  };
  for (const sign of SIGNS_OF_LIFE) addEventListener(sign, wake);
  document.addEventListener("fullscreenchange", changed);
  wake();
}
