/** Light or dark: as the system has it, until somebody chooses for this browser. */

import { applyMode, disableMotion, Mode } from "@cloudscape-design/global-styles";
import { useSyncExternalStore } from "react";

export const APPEARANCES = ["system", "light", "dark"] as const;
export type Appearance = (typeof APPEARANCES)[number];

const KEPT_AS = "appearance";
const listeners = new Set<() => void>();
const darkSystem = matchMedia("(prefers-color-scheme: dark)");
const lessMotion = matchMedia("(prefers-reduced-motion: reduce)");

function chosen(): Appearance {
  try {
    const kept = localStorage.getItem(KEPT_AS);
    return kept === "light" || kept === "dark" ? kept : "system";
  } catch {
    return "system";
  }
}

function show(): void {
  const appearance = chosen();
  const dark = appearance === "dark" || (appearance === "system" && darkSystem.matches);
  applyMode(dark ? Mode.Dark : Mode.Light);
  disableMotion(lessMotion.matches);
}

export function choose(appearance: Appearance): void {
  try {
    localStorage.setItem(KEPT_AS, appearance);
  } catch {
    // Then the system's holds.
  }
  show();
  for (const listener of listeners) listener();
}

export function beginShowing(): void {
  show();
  darkSystem.addEventListener("change", show);
  lessMotion.addEventListener("change", show);
}

export function useAppearance(): Appearance {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, chosen);
}
