import { useEffect, useRef } from "react";
import { serverNow } from "../api/clock";
import { beatEvery } from "./lock";

const IDLE_AFTER = 300_000;
const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;

/**
 * Keeps one's own lock for as long as the page is seen and used. A page that lies open somewhere lets it end, so that
 * nobody is shut out by a colleague who went home.
 */
export function useHeartbeat(holds: boolean, until: string | null, beat: () => void): void {
  const usedAt = useRef(Date.now());
  const latest = useRef(beat);

  useEffect(() => {
    latest.current = beat;
  }, [beat]);

  useEffect(() => {
    function used(): void {
      usedAt.current = Date.now();
    }
    for (const sign of SIGNS) addEventListener(sign, used, { passive: true });
    return () => {
      for (const sign of SIGNS) removeEventListener(sign, used);
    };
  }, []);

  useEffect(() => {
    if (!holds || until === null) return undefined;
    const timer = setInterval(
      () => {
        const isUsed = Date.now() - usedAt.current < IDLE_AFTER;
        if (document.visibilityState === "visible" && isUsed) latest.current();
      },
      beatEvery(Date.parse(until) - serverNow()),
    );
    return () => {
      clearInterval(timer);
    };
  }, [holds, until]);
}
