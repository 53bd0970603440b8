import { lazy, Suspense, useEffect, useSyncExternalStore, type ReactNode } from "react";
import { useLocation, useSearch } from "wouter";
import { Loading } from "../states/Loading";
import { SignInPage } from "./SignInPage";
import { useIdentity } from "./who";

const SignedOutDialog = lazy(() => import("./SignedOutDialog"));

/** Shows its content to who is signed in, and nobody else. */
export function SignedIn({ children }: { children: ReactNode }) {
  const identity = useIdentity();
  const [path] = useLocation();
  const search = useSearch();
  const userId = useSyncExternalStore(identity.subscribe, () => identity.userId);
  const isLost = useSyncExternalStore(identity.subscribe, () => identity.isLost);
  const returnTo = search ? `${path}?${search}` : path;
  const goesOn = userId === null && !isLost && identity.wasSignedIn;

  useEffect(() => {
    if (goesOn) identity.signIn(returnTo).catch(() => identity.signOut());
  }, [goesOn, identity, returnTo]);

  if (goesOn) return <Loading />;
  if (userId === null && !isLost) return <SignInPage returnTo={returnTo} />;
  return (
    <>
      {children}
      {isLost && (
        <Suspense>
          <SignedOutDialog signIn={() => void identity.signIn(returnTo)} />
        </Suspense>
      )}
    </>
  );
}
