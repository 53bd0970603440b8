import { useEffect, useRef, useState } from "react";
import { keepDraft, readDraft } from "../drafts/drafts";
import { isAsSeen, useEditing, type Seen } from "./editing";

/**
 * What somebody decides from, kept as it was when they began: the page goes on to show what others change, and whoever
 * saves hears of it. Beginning takes the lock if it is free, so that colleagues see that somebody is at it. Who takes up
 * a *draft* again decides from what they saw when they typed it.
 */
export function useSeen(draft: string): Seen {
  const { session, etag, claim } = useEditing();
  const [seen, setSeen] = useState<Seen>(() => seenFor(draft, session.id) ?? { session, etag });
  const begun = useRef(false);

  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    claim().then(
      (claimed) => {
        setSeen((before) => sameAs(before, claimed));
      },
      () => {
        // Whoever cannot have the lock hears of it when they save.
      },
    );
  }, [claim]);

  useEffect(() => {
    keepDraft(nameFor(draft), seen);
  }, [draft, seen]);

  return seen;
}

/** Takes the newer tag only if it names what is shown: the form was filled from *before*. */
export function sameAs(before: Seen, claimed: Seen): Seen {
  return isAsSeen(before.session, claimed.session) ? claimed : before;
}

/** What the writer of *draft* saw of the session; null if there is no such draft. */
export function seenFor(draft: string, sessionId: number): Seen | null {
  if (readDraft(draft) === null) return null;
  const kept = readDraft<Seen>(nameFor(draft));
  return kept?.session.id === sessionId ? kept : null;
}

function nameFor(draft: string): string {
  return `${draft}.seen`;
}
