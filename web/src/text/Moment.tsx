/** A moment as people say it, in their own zone; the exact instant shows on hover and is what machines read. */

import { useSyncExternalStore } from "react";
import { serverNow } from "../api/clock";
import { beginsADay } from "../together/days";
import { t } from "./translate";

const LANGUAGE = undefined; // how dates look is the user's own; what they say is the catalogue's
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const clock = new Intl.DateTimeFormat(LANGUAGE, { hour: "2-digit", minute: "2-digit" });
const date = new Intl.DateTimeFormat(LANGUAGE, { day: "numeric", month: "short", year: "numeric" });
const dateAndClock = new Intl.DateTimeFormat(LANGUAGE, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const fully = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "long" });
const exactly = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "full", timeStyle: "long" });
const apart = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** Ticks for everybody who shows how long ago something was. */
function useTick(): number {
  return useSyncExternalStore(subscribe, () => tick);
}

let tick = 0;
const waiting = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  waiting.add(listener);
  timer ??= setInterval(() => {
    tick += 1;
    for (const each of waiting) each();
  }, 10_000);
  return () => {
    waiting.delete(listener);
    if (waiting.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** `day` is for what people choose as a day: the day alone where it begins with that moment. */
export type Style = "apart" | "clock" | "date" | "day" | "both" | "full";

export function Moment({ at, style = "apart" }: { at: string; style?: Style }) {
  useTick();
  const instant = new Date(at);
  return (
    <time dateTime={at} title={exactly.format(instant)} className="moment">
      {said(instant, style, serverNow())}
    </time>
  );
}

export function said(instant: Date, style: Style, now: number): string {
  if (style === "day") return said(instant, beginsADay(instant.toISOString()) ? "date" : "both", now);
  if (style === "date") return date.format(instant);
  if (style === "full") return fully.format(instant);
  if (style === "both") return dateAndClock.format(instant);
  if (style === "clock") return sameDay(instant, new Date(now)) ? clock.format(instant) : dateAndClock.format(instant);
  return howLong(instant.getTime() - now);
}

export function howLong(milliseconds: number): string {
  const size = Math.abs(milliseconds);
  if (size < 45_000) return t("moment.now");
  if (size < 45 * MINUTE) return apart.format(Math.round(milliseconds / MINUTE), "minute");
  if (size < 22 * HOUR) return apart.format(Math.round(milliseconds / HOUR), "hour");
  return apart.format(Math.round(milliseconds / DAY), "day");
}

function sameDay(one: Date, other: Date): boolean {
  return one.toDateString() === other.toDateString();
}
