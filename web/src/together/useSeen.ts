import { useEffect, useRef, useState } from "react";
import { useEditing, type Seen } from "./editing";

/**
 * What somebody decides from, kept as it was when they began: the page goes on to show what others change, and whoever
 * saves hears of it. Beginning takes the lock if it is free, so that colleagues see that somebody is at it.
 */
export function useSeen(): Seen {
  const { session, etag, claim } = useEditing();
  const [seen, setSeen] = useState<Seen>({ session, etag });
  const begun = useRef(false);

  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    claim().then(setSeen, () => {
      // Whoever cannot have the lock hears of it when they save.
    });
  }, [claim]);

  return seen;
}
