/** Says to who listens rather than looks what changed by itself, without moving anybody's focus. */

import LiveRegion from "@cloudscape-design/components/live-region";
import { useSyncExternalStore } from "react";

let said = "";
const listeners = new Set<() => void>();

export function announce(sentence: string): void {
  said = sentence;
  for (const listener of listeners) listener();
}

export function Announcer() {
  const sentence = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => said,
  );
  return <LiveRegion hidden>{sentence}</LiveRegion>;
}
