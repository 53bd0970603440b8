/**
 * What people have typed and not yet sent. It outlives whatever takes the page away from under them: losing the edit
 * lock, a step to another page, a reload, signing in again. It stays in this tab and goes with it; nothing secret is
 * ever typed here, since connections name a credential and never hold one.
 */

import { useCallback, useRef, useState } from "react";

const PREFIX = "draft.";

export function readDraft<T>(name: string): T | null {
  try {
    const kept = sessionStorage.getItem(PREFIX + name);
    return kept === null ? null : (JSON.parse(kept) as T);
  } catch {
    return null;
  }
}

export function keepDraft<T>(name: string, value: T): void {
  try {
    sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // A tab without storage keeps it for as long as the page is there.
  }
}

export function dropDraft(name: string): void {
  sessionStorage.removeItem(PREFIX + name);
}

/** Somebody else signs in: what was typed was another's. */
export function dropAllDrafts(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
}

/** State that is kept as a draft under *name* until it is dropped. What has waited for an answer changes what is there by then. */
export function useDraft<T extends object>(
  name: string,
  begin: () => T,
): [T, (value: T | ((now: T) => T)) => void, () => void] {
  const [value, setValue] = useState<T>(() => readDraft<T>(name) ?? begin());
  const latest = useRef(value);
  const change = useCallback(
    (next: T | ((now: T) => T)) => {
      latest.current = typeof next === "function" ? next(latest.current) : next;
      keepDraft(name, latest.current);
      setValue(latest.current);
    },
    [name],
  );
  const drop = useCallback(() => {
    dropDraft(name);
  }, [name]);
  return [value, change, drop];
}
