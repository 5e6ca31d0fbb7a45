// Which of its states the page is in, said in one word, and what screen readers are told of it.

import { useEffect, useSignal } from "../shared/view.js";
import { number, t } from "../shared/i18n.js";
import { announce } from "../shared/announcer.js";
import { findingLine } from "../shared/findings.js";

/** The state of the room for the eye: live covers being on air in any way. */
export function situationOf(phase) {
  return phase === "stalled" || phase === "resuming" ? "live" : phase;
}

/**
 * The one thing worth saying over the picture: joining, nobody, live, stalled, resuming, connecting,
 * ended, lost, gone (the server said goodbye), refused, nowhere.
 */
export function useSituation(session) {
  const link = useSignal(session.connection.link);
  const phase = useSignal(session.room.phase);
  const epoch = useSignal(session.room.epoch);
  if (link.is === "refused" || link.is === "nowhere") return link.is;
  if (phase === null && link.goingAway) return "gone";
  if (phase === null) return link.is === "waiting" && link.attempt > 1 ? "lost" : "joining";
  if (link.is !== "open" && link.goingAway) return "gone";
  if (link.is !== "open" && (link.attempt ?? 2) > 1) return "lost";
  if (epoch === null) return "nobody";
  return phase;
}

export function useAnnouncements(session) {
  const situation = useSituation(session);
  const findings = useSignal(session.room.findings);
  const score = useSignal(session.room.score);
  const hasScore = Boolean(score?.set.overall);
  useEffect(() => {
    announce(t(`live.said.${situation}`));
  }, [situation]);
  useEffect(() => {
    if (hasScore) announce(t("live.said.score", { score: number(score.set.overall.value, 1) }));
  }, [hasScore]);
  const newest = findings.at(-1);
  useEffect(() => {
    if (newest !== undefined && newest.seq > 0) announce(t("live.said.finding", { finding: findingLine(newest) }));
  }, [newest?.id]);
}
