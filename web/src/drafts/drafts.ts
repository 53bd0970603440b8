/**
 * What people have typed and not yet sent. It outlives whatever takes the page away from under them: losing the edit
 * lock, a step to another page, a reload, signing in again. It stays in this tab and goes with it; nothing secret is
 * ever typed here, since connections name a credential and never hold one.
 */

import { useCallback, useState } from "react";

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

/** State that is kept as a draft under *name* until it is dropped. */
export function useDraft<T>(name: string, begin: () => T): [T, (value: T) => void, () => void] {
  const [value, setValue] = useState<T>(() => readDraft<T>(name) ?? begin());
  const change = useCallback(
    (next: T) => {
      keepDraft(name, next);
      setValue(next);
    },
    [name],
  );
  const drop = useCallback(() => {
    dropDraft(name);
  }, [name]);
  return [value, change, drop];
}
