import { useEffect, useRef, useState } from "react";
import { useGo } from "../app/following";
import { dropAllDrafts, keepDraft, readDraft } from "../drafts/drafts";
import { Loading } from "../states/Loading";
import { SignInPage } from "./SignInPage";
import { useIdentity } from "./who";

const OWNER = "owner";

/** Where the issuer sends people back to. */
export function Returned() {
  const identity = useIdentity();
  const go = useGo();
  const [failed, setFailed] = useState<string>();
  const begun = useRef(false);

  useEffect(() => {
    // An authorization code is good for one use.
    if (begun.current) return;
    begun.current = true;
    identity.complete().then(
      (returnTo) => {
        if (readDraft(OWNER) !== identity.userId) dropAllDrafts();
        keepDraft(OWNER, identity.userId);
        go(returnTo, { replace: true });
      },
      (error: unknown) => {
        setFailed(error instanceof Error ? error.message : String(error));
      },
    );
  }, [identity, go]);

  return failed === undefined ? <Loading /> : <SignInPage returnTo="/" failed={failed} />;
}
