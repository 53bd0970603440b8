import { useSyncExternalStore } from "react";

const narrow = matchMedia("(max-width: 1023px)");

/** Whether rows stand as cards, whose columns have no headers to sort by. */
export function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      narrow.addEventListener("change", listener);
      return () => {
        narrow.removeEventListener("change", listener);
      };
    },
    () => narrow.matches,
  );
}
